#include "kindred/model/table_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <span>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/nn/callbacks.h"
#include "kindred/storage/container.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

using testing::HasSubstr;

// Prices of homes: a base for the city, and 2 for each square foot.
data::Batch homes(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> feet(count);
  data::TextList city;
  std::vector<double> price(count);
  for (std::size_t row = 0; row < count; ++row) {
    feet[row] = 500.0 + 2000.0 * rng.uniform();
    const std::uint64_t where = rng.below(3);
    city.push_back(where == 0 ? "Rome" : where == 1 ? "Oslo" : "Bonn");
    price[row] = 100'000.0 + 50'000.0 * static_cast<double>(where) + 2.0 * feet[row];
  }
  data::Batch batch;
  batch.add("feet", data::column(std::move(feet)));
  batch.add("city", data::column(std::move(city)));
  batch.label = data::column(std::move(price));
  return batch;
}

features::TableRecipe recipe() {
  features::TableRecipe recipe;
  recipe.reading.label = "price";
  recipe.columns = {features::numeric("feet", {features::ZScore{}}),
                    features::embedding(features::vocabulary("city", {}), 2)};
  return recipe;
}

TableFitOptions quick() {
  TableFitOptions options;
  options.hidden = {16};
  options.optimizer = nn::Adam{.learning_rate = 0.01F};
  options.epochs = 20;
  options.batch_size = 32;
  return options;
}

TableModel fit(const TableFitOptions& options, int threads = 1) {
  ThreadPool pool(threads);
  return fit_table(homes(600, 1), recipe(), options, pool);
}

std::string bytes_of(const TableModel& model) {
  const test::TemporaryFolder folder;
  save(model, folder / "m.kindred");
  return test::read_bytes(folder / "m.kindred");
}

TEST(TableFit, LearnsPricesInTheirOwnUnits) {
  ThreadPool pool(1);
  TableModel model = fit(quick());
  EXPECT_EQ(model.label.objective, Objective::regression);
  const nn::Scores scores = model.network.evaluate(homes(200, 2), {}, pool);
  EXPECT_LT(*nn::find_score(scores, "rmse"), 4000.0);  // Of a deviation of 41,000.
  EXPECT_GT(*nn::find_score(scores, "r2_score"), 0.99);
}

TEST(TableFit, EqualInputsGiveEqualFilesForAnyNumberOfThreads) {
  const std::string bytes = bytes_of(fit(quick()));
  EXPECT_EQ(bytes, bytes_of(fit(quick(), 3)));
  TableFitOptions other = quick();
  other.seed = 2;
  EXPECT_NE(bytes, bytes_of(fit(other)));
}

TEST(TableFit, SavesAndLoadsWhatPredictsAlike) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  TableModel model = fit(quick());
  save(model, folder / "m.kindred");
  EXPECT_TRUE(is_table_model_file(folder / "m.kindred"));
  TableModel loaded = load_table_model(folder / "m.kindred");
  EXPECT_EQ(loaded.network.predict(homes(50, 3), {}, pool),
            model.network.predict(homes(50, 3), {}, pool));
  EXPECT_EQ(loaded.label, model.label);
  EXPECT_EQ(loaded.history.epochs.size(), model.history.epochs.size());
  EXPECT_EQ(bytes_of(loaded), bytes_of(model));
}

TEST(TableFit, DamagedFilesAreRefused) {
  const test::TemporaryFolder folder;
  save(fit(quick()), folder / "m.kindred");
  std::string bytes = test::read_bytes(folder / "m.kindred");
  for (const std::size_t place : {bytes.size() - 5, bytes.size() / 2, std::size_t{20}}) {
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ 1);
    test::write_bytes(folder / "d.kindred", damaged);
    EXPECT_THROW(load_table_model(folder / "d.kindred"), Error) << place;
  }
  test::write_bytes(folder / "other.kindred", "no model");
  EXPECT_FALSE(is_table_model_file(folder / "other.kindred"));
}

