#include "kindred/data/value_scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::data {
namespace {

using testing::HasSubstr;

ValueScale scale_of(const std::vector<float>& values,
                    ValueMeaning meaning = ValueMeaning::unknown) {
  ValueCounts counts;
  counts.add(values);
  return recognize_scale(counts.counts(), meaning);
}

// What made a file of ratings: a scale with what its people call liked.
struct Truth {
  std::string name;
  std::vector<float> dislikes;  // Values that nobody may take for liked.
  std::vector<float> likes;     // Values that everybody takes for liked.
  std::vector<float> between;
  std::vector<float> strays;  // One of these among many changes nothing.
  ValueMeaning meaning = ValueMeaning::rating;
};

std::vector<float> steps(float low, float high, float step) {
  std::vector<float> out;
  for (float value = low; value <= high + step / 4.0F; value += step) out.push_back(value);
  return out;
}

std::vector<Truth> truths() {
  using M = ValueMeaning;
  return {
      {"0/1", {0}, {1}, {}, {}, M::flag},
      {"0/1, called rating", {0}, {1}, {}, {5}, M::rating},
      {"0/1 without a name", {0}, {1}, {}, {}, M::unknown},
      {"thumbs", {-1}, {1}, {}, {0}, M::unknown},
      {"thumbs with 0", {-1, 0}, {1}, {}, {}, M::flag},
      {"1 to 5", {1, 2}, {4, 5}, {3}, {0, 55, 6, -1}, M::rating},
      {"1 to 5 without a name", {1, 2}, {4, 5}, {3}, {0, 50}, M::unknown},
      {"0.5 to 5", steps(0.5F, 2.5F, 0.5F), steps(4, 5, 0.5F), {3, 3.5F}, {0, 45}, M::rating},
      {"0 to 5", {0, 1, 2}, {4, 5}, {3}, {-1}, M::rating},
      {"1 to 3", {1}, {3}, {2}, {}, M::rating},
      {"1 to 7", {1, 2, 3}, {6, 7}, {4, 5}, {0, 77}, M::rating},
      {"1 to 10", {1, 2, 3, 4}, {8, 9, 10}, {5, 6, 7}, {0, 99, 11}, M::rating},
      {"0 to 10", {0, 1, 2, 3, 4}, {8, 9, 10}, {5, 6, 7}, {-1}, M::unknown},
      {"0 to 10 in halves", steps(0, 4, 0.5F), steps(8, 10, 0.5F), {5, 5.5F, 6, 7}, {}, M::rating},
      {"-1 for none, else 1 to 10", {-1, 1, 2, 3}, {8, 9, 10}, {5, 6, 7}, {}, M::rating},
      {"0 to 100", steps(0, 40, 5), steps(80, 100, 5), {50, 60, 70}, {101}, M::rating},
      {"percents without a name",
       steps(0, 40, 1),
       steps(80, 100, 1),
       steps(50, 75, 1),
       {},
       M::unknown},
      {"0 to 20", steps(0, 9, 1), steps(15, 20, 1), {10, 12, 13}, {}, M::rating},
      {"-10 to 10", steps(-10, 0, 0.25F), steps(6, 10, 0.25F), steps(0.5F, 4, 0.5F), {}, M::rating},
      {"-2 to 2", {-2, -1, 0}, {2}, {1}, {}, M::rating},
      {"shares", steps(0, 0.4F, 0.05F), steps(0.8F, 1, 0.05F), {0.5F, 0.6F}, {}, M::rating},
      {"plays", {0}, {1, 2, 3, 4, 5, 17, 140}, {}, {}, M::count},
      {"purchases and returns", {-3, -2, -1, 0}, {1, 2, 3, 12, 48}, {}, {}, M::count},
      {"hours", {0}, {0.1F, 0.5F, 3.2F, 170.5F}, {}, {}, M::count}};
}

std::vector<float> made_file(const Truth& truth, std::size_t rows, bool with_stray, Rng& rng) {
  std::vector<float> all = truth.likes;
  all.insert(all.end(), truth.dislikes.begin(), truth.dislikes.end());
  all.insert(all.end(), truth.between.begin(), truth.between.end());
  std::vector<float> values = all;  // Each at least once.
  // How much people like on the whole differs from file to file.
  const double liking = 0.25 + 0.5 * rng.uniform();
  while (values.size() < rows) {
    const auto& from = rng.uniform() < liking  ? truth.likes
                       : truth.between.empty() ? truth.dislikes
                       : rng.uniform() < 0.5   ? truth.dislikes
                                               : truth.between;
    values.push_back(from[rng.below(from.size())]);
  }
  if (with_stray && !truth.strays.empty()) {
    values.push_back(truth.strays[rng.below(truth.strays.size())]);
  }
  rng.shuffle(std::span(values));
  return values;
}

// Hundreds of files whose truth is known, over all scales: none may call a dislike liked, nor
// a like not liked; asking is allowed, but not often.
TEST(ValueScale, AgreesWithTheScalesThatFilesWereMadeOf) {
  Rng rng(17);
  std::size_t files = 0;
  std::size_t asked = 0;
  for (const Truth& truth : truths()) {
    for (int i = 0; i < 30; ++i) {
      const bool with_stray = i % 2 == 1;
      const auto values = made_file(truth, 250 + rng.below(3000), with_stray, rng);
      const ValueScale scale = scale_of(values, truth.meaning);
      ++files;
      if (!scale.liked_from) {
        ++asked;
        EXPECT_THAT(scale.question, HasSubstr("--positive-from"));
        continue;
      }
      for (const float value : truth.dislikes) {
        EXPECT_LT(value, *scale.liked_from) << truth.name << ": " << scale.evidence;
      }
      for (const float value : truth.likes) {
        EXPECT_GE(value, *scale.liked_from) << truth.name << ": " << scale.evidence;
      }
      EXPECT_GT(*scale.liked_from, 0.0F) << truth.name;
    }
  }
  EXPECT_GE(files, 700U);
  EXPECT_LE(asked * 50, files) << asked << " of " << files << " files asked";
}

TEST(ValueScale, OneStrayChangesNothing) {
  std::vector<float> stars;
  for (int i = 0; i < 720; ++i) stars.push_back(i % 2 == 0 ? 1.0F : 5.0F);
  EXPECT_EQ(scale_of(stars).liked_from, 4.0F);
  for (const float stray : {0.0F, -1.0F, 55.0F, 1e9F}) {
    std::vector<float> with = stars;
    with.push_back(stray);
    EXPECT_EQ(scale_of(with).liked_from, 4.0F) << stray;
    EXPECT_EQ(scale_of(with, ValueMeaning::rating).liked_from, 4.0F) << stray;
  }
}

TEST(ValueScale, AsksWhereTwoReadingsExplainTheValues) {
  std::vector<float> skewed;  // 1 above all, and 30 now and then.
  for (int i = 0; i < 400; ++i) skewed.push_back(i % 40 == 0 ? 30.0F : i % 3 == 0 ? 2.0F : 1.0F);
  EXPECT_EQ(scale_of(skewed, ValueMeaning::count).liked_from, kAboveZero);
  EXPECT_THAT(
      scale_of(skewed, ValueMeaning::rating).question,
      AllOf(HasSubstr("counts"), HasSubstr("a scale to 100"), HasSubstr("--positive-from")));
  std::vector<float> jokes;  // 99 says that there is no rating.
  for (int i = 0; i < 400; ++i)
    jokes.push_back(i % 3 == 0 ? 99.0F : static_cast<float>(i % 21 - 10));
  EXPECT_THAT(scale_of(jokes, ValueMeaning::rating).question, HasSubstr("a mark for"));
  EXPECT_THAT(scale_of({0.0F, 0.0F}).question, HasSubstr("all are 0"));
  EXPECT_THAT(scale_of({-1.0F, 0.0F}).question, HasSubstr("never liked"));
}

TEST(ValueScale, OfNothingAndOfOneValue) {
  EXPECT_EQ(scale_of({}).kind, ScaleKind::none);
  EXPECT_EQ(scale_of({3.0F, 3.0F}).liked_from, kAboveZero);
  EXPECT_EQ(scale_of({1.0F}, ValueMeaning::flag).liked_from, kAboveZero);
}

TEST(ValueScale, ManyDifferentValuesAreCountedToThreeDigits) {
  ValueCounts counts;
  std::vector<float> values;
  for (int i = 0; i < 200000; ++i) values.push_back(static_cast<float>(i) * 0.37F);
  counts.add(values);
  const auto found = counts.counts();
  EXPECT_LT(found.size(), 10000U);
  std::size_t total = 0;
  for (const auto& [value, count] : found) total += count;
  EXPECT_EQ(total, values.size());
}

TEST(ValueScale, NamesOfColumnsSayWhatTheyHold) {
  EXPECT_EQ(meaning_of_name("stars"), ValueMeaning::rating);
  EXPECT_EQ(meaning_of_name("liked"), ValueMeaning::flag);
  EXPECT_EQ(meaning_of_name("quantity"), ValueMeaning::count);
  EXPECT_EQ(meaning_of_name("value"), ValueMeaning::unknown);
  EXPECT_EQ(meaning_of_name("colour"), std::nullopt);
  EXPECT_EQ(value_of_word(" True"), 1.0F);
  EXPECT_EQ(value_of_word("NO"), 0.0F);
  EXPECT_EQ(value_of_word("perhaps"), std::nullopt);
}

}  // namespace
}  // namespace kindred::data
