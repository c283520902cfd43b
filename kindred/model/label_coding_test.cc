#include "kindred/model/label_coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"

namespace kindred::model {
namespace {

using data::Tensor;
using testing::HasSubstr;
using Words = std::vector<std::string>;

Tensor numbers(std::vector<double> values) { return data::column(std::move(values)); }
Tensor words(const Words& values) {
  data::TextList list;
  for (const std::string& value : values) list.push_back(value);
  return data::column(std::move(list));
}

LabelCoding guessed(const Tensor& label) { return learn_label("y", label, std::nullopt); }

std::string refusal(const Tensor& label, std::optional<Objective> objective) {
  try {
    learn_label("y", label, objective);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LabelCoding, GuessesWhatTheLabelIs) {
  EXPECT_EQ(guessed(numbers({1.5, 2.5, 3.5})).objective, Objective::regression);
  EXPECT_EQ(guessed(numbers({5, 7, 7})).objective, Objective::binary);
  EXPECT_EQ(guessed(numbers({0, 1, 2, 1})).objective, Objective::multiclass);
  EXPECT_EQ(guessed(numbers({3, 4, 5})).objective, Objective::regression);
  EXPECT_EQ(guessed(words({"no", "yes", "no"})).objective, Objective::binary);
  EXPECT_EQ(guessed(words({"a", "c", "b"})).objective, Objective::multiclass);
}

TEST(LabelCoding, OrdersClassesAsNumbersOrAsBytes) {
  EXPECT_EQ(guessed(words({">50K", "<=50K"})).classes, (Words{"<=50K", ">50K"}));
  EXPECT_EQ(learn_label("y", numbers({10, 9, 10}), Objective::binary).classes, (Words{"9", "10"}));
}

TEST(LabelCoding, EncodesAndNamesWhatIsNoClass) {
  const LabelCoding coding = guessed(words({"b", "a", "c"}));
  EXPECT_EQ(encode_label(coding, words({"c", "a"})), (std::vector<float>{2, 0}));
  try {
    encode_label(coding, words({"a", "d"}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("row 2 is 'd'; the classes are a, b, c"));
  }
  EXPECT_THROW(encode_label(guessed(numbers({1.5, 2, 3})), numbers({std::nan("")})), Error);
}

// Whole numbers that are missing are empty lists.
TEST(LabelCoding, FindsTheRowsThatHaveALabel) {
  EXPECT_EQ(labelled_rows(numbers({1, std::nan(""), 3})), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(labelled_rows(words({"", "a"})), (std::vector<std::size_t>{1}));
  const Tensor whole = data::ragged(std::vector<std::int64_t>{4, 9}, {0, 1, 1, 2});
  EXPECT_EQ(labelled_rows(whole), (std::vector<std::size_t>{0, 2}));
}

TEST(LabelCoding, RefusesLabelsThatTeachNothing) {
  EXPECT_THAT(refusal(words({"a", "b"}), Objective::regression), HasSubstr("needs numbers"));
  EXPECT_THAT(refusal(words({"a", "a"}), std::nullopt), HasSubstr("only the value 'a'"));
  EXPECT_THAT(refusal(words({"a", "b", "c"}), Objective::binary), HasSubstr("needs two"));
  EXPECT_THAT(refusal(numbers({std::nan("")}), std::nullopt), HasSubstr("no values"));
  Words many;
  for (int i = 0; i < 20'000; ++i) many.push_back(std::to_string(i) + "x");
  EXPECT_THAT(refusal(words(many), std::nullopt), HasSubstr("--type y=float64"));
}

TEST(LabelCoding, ScaleIsThatOfTheTrainingRows) {
  LabelCoding coding = guessed(numbers({1.5, 2, 3}));
  learn_scale(coding, {1.0F, 3.0F});
  EXPECT_DOUBLE_EQ(coding.mean, 2.0);
  EXPECT_DOUBLE_EQ(coding.scale, 1.0);
  learn_scale(coding, {5.0F, 5.0F});
  EXPECT_DOUBLE_EQ(coding.scale, 1.0);  // Not 0.
}

TEST(LabelCoding, IsReadBack) {
  for (const LabelCoding& coding :
       {guessed(words({"b", "a", "c"})), guessed(numbers({1.5, 2, 3}))}) {
    EXPECT_EQ(label_coding_from_json(to_json(coding)), coding);
  }
  Json json = to_json(guessed(words({"b", "a"})));
  json.set("objective", "regression");
  EXPECT_THROW(label_coding_from_json(json), Error);
  json.set("objective", "guess");
  EXPECT_THROW(label_coding_from_json(json), Error);
}

}  // namespace
}  // namespace kindred::model