// The file as it is, but for a text in its recipe or manifest, with right checksums.
void change(const std::filesystem::path& from, const std::filesystem::path& to,
            const std::function<void(std::string& recipe, Json& content)>& edit) {
  const storage::SafetensorsFile file(from);
  const Json manifest = storage::read_manifest(file);
  Json content = manifest.at("content");
  std::string recipe;
  storage::ContainerWriter writer;
  std::deque<std::vector<float>> numbers;
  for (const storage::TensorInfo& info : file.header().tensors) {
    std::vector<std::byte> bytes(info.byte_count);
    file.read(info, bytes);
    if (info.name == "recipe") {
      recipe.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      continue;
    }
    auto& values = numbers.emplace_back(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    writer.add<float>(info.name, info.shape, values);
  }
  edit(recipe, content);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(recipe.data()), recipe.size());
  if (!recipe.empty()) writer.add<std::uint8_t>("recipe", {recipe.size()}, bytes);
  writer.write(to, {manifest.at("format").as_string(), 1}, content);
}

void replace(std::string& text, const std::string& old_part, const std::string& new_part) {
  const std::size_t at = text.find(old_part);
  ASSERT_NE(at, std::string::npos) << text;
  text.replace(at, old_part.size(), new_part);
}

TEST(TableFit, SizesAreComparedWithTheHeaderFirst) {
  const test::TemporaryFolder folder;
  save(fit(quick()), folder / "m.kindred");
  const auto error_of_changed = [&](const auto& edit) {
    change(folder / "m.kindred", folder / "h.kindred", edit);
    return test::error_of([&] { load_table_model(folder / "h.kindred"); });
  };
  // 2^30 rows would be 8 GB and minutes of random numbers: neither may happen.
  EXPECT_THAT(error_of_changed([](std::string& recipe, Json&) {
                replace(recipe, R"("key":"city")", R"("key":"city","oov_buckets":1073741824)");
              }),
              HasSubstr("h.kindred: column 'city_embedding': 1073741827 buckets of 2 dimensions, "
                        "but tensor 'parameter/network/city_embedding' has 3 rows of 2"));
  EXPECT_THAT(error_of_changed([](std::string&, Json& content) {
                content.set("hidden", nn::to_json({nn::dense(67'108'864, nn::Activation::relu)}));
              }),
              HasSubstr("hidden layer 1: 67108864 units, but tensor "
                        "'parameter/network/dense.kernel' has 16 columns"));
  EXPECT_THAT(error_of_changed(
                  [](std::string&, Json& content) { content.set("hidden", Json(Json::Array{})); }),
              HasSubstr("h.kindred"));
  EXPECT_EQ(error_of_changed([](std::string&, Json&) {}), "no error");
}

TEST(TableFit, CheckpointsThatContradictThemselvesAreRefused) {
  const test::TemporaryFolder folder;
  TableFitOptions options = quick();
  options.epochs = 2;
  options.checkpoint = folder / "honest";
  fit(options);
  options.checkpoint = folder / "hostile";
  options.resumes = true;
  options.epochs = 4;
  const auto refusal = [&](const char* member, const Json& value) {
    change(folder / "honest", folder / "hostile",
           [&](std::string&, Json& content) { content.set(member, value); });
    return test::error_of([&] { fit(options); });
  };
  const Json right =
      storage::read_manifest(storage::SafetensorsFile(folder / "honest")).at("content");
  const std::uint64_t step = right.at("step").as_uint();
  for (const std::uint64_t wrong :
       {std::uint64_t{0}, step - 1, step + 1, ~std::uint64_t{0}, std::uint64_t{1} << 31U}) {
    EXPECT_THAT(refusal("step", wrong), HasSubstr("step is "));
  }
  for (const std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3},
                                    std::uint64_t{1} << 31U, std::uint64_t{1} << 62U}) {
    EXPECT_THAT(refusal("epoch", wrong), HasSubstr("epoch is "));
  }
  EXPECT_THAT(refusal("stops", true), HasSubstr("stops is true"));
  EXPECT_THAT(refusal("batches_done", 3), HasSubstr("batches_done is 3"));
  EXPECT_THAT(refusal("learning_rate_factor", 0), HasSubstr("learning_rate_factor is 0"));
  EXPECT_THAT(refusal("history", Json(Json::Array{})), HasSubstr("the history has 0 entries"));
  change(folder / "honest", folder / "hostile", [](std::string&, Json&) {});
  EXPECT_EQ(test::error_of([&] { fit(options); }), "no error");
}

