#include "kindred/data/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Batch homes() {
  Batch batch;
  batch.add("sq_footage", column(std::vector<float>{1000, 2000, 3000}));
  batch.add("type", column(TextList{"house", "apt", "house"}));
  batch.add("rooms", ragged(std::vector<std::int64_t>{1, 2, 3, 4}, {0, 2, 2, 4}));
  batch.add("place", matrix(std::vector<double>{1, 2, 3, 4, 5, 6}, 2));
  batch.label = column(std::vector<float>{500, 700, 1500});
  return batch;
}

TEST(TextList, KeepsTextsInOneBlock) {
  TextList texts{"a", "", "länger"};
  EXPECT_EQ(texts.size(), 3U);
  EXPECT_EQ(texts[0], "a");
  EXPECT_EQ(texts[1], "");
  EXPECT_EQ(texts[2], "länger");
  TextList more{"first"};
  more.append(texts, 1, 3);
  EXPECT_EQ(more, (TextList{"first", "", "länger"}));
  more.clear();
  EXPECT_TRUE(more.empty());
  more.push_back("again");
  EXPECT_EQ(more[0], "again");
}

TEST(Tensor, KnowsItsRows) {
  const Batch batch = homes();
  EXPECT_EQ(batch.at("place").row_width(), 2U);
  EXPECT_EQ(batch.at("place").row_begin(2), 4U);
  EXPECT_EQ(batch.at("rooms").row_begin(2), 2U);
  EXPECT_EQ(batch.at("rooms").row_count(), 3U);
  EXPECT_EQ(batch.at("rooms").type(), ElementType::int64);
}

TEST(Tensor, RefusesAShapeThatDoesNotFitTheValues) {
  Tensor tensor = column(std::vector<float>{1, 2, 3});
  tensor.shape = {2, 2};
  EXPECT_THAT([&] { check_tensor(tensor, "x"); },
              ThrowsMessage<Error>(HasSubstr("'x': its shape holds 4 values, there are 3")));
  tensor.shape = {std::size_t{1} << 40U, std::size_t{1} << 40U};
  EXPECT_THAT([&] { check_tensor(tensor, "x"); }, ThrowsMessage<Error>(HasSubstr("too large")));
  tensor.shape = {};
  EXPECT_THROW(check_tensor(tensor, "x"), Error);
}

TEST(Tensor, RefusesOffsetsThatDoNotFitTheValues) {
  const std::vector<std::int64_t> values = {1, 2, 3};
  EXPECT_NO_THROW(check_tensor(ragged(values, {0, 0, 3}), "x"));
  EXPECT_THROW(check_tensor(ragged(values, {0, 2}), "x"), Error);
  EXPECT_THROW(check_tensor(ragged(values, {1, 3}), "x"), Error);
  EXPECT_THROW(check_tensor(ragged(values, {0, 3, 2, 3}), "x"), Error);
}

TEST(Batch, ListsTheFeaturesWhenOneIsMissing) {
  EXPECT_THAT([] { homes().at("price"); },
              ThrowsMessage<Error>(
                  HasSubstr("no feature 'price'; there are: sq_footage, type, rooms, place")));
}

TEST(Batch, RefusesANameTwiceAndAnotherNumberOfRows) {
  Batch batch = homes();
  EXPECT_THROW(batch.add("type", column(std::vector<float>{1, 2, 3})), Error);
  EXPECT_THROW(batch.add("age", column(std::vector<float>{1, 2})), Error);
  batch.label = column(std::vector<float>{1});
  EXPECT_THAT([&] { check_batch(batch); },
              ThrowsMessage<Error>(HasSubstr("'label' has 1 rows, the batch 3")));
}

TEST(Batch, SlicesAndJoinsBackToTheSameRows) {
  const Batch batch = homes();
  for (std::size_t cut = 0; cut <= batch.row_count; ++cut) {
    Batch joined = slice(batch, 0, cut);
    append_rows(joined, batch, cut, batch.row_count);
    EXPECT_EQ(joined, batch) << cut;
  }
}

TEST(Batch, AppendsChosenRowsInTheirOrder) {
  const Batch batch = homes();
  Batch chosen = empty_like(batch);
  append_chosen_rows(chosen, batch, std::vector<std::size_t>{2, 0, 2});
  EXPECT_EQ(chosen.row_count, 3U);
  EXPECT_THAT(chosen.at("sq_footage").floats(), ElementsAre(3000, 1000, 3000));
  EXPECT_EQ(chosen.at("type").texts(), (TextList{"house", "house", "house"}));
  EXPECT_THAT(chosen.at("rooms").row_offsets, ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(chosen.at("rooms").integers(), ElementsAre(3, 4, 1, 2, 3, 4));
  EXPECT_THAT(chosen.at("place").doubles(), ElementsAre(5, 6, 1, 2, 5, 6));
  EXPECT_THAT(chosen.label->floats(), ElementsAre(1500, 500, 1500));
  EXPECT_NO_THROW(check_batch(chosen));
}

TEST(Batch, NamesTheFeatureThatChangesItsType) {
  Batch batch = homes();
  Batch other = homes();
  *other.find("type") = column(std::vector<std::int64_t>{1, 2, 3});
  EXPECT_THAT([&] { append_rows(batch, other, 0, 3); },
              ThrowsMessage<Error>(HasSubstr(
                  "'type' is text of {rows} in some rows and int64 of {rows} in others")));
  other = homes();
  other.label.reset();
  EXPECT_THAT([&] { append_rows(batch, other, 0, 3); },
              ThrowsMessage<Error>(HasSubstr("some rows have a label")));
  other = homes();
  other.remove("rooms");
  EXPECT_THAT([&] { append_rows(batch, other, 0, 3); },
              ThrowsMessage<Error>(HasSubstr("number 3 is 'rooms' in some and 'place' in others")));
}

TEST(Batch, ForgetsItsRowsAndKeepsItsForm) {
  Batch batch = homes();
  clear_rows(batch);
  EXPECT_EQ(batch, empty_like(homes()));
  append_rows(batch, homes(), 0, 3);
  EXPECT_EQ(batch, homes());
}

}  // namespace
}  // namespace kindred::data
