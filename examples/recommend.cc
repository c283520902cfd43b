// Recommendations for somebody who is not in the data: learn from ratings, write down
// what the person watched, fold it in, and say why.

#include <cstdio>
#include <vector>

#include "kindred/data/movie_world.h"
#include "kindred/data/positives.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/recommendation/columns.h"
#include "kindred/recommendation/explain.h"
#include "kindred/recommendation/recommender.h"
#include "kindred/recommendation/train.h"

using namespace kindred;

int main() {
  // 1. Learn. Any data::Interactions will do; data::read_ratings makes them from a file.
  ThreadPool pool;
  data::MovieWorld world = data::simulate_movie_world({.people = 1000});
  recommendation::TrainOptions options;
  options.ials.dimensions = 16;
  options.positive_rule = data::default_positive_rule(world.ratings);
  model::Model model = recommendation::train(world.ratings, options, {.pool = pool}).model;
  model.items.metadata = world.movies;
  model.users.metadata = world.people;

  // 2. A person, as they would describe themselves. Titles are matched forgivingly, and
  //    Memento, below the threshold of four stars, is only kept out of the results.
  const recommendation::TitleMatcher titles(model.items);
  const auto history = recommendation::parse_history("shrek (2001)=5; Finding Nemo; Memento=2");
  const auto entries = recommendation::find_entries(model, titles, history);
  const recommendation::Person person = recommendation::made_up_person(model, entries);

  // 3. Their vector in closed form, and the best five by it.
  const factorization::FoldIn fold_in(model.items.vectors, model::fold_in_options(model), pool);
  const std::vector<float> vector = fold_in.solve(person.liked, person.weights);
  const recommendation::Recommender recommender(model, {});
  const auto list = recommender.for_person(vector, person, 5, pool);
  for (const recommendation::Recommendation& chosen : list.items) {
    std::printf("%zu. %-40s %.3f", chosen.rank,
                recommendation::title_of(model.items, chosen.item).c_str(),
                static_cast<double>(chosen.score));
    for (const auto& reason : recommendation::reasons_for(fold_in, person, chosen.item, 2)) {
      std::printf("  %s %.0f%%", recommendation::title_of(model.items, reason.item).c_str(),
                  100.0 * static_cast<double>(reason.share));
    }
    std::printf("\n");
  }
  return list.items.size() == 5 ? 0 : 1;
}