TEST(TableFit, EmbeddingsCarryTheWordsOfTheirRows) {
  const TableModel model = fit(quick());
  const embedding::Embeddings cities = table_embeddings(model, "");
  EXPECT_EQ(cities.vectors.rows(), 3U);
  EXPECT_EQ(cities.dimensions(), 2U);
  EXPECT_TRUE(cities.labels.find("Oslo").has_value());
  EXPECT_THROW(table_embeddings(model, "street_embedding"), Error);
}

// Stops during the third epoch, then goes on from the checkpoint.
TEST(TableFit, ResumesToTheSameBytes) {
  const test::TemporaryFolder folder;
  TableFitOptions options = quick();
  const std::string whole = bytes_of(fit(options));
  options.checkpoint = folder / "m.checkpoint";
  std::atomic<bool> cancelled = false;
  TableFitOptions cut = options;
  cut.cancelled = &cancelled;
  cut.callbacks = {nn::on_epoch_end([&](nn::TrainingView& view) {
    if (view.history.epochs.size() == 2) cancelled = true;
  })};
  EXPECT_THROW(fit(cut), Error);
  cancelled = false;
  cut.callbacks = {nn::on_epoch_end([](nn::TrainingView&) {})};
  cut.resumes = true;
  EXPECT_EQ(bytes_of(fit(cut)), whole);
}

TEST(TableFit, RowsWithoutALabelAreLeftOutAndCounted) {
  data::Batch rows = homes(100, 1);
  auto prices = rows.label->doubles();
  std::vector<double> label(prices.begin(), prices.end());
  label[3] = label[7] = std::nan("");
  rows.label = data::column(std::move(label));
  TableFitOptions options = quick();
  options.epochs = 1;
  std::string said;
  options.warn = [&](const std::string& message) { said += message; };
  ThreadPool pool(1);
  fit_table(rows, recipe(), options, pool);
  EXPECT_THAT(said, HasSubstr("2 rows have no 'price'"));
}

// What fit_table() says or throws.
std::string said_of(data::Batch rows, const TableFitOptions& given = quick()) {
  std::string said;
  TableFitOptions options = given;
  options.warn = [&](const std::string& message) { said += message + "; "; };
  ThreadPool pool(1);
  try {
    fit_table(std::move(rows), recipe(), options, pool);
  } catch (const Error& error) {
    return std::string("error: ") + error.what();
  }
  return said;
}

TEST(TableFit, WhatCannotBeLearnedIsAnError) {
  data::Batch rows = homes(100, 1);
  rows.label = data::column(std::vector<double>(100, 5.0));
  EXPECT_THAT(said_of(rows), HasSubstr("error: the label 'price' is 5 in every row"));
  rows = homes(100, 1);
  rows.weight = data::column(std::vector<float>(100, 0.0F));
  EXPECT_THAT(said_of(rows), HasSubstr("are 0: nothing counts"));
  TableFitOptions options = quick();
  for (const double dropout : {-1.0, 1.0, 1.5, std::nan("")}) {
    options.dropout = dropout;
    EXPECT_THAT(said_of(homes(50, 1), options), HasSubstr("error: a dropout rate of"));
  }
  options = quick();
  options.epochs = 1;
  options.optimizer = nn::Sgd{.learning_rate = 1e20F};
  EXPECT_THAT(said_of(homes(600, 1), options), HasSubstr("error: training diverged"));
}

