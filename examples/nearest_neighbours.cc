// Nearest neighbours in two spaces: by what is known of the movies, their audience's age
// and the tickets sold, and by what was learned from who watched them.

#include <cstdio>
#include <string>
#include <vector>

#include "kindred/data/movie_world.h"
#include "kindred/data/positives.h"
#include "kindred/recommendation/attribute_space.h"
#include "kindred/recommendation/train.h"
#include "kindred/search/exact.h"

using namespace kindred;

namespace {

// The five nearest to `movie`, itself left out.
std::size_t print_nearest(const char* space, MatrixView vectors, search::Metric metric,
                          std::size_t movie, ThreadPool& pool) {
  const search::ExactIndex index(vectors, metric);
  const std::vector<std::uint32_t> itself = {static_cast<std::uint32_t>(movie)};
  search::TopKFilter filter;
  filter.excluded = [&](std::size_t) { return std::span<const std::uint32_t>(itself); };
  const auto found = index.search(vectors.slice(movie, movie + 1), 5, filter, pool).front();
  std::printf("%s:\n", space);
  for (const search::Neighbor& near : found) {
    const std::string title(data::movies()[near.id].title);
    std::printf("  %6.3f  %s\n", static_cast<double>(near.score), title.c_str());
  }
  return found.size();
}

}  // namespace

int main() {
  ThreadPool pool;
  const data::MovieWorld world = data::simulate_movie_world({.people = 1000});
  const std::size_t shrek = data::movie_row("Shrek (2001)");

  const std::vector<std::string> columns = {"age", "tickets"};
  const auto attributes = recommendation::attribute_space(world.movies, columns);
  const std::size_t by_attributes = print_nearest(
      "Near Shrek by age and tickets", attributes.vectors, search::Metric::euclidean, shrek, pool);

  recommendation::TrainOptions options;
  options.ials.dimensions = 16;
  options.positive_rule = data::default_positive_rule(world.ratings);
  const model::Model model = recommendation::train(world.ratings, options, {.pool = pool}).model;
  const std::size_t learned = print_nearest("Near Shrek by who watched it", model.items.vectors,
                                            search::Metric::cosine, shrek, pool);
  return by_attributes == 5 && learned == 5 ? 0 : 1;
}
