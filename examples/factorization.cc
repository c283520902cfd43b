// Learns vectors from who watched what, then recommends to somebody new, and says why.
//
// Six people and six films in two camps, cartoons and blockbusters. Nobody told the
// program about camps; it finds them from the pairs.

#include <cstdio>
#include <string_view>
#include <vector>

#include "kindred/factorization/fold_in.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/kernels/dot.h"

int main() {
  using namespace kindred;
  const std::vector<std::string_view> films = {"Shrek",     "The Incredibles",       "Finding Nemo",
                                               "Star Wars", "The Dark Knight Rises", "Inception"};
  // Row u holds the films that person u watched, each with weight 1.
  const SparseMatrix watched = {.rows = 6,
                                .cols = 6,
                                .offsets = {0, 3, 5, 7, 10, 12, 14},
                                .columns = {0, 1, 2, 0, 1, 1, 2, 3, 4, 5, 3, 4, 4, 5},
                                .values = std::vector<float>(14, 1.0F)};

  ThreadPool pool(2);
  factorization::Ials ials(watched, {.dimensions = 2, .regularization = 0.05F});
  for (int epoch = 0; epoch < 10; ++epoch) {
    ials.run_epoch(pool);
    if (epoch % 3 == 0) std::printf("epoch %2d: loss %.3f\n", epoch, ials.loss(pool).total());
  }
  ials.finish(pool);

  // Somebody new, who has watched Shrek and Finding Nemo: no training needed.
  const std::vector<std::uint32_t> history = {0, 2};
  const factorization::FoldIn fold_in(ials.item_vectors(), ials.options(), pool);
  const std::vector<float> person = fold_in.solve(history);
  std::uint32_t best = 1;
  for (const std::uint32_t film : {1U, 3U, 4U, 5U}) {
    const float score = linalg::dot(person, ials.item_vectors().row(film));
    std::printf("%-22s %6.3f\n", films[film].data(), score);
    if (score > linalg::dot(person, ials.item_vectors().row(best))) best = film;
  }
  std::printf("watch %s, because you watched", films[best].data());
  for (const auto& [film, share] : fold_in.explain(history, {}, best)) {
    std::printf(" %s (%.3f)", films[film].data(), share);
  }
  std::printf("\n");
  return best == 1 ? 0 : 1;
}