TEST(TableFit, WarnsOfANetworkThatIsNoBetterThanABlindGuess) {
  EXPECT_THAT(said_of(homes(600, 1)), testing::Not(HasSubstr("blind guess")));
  data::Batch rows = homes(300, 1);
  Rng rng(11);  // Of some seeds the 60 rows that validate are guessed by luck.
  std::vector<double> noise(300);
  for (double& value : noise) value = rng.normal();
  rows.label = data::column(noise);
  TableFitOptions options = quick();
  options.patience = 0;
  options.epochs = 60;
  EXPECT_THAT(said_of(rows, options), HasSubstr("no better than a blind guess: its rmse is"));
  data::TextList words;
  for (const double value : noise) words.push_back(value > 0 ? "yes" : "no");
  rows.label = data::column(words);
  EXPECT_THAT(said_of(rows, options), HasSubstr("blind guess: its cross-entropy is"));
}

TEST(TableFit, WarnsOfRowsThatDecideTheError) {
  data::Batch rows = homes(600, 1);
  const auto prices = rows.label->doubles();
  std::vector<double> label(prices.begin(), prices.end());
  // Two of these rows are among the 120 that validate.
  for (std::size_t row = 0; row < 600; row += 40) label[row] = 9e7;
  rows.label = data::column(std::move(label));
  EXPECT_THAT(said_of(rows),
              HasSubstr("2 of 120 rows make up 97 % of the squared error: a 'price' of 90000000"));
}

TEST(TableFit, AColumnOfWhichNothingIsLeftIsLeftOut) {
  data::Batch rows = homes(100, 1);
  rows.remove("feet");
  rows.add("feet", data::column(std::vector<double>(100, std::nan(""))));
  EXPECT_THAT(said_of(rows), HasSubstr("column 'feet' is left out: all its values are missing"));
}

TEST(TableFit, ClassesAreLearnedByName) {
  data::Batch rows = homes(600, 1);
  data::TextList label;
  for (const double price : rows.label->doubles()) {
    label.push_back(price > 200'000 ? "high" : price > 150'000 ? "middle" : "low");
  }
  rows.label = data::column(label);
  ThreadPool pool(1);
  TableModel model = fit_table(rows, recipe(), quick(), pool);
  EXPECT_EQ(model.label.classes, (std::vector<std::string>{"high", "low", "middle"}));
  rows.label = data::column(encode_label(model.label, *rows.label));
  EXPECT_GT(*nn::find_score(model.network.evaluate(rows, {}, pool), "accuracy"), 0.95);
  const Matrix shares = model.network.predict(rows, {}, pool);
  EXPECT_EQ(shares.cols(), 3U);
  EXPECT_NEAR(shares.row(0)[0] + shares.row(0)[1] + shares.row(0)[2], 1.0F, 1e-5F);
}

TEST(TableFit, OptionsAndLabelsThatCannotBeAreNamed) {
  TableFitOptions options = quick();
  options.validation_split = 1.0;
  EXPECT_THROW(fit(options), Error);
  options = quick();
  options.batch_size = 0;
  EXPECT_THROW(fit(options), Error);
  options = quick();
  options.hidden = {0};
  EXPECT_THROW(fit(options), Error);
  options = quick();
  options.optimizer = nn::Sgd{.learning_rate = std::nanf("")};
  EXPECT_THROW(fit(options), Error);
  options = quick();
  options.optimizer = nn::Sgd{.learning_rate = 1e9F};
  try {
    fit(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("diverged"));
  }
  ThreadPool pool(1);
  EXPECT_THROW(fit_table(data::slice(homes(5, 1), 0, 0), recipe(), quick(), pool), Error);
}

}  // namespace
}  // namespace kindred::model
