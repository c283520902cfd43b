// Six people and six movies. The first three people watch movies 0 to 3, the others movies
// 2 to 5, but user 0 has not seen movie 3 yet. What should user 0 watch?

#include <cstdint>
#include <cstdio>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/sparse.h"
#include "kindred/search/top_k.h"

int main() {
  kindred::SparseMatrix watched;
  watched.rows = watched.cols = 6;
  for (std::uint32_t user = 0; user < 6; ++user) {
    const std::uint32_t first = user < 3 ? 0 : 2;
    for (std::uint32_t movie = first; movie < first + 4; ++movie) {
      if (user == 0 && movie == 3) continue;
      watched.columns.push_back(movie);
      watched.values.push_back(1.0F);
    }
    watched.offsets.push_back(watched.columns.size());
  }

  kindred::ThreadPool pool(1);
  kindred::factorization::Ials ials(watched, {.dimensions = 2});
  for (int epoch = 0; epoch < 8; ++epoch) ials.run_epoch(pool);
  ials.finish(pool);

  const kindred::search::TopKFilter unseen{
      .excluded = [&](std::size_t user) { return watched.row_columns(user); }, .allowed = {}};
  const auto best =
      kindred::search::top_k(ials.user_vectors(), ials.item_vectors(), 1, unseen, pool);
  std::printf("user 0 should watch item %u\n", best[0][0].id);
  return 0;
}
