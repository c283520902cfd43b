#include "kindred/model/io.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

using test::TemporaryFolder;

void expect_equal(const data::Table& a, const data::Table& b) {
  ASSERT_EQ(a.row_count(), b.row_count());
  ASSERT_EQ(a.columns().size(), b.columns().size());
  for (std::size_t i = 0; i < a.columns().size(); ++i) {
    const data::Column& left = a.columns()[i];
    const data::Column& right = b.columns()[i];
    EXPECT_EQ(left.name, right.name);
    ASSERT_EQ(left.is_text(), right.is_text());
    for (std::size_t row = 0; row < left.size(); ++row) {
      EXPECT_EQ(a.cell(left, row), b.cell(right, row));
    }
  }
}

void expect_equal(const embedding::Embeddings& a, const embedding::Embeddings& b) {
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.vectors, b.vectors);
  expect_equal(a.metadata, b.metadata);
}

void expect_equal(const Model& a, const Model& b) {
  EXPECT_EQ(a.watching, b.watching);
  EXPECT_EQ(a.positive_rule, b.positive_rule);
  EXPECT_EQ(a.has_values, b.has_values);
  EXPECT_EQ(a.seen, b.seen);
  EXPECT_EQ(a.history, b.history);
  EXPECT_EQ(a.facts, b.facts);
  expect_equal(a.items, b.items);
  expect_equal(a.users, b.users);
}

TEST(ModelIo, RoundTrip) {
  const TemporaryFolder folder;
  const Model model = test::sample_model();
  save(model, folder / "m.kindred");
  expect_equal(load(folder / "m.kindred"), model);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"m.kindred"});
}

TEST(ModelIo, RoundTripOfSmallestModel) {
  const TemporaryFolder folder;
  Model model;
  factorization::IalsOptions options;
  options.dimensions = 1;
  model.watching = IalsPart{options};
  model.items.vectors = Matrix(0, 1);
  model.users.vectors = Matrix(0, 1);
  model.facts = Json(Json::Object());
  save(model, folder / "m.kindred");
  expect_equal(load(folder / "m.kindred"), model);
}

TEST(ModelIo, RoundTripOfEveryFamily) {
  const TemporaryFolder folder;
  ItemItemPart items{.options = Json(Json::Object()), .rows = {}};
  items.rows.cols = 7;
  for (std::uint32_t row = 0; row < 7; ++row) {
    const std::vector<std::uint32_t> near = {(row + 1) % 7};
    items.rows.append_row(near, std::vector<float>{0.25F});
  }
  for (const Watching& part : {Watching(TowerPart{.epochs = 3, .seed = 9}), Watching(items)}) {
    Model model = test::sample_model();
    model.watching = part;
    if (std::holds_alternative<ItemItemPart>(part)) {
      model.items.vectors = Matrix(7, 0);
      model.users.vectors = Matrix(5, 0);
      EXPECT_THROW(require_vectors(model, "a map"), Error);
    }
    save(model, folder / "m.kindred");
    const Model read = load(folder / "m.kindred");
    expect_equal(read, model);
    EXPECT_STREQ(kind_of(read), kind_of(model));
  }
  Model broken = test::sample_model();
  items.rows.cols = 8;
  broken.watching = items;
  EXPECT_THROW(save(broken, folder / "m.kindred"), Error);
}

TEST(ModelIo, RoundTripWithoutRatings) {
  const TemporaryFolder folder;
  Model model = test::sample_model();
  model.has_values = false;
  model.seen.values.assign(model.seen.entry_count(), 1.0F);
  model.positive_rule.threshold.reset();
  save(model, folder / "m.kindred");
  expect_equal(load(folder / "m.kindred"), model);
}

TEST(ModelIo, EqualModelsGiveEqualBytes) {
  const TemporaryFolder folder;
  Model model = test::sample_model();
  save(model, folder / "a.kindred");
  // What a run's clock said, and the bits of a NaN, make no difference.
  model.history[0].seconds = 12.5;
  data::NumberColumn years = model.items.metadata.at("year").numbers();
  for (double& year : years) year = std::isnan(year) ? -std::nan("7") : year;
  data::Table table(model.items.size());
  table.add(model.items.metadata.at("title"));
  table.add({"year", years});
  model.items.metadata = table;
  save(model, folder / "b.kindred");
  save(load(folder / "a.kindred"), folder / "c.kindred");
  EXPECT_EQ(test::read_bytes(folder / "a.kindred"), test::read_bytes(folder / "b.kindred"));
  EXPECT_EQ(test::read_bytes(folder / "a.kindred"), test::read_bytes(folder / "c.kindred"));
}

TEST(ModelIo, SavingReplacesTheOldModel) {
  const TemporaryFolder folder;
  save(test::sample_model(5), folder / "m.kindred");
  save(test::sample_model(6), folder / "m.kindred");
  EXPECT_EQ(load(folder / "m.kindred").users.size(), 6U);
}

TEST(ModelIo, RefusesWhatDoesNotFitTogether) {
  const TemporaryFolder folder;
  Model model = test::sample_model();
  model.seen = test::sample_seen(4, 7);
  EXPECT_THROW(save(model, folder / "m.kindred"), Error);
  model = test::sample_model();
  model.items.vectors.row(1)[0] = INFINITY;
  EXPECT_THROW(save(model, folder / "m.kindred"), Error);
  model = test::sample_model();
  model.seen.values[3] = NAN;
  EXPECT_THROW(save(model, folder / "m.kindred"), Error);
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace kindred::model
