// What a home is worth in California: a linear model, then crosses of latitude and
// longitude, then a network on crosses of several resolutions. Each step earns its place.
//
//    california_housing_example [housing.csv] [--seed N] [--networks K] [--json]
//
// Four fifths of the rows are learned from, of which a tenth decides when to stop; errors
// are on the rest, in 100,000 dollars. With --networks K the third step is the mean of K
// networks. Without a file: a made-up coast where only the place matters.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/data/csv_dataset.h"
#include "kindred/features/adapt.h"
#include "kindred/nn/model.h"

namespace {

using namespace kindred;
using features::Column;

struct Arguments {
  std::string file;
  std::uint64_t seed = 1;
  int networks = 1;
  bool json = false;
};

Arguments parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    const bool has_next = i + 1 < count;
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--seed" && has_next) {
      arguments.seed = static_cast<std::uint64_t>(std::atoll(values[++i]));
    } else if (word == "--networks" && has_next) {
      arguments.networks = std::max(1, std::atoi(values[++i]));
    } else {
      arguments.file = word;
    }
  }
  return arguments;
}

data::Batch read_homes(const std::string& file) {
  data::CsvOptions options;
  options.label = "median_house_value";
  options.keep_missing = true;
  const data::CsvSchema schema = data::infer_csv_schema({file}, options);
  data::Batch homes = data::csv_dataset({file}, schema).collect();
  const auto numbers = [&](const char* name) { return homes.at(name).floats(); };
  // Per household and per room: what districts of different sizes have in common.
  std::vector<float> rooms;
  std::vector<float> people;
  std::vector<float> bedrooms;
  for (std::size_t row = 0; row < homes.row_count; ++row) {
    rooms.push_back(numbers("total_rooms")[row] / numbers("households")[row]);
    people.push_back(numbers("population")[row] / numbers("households")[row]);
    bedrooms.push_back(numbers("total_bedrooms")[row] / numbers("total_rooms")[row]);
  }
  homes.add("rooms_per_household", data::column(std::move(rooms)));
  homes.add("people_per_household", data::column(std::move(people)));
  homes.add("bedroom_share", data::column(std::move(bedrooms)));
  std::vector<float> value(homes.label->floats().begin(), homes.label->floats().end());
  for (float& dollars : value) dollars /= 1e5F;
  homes.label = data::column(std::move(value));
  return homes;
}

// Homes on a coast whose worth depends on the place in a way that no line follows.
data::Batch made_up_homes(std::uint64_t seed) {
  constexpr std::size_t kHomes = 4000;
  Rng rng(seed);
  std::vector<float> latitude;
  std::vector<float> longitude;
  std::vector<float> income;
  std::vector<float> value;
  for (std::size_t row = 0; row < kHomes; ++row) {
    latitude.push_back(32.5F + 2.0F * static_cast<float>(rng.uniform()));
    longitude.push_back(-124.4F + 2.0F * static_cast<float>(rng.uniform()));
    income.push_back(static_cast<float>(1.0 + 5.0 * rng.uniform()));
    value.push_back(0.4F * income.back() +
                    std::sin(4.0F * latitude.back()) * std::cos(5.0F * longitude.back()) +
                    0.1F * static_cast<float>(rng.normal()));
  }
  data::Batch homes;
  homes.add("latitude", data::column(std::move(latitude)));
  homes.add("longitude", data::column(std::move(longitude)));
  homes.add("median_income", data::column(std::move(income)));
  homes.label = data::column(std::move(value));
  return homes;
}

std::vector<Column> numbers_of(const data::Batch& homes) {
  const auto number = [](const char* key, bool is_skewed, double missing) {
    features::NumericColumn column = features::numeric(key);
    column.default_value = {missing};
    if (is_skewed) column.normalizers.emplace_back(features::Log1p{});
    column.normalizers.emplace_back(features::ZScore{});
    return column;
  };
  std::vector<Column> columns;
  for (const char* key : {"total_rooms", "population", "households", "median_income",
                          "rooms_per_household", "people_per_household"}) {
    if (homes.find(key) != nullptr) columns.emplace_back(number(key, true, 0.0));
  }
  for (const char* key : {"latitude", "longitude", "housing_median_age"}) {
    if (homes.find(key) != nullptr) columns.emplace_back(number(key, false, 0.0));
  }
  if (homes.find("total_bedrooms") != nullptr) {
    columns.emplace_back(number("total_bedrooms", true, 435.0));  // The median, where missing.
    columns.emplace_back(number("bedroom_share", false, 0.2));
    columns.emplace_back(features::indicator(features::vocabulary("ocean_proximity", {})));
  }
  return columns;
}

