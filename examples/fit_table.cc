// From a table to a trained model: homes whose price depends on their size and their city.

#include <cstdio>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/model/table_fit.h"

namespace {

using namespace kindred;

// 100 for each square foot, and what the city adds; the price is the label.
data::Batch made_up_homes(std::size_t count, std::uint64_t seed) {
  const std::vector<std::string> cities = {"Bonn", "Lima", "Oslo", "Rome"};
  Rng rng(seed);
  std::vector<double> feet;
  data::TextList city;
  std::vector<double> price;
  for (std::size_t row = 0; row < count; ++row) {
    const std::uint64_t where = rng.below(cities.size());
    feet.push_back(500.0 + 2000.0 * rng.uniform());
    city.push_back(cities[where]);
    price.push_back(100.0 * feet.back() + 50'000.0 * static_cast<double>(where));
  }
  data::Batch rows;
  rows.add("feet", data::column(std::move(feet)));
  rows.add("city", data::column(std::move(city)));
  rows.label = data::column(std::move(price));
  return rows;
}

}  // namespace

int main() {
  features::TableRecipe recipe;
  recipe.reading.label = "price";
  recipe.columns = {features::numeric("feet", {features::ZScore{}}),
                    features::embedding(features::vocabulary("city", {}), 2)};
  ThreadPool pool(1);
  model::TableModel model = model::fit_table(
      made_up_homes(1000, 1), recipe,
      {.hidden = {16}, .optimizer = nn::Adam{.learning_rate = 0.01F}, .epochs = 30}, pool);

  const nn::Scores scores = model.network.evaluate(made_up_homes(200, 2), {}, pool);
  const double rmse = *nn::find_score(scores, "rmse");
  std::printf("%zu epochs, off by %.0f on homes it has not seen\n", model.history.epochs.size(),
              rmse);
  return rmse < 0.1 * model.label.scale ? 0 : 1;
}
