// The whole way through the library's door: ratings, a model, and what people will like.

#include <cstdio>

#include "kindred/data/movie_world.h"
#include "kindred/kindred.h"

using namespace kindred;

int main() {
  try {
    // 1. Ratings: api::read_ratings("ratings.csv", ...) from a file; here a made-up world.
    ThreadPool pool;
    const data::MovieWorld world = data::simulate_movie_world({.people = 1000});
    const api::Ratings ratings{
        .interactions = world.ratings, .items = world.movies, .users = world.people};

    // 2. A model, watched as it learns.
    api::TrainOptions options;
    options.watching = factorization::IalsOptions{.dimensions = 16};
    const api::Trained trained = api::train(
        ratings, options, {.pool = pool, .observe = [](api::Stage, const training::Epoch& epoch) {
                             std::printf("epoch %d\n", epoch.epoch);
                           }});

    // 3. Five movies for two people, and why.
    const model::Model& model = trained.model;
    const api::Recommendations recommendations(model, {.count = 5, .reason_count = 1}, pool);
    const std::vector<std::uint32_t> users = {0, 1};
    for (const api::RecommendedList& person : recommendations.for_users(users, pool)) {
      for (std::size_t i = 0; i < person.list.items.size(); ++i) {
        const auto title = [&](std::uint32_t item) {
          return std::string(model.items.labels.label(item));
        };
        const auto& chosen = person.list.items[i];
        std::printf("user %u: %-40s %.3f", *person.user, title(chosen.item).c_str(),
                    static_cast<double>(chosen.score));
        for (const auto& reason : person.reasons[i]) {
          std::printf("  for %s", title(reason.item).c_str());
        }
        std::printf("\n");
      }
    }
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