// Cells of `degrees` by `degrees`, hashed to no more ids than there are cells.
features::CategoricalColumn cells(double degrees) {
  const auto cut = [degrees](const char* key, double low, double high) {
    std::vector<float> edges;
    for (double edge = low; edge <= high; edge += degrees) {
      edges.push_back(static_cast<float>(edge));
    }
    return features::bucketized(features::numeric(key), edges,
                                std::string(key) + "_" + std::to_string(degrees));
  };
  constexpr double kCellsMax = 6000.0;
  const double cell_count = (9.5 / degrees + 2.0) * (10.1 / degrees + 2.0);
  return features::crossed({cut("latitude", 32.5, 42.0), cut("longitude", -124.4, -114.3)},
                           static_cast<std::int64_t>(std::min(cell_count, kCellsMax)));
}

struct Split {
  data::Batch train;
  data::Batch validation;
  data::Batch test;
};

Split split(const data::Batch& homes, std::uint64_t seed) {
  std::vector<std::size_t> order(homes.row_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(seed, 0x53504C54);
  rng.shuffle(std::span(order));
  const std::size_t learned = order.size() * 8 / 10;
  const std::size_t train = learned - learned / 10;
  Split parts{data::empty_like(homes), data::empty_like(homes), data::empty_like(homes)};
  data::append_chosen_rows(parts.train, homes, std::span(order).first(train));
  data::append_chosen_rows(parts.validation, homes,
                           std::span(order).subspan(train, learned - train));
  data::append_chosen_rows(parts.test, homes, std::span(order).subspan(learned));
  return parts;
}

struct Step {
  std::vector<Column> columns;
  std::vector<nn::LayerSpec> layers;
  nn::AdamW optimizer;
  int networks = 1;
};

// The root mean squared error on the test rows.
double run(const Step& step, const Split& parts, std::uint64_t seed, ThreadPool& pool) {
  const features::Adapted learned =
      features::adapt(step.columns, data::Dataset::from_batch(parts.train));
  std::vector<double> predicted(parts.test.row_count, 0.0);
  for (int network = 0; network < step.networks; ++network) {
    const std::uint64_t draws = seed * 1000 + static_cast<std::uint64_t>(network);
    nn::Model model(features::Encoder(learned.columns), step.layers, draws);
    model.compile({.optimizer = step.optimizer});
    model.fit(
        parts.train,
        {.epochs = 60,
         .batch_size = 128,
         .validation = parts.validation,
         .seed = draws,
         .callbacks = {nn::early_stopping({.patience = 12}),
                       nn::reduce_on_plateau({.factor = 0.3, .patience = 4, .step_min = 0.0})}},
        pool);
    const Matrix values = model.predict(parts.test, {}, pool);
    for (std::size_t row = 0; row < predicted.size(); ++row) {
      predicted[row] += static_cast<double>(values.values()[row]) / step.networks;
    }
  }
  double squares = 0.0;
  for (std::size_t row = 0; row < predicted.size(); ++row) {
    const double off = predicted[row] - static_cast<double>(parts.test.label->floats()[row]);
    squares += off * off;
  }
  return std::sqrt(squares / static_cast<double>(predicted.size()));
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = parse(count, values);
  try {
    const data::Batch homes =
        arguments.file.empty() ? made_up_homes(arguments.seed) : read_homes(arguments.file);
    const Split parts = split(homes, arguments.seed);
    ThreadPool pool(1);

    Step linear{numbers_of(homes), {nn::dense(1)}, {.learning_rate = 0.01F, .weight_decay = 0.0F}};
    Step cross = linear;
    cross.columns.emplace_back(features::indicator(cells(0.1)));
    Step network{numbers_of(homes),
                 {nn::dense(256, nn::Activation::relu), nn::dropout(0.2),
                  nn::dense(256, nn::Activation::relu), nn::dropout(0.2), nn::dense(1)},
                 {.learning_rate = 0.002F, .weight_decay = 0.01F},
                 arguments.networks};
    for (const double degrees : {1.0, 0.5, 0.2, 0.1, 0.05}) {
      network.columns.emplace_back(features::embedding(cells(degrees), 8));
    }

    const double of_linear = run(linear, parts, arguments.seed, pool);
    const double of_cross = run(cross, parts, arguments.seed, pool);
    const double of_network = run(network, parts, arguments.seed, pool);
    if (arguments.json) {
      std::printf("{\"linear\":%.6f,\"cross\":%.6f,\"network\":%.6f}\n", of_linear, of_cross,
                  of_network);
    } else {
      std::printf("off by, in 100,000 dollars, on %zu homes that were held out:\n",
                  parts.test.row_count);
      std::printf("  %.4f  a linear model\n", of_linear);
      std::printf("  %.4f  with a cross of latitude and longitude, 0.1 degrees\n", of_cross);
      std::printf("  %.4f  a network on crosses of five resolutions\n", of_network);
    }
    return of_network < of_linear ? 0 : 1;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
