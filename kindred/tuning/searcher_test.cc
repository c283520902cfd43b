#include "kindred/tuning/searcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "kindred/base/error.h"
#include "kindred/tuning/sobol.h"
#include "kindred/tuning/space_text.h"
#include "kindred/tuning/tpe.h"

namespace kindred::tuning {
namespace {

Space space_of(const std::vector<std::string>& parameters) {
  Space space;
  for (const std::string& text : parameters) space.parameters.push_back(parse_parameter(text));
  validate(space);
  return space;
}

// Runs proposals one after the other; what is tried is worth `value`.
std::vector<Setting> run(const Searcher& searcher, const Space& space, std::size_t count,
                         const std::function<double(const Setting&)>& value = {}) {
  std::vector<Observation> tried;
  std::vector<Setting> out;
  for (std::size_t number = 0; number < count; ++number) {
    const auto setting = searcher.propose(space, tried, number);
    if (!setting) break;
    validate(*setting, space);
    out.push_back(*setting);
    tried.push_back({.setting = *setting,
                     .finished = true,
                     .last_step = 1,
                     .value = value ? value(*setting) : 0.0});
  }
  return out;
}

const std::vector<std::string> kMixed = {"d=4..64:log", "x=0.0001..0.1:log", "a=p|q|r",
                                         "m=0.0..1.0 if a=q"};

TEST(Searcher, RepeatsItselfWithTheSameSeedOnly) {
  const Space space = space_of(kMixed);
  const auto value = [](const Setting& s) { return -s.number("x"); };
  for (const char* kind : {"random", "sobol", "tpe"}) {
    const auto first = run(*make_searcher(kind, 1), space, 30, value);
    EXPECT_EQ(first, run(*make_searcher(kind, 1), space, 30, value)) << kind;
    EXPECT_NE(first, run(*make_searcher(kind, 2), space, 30, value)) << kind;
  }
}

TEST(Searcher, ExhaustsAFiniteSpaceWithoutRepeating) {
  const Space space = space_of({"d=1..4", "a=p|q", "m=1..3 if a=q"});
  for (const char* kind : {"grid", "random", "sobol", "tpe"}) {
    const auto tried = run(*make_searcher(kind, 1), space, 100);
    ASSERT_EQ(tried.size(), 16U) << kind;
    std::set<std::string> distinct;
    for (const Setting& setting : tried) distinct.insert(to_text(setting));
    EXPECT_EQ(distinct.size(), 16U) << kind;
  }
}

TEST(Searcher, GridGoesInOrderAndNeedsAFiniteSpace) {
  const auto tried = run(GridSearch(), space_of({"d=1..2", "x=0.0..1.0:0.5"}), 10);
  ASSERT_EQ(tried.size(), 6U);
  EXPECT_EQ(to_text(tried[0]), "d=1 x=0");
  EXPECT_EQ(to_text(tried[5]), "d=2 x=1");
  EXPECT_THROW(run(GridSearch(), space_of({"x=0.0..1.0"}), 1), Error);
  EXPECT_THROW(make_searcher("gird", 1), Error);
}

// scipy.stats.qmc.Sobol(21, scramble=False, bits=32).random(1024)[1000] * 1024
TEST(Sobol, IsTheSequenceThatOthersHave) {
  constexpr std::array<int, kSobolAxes> kPoint1000 = {225, 99,  531, 693, 287,  929, 47,
                                                      921, 513, 71,  87,  261,  165, 393,
                                                      147, 379, 737, 353, 1015, 743, 535};
  const auto point = plain_sobol_point(1000, kSobolAxes);
  for (std::size_t axis = 0; axis < kSobolAxes; ++axis) {
    EXPECT_EQ(point[axis] * 1024.0, kPoint1000[axis]) << axis;
  }
  EXPECT_EQ(plain_sobol_point(0, 3), std::vector<double>(3, 0.0));
}

TEST(Sobol, PutsOnePointIntoEverySliceOfEveryAxis) {
  constexpr std::size_t kPoints = 256;
  for (std::size_t axis = 0; axis < kSobolAxes; ++axis) {
    std::set<int> slices;
    for (std::size_t i = 0; i < kPoints; ++i) {
      slices.insert(static_cast<int>(sobol_point(i, kSobolAxes, 7)[axis] * kPoints));
    }
    EXPECT_EQ(slices.size(), kPoints) << axis;
  }
}

TEST(Sobol, GoesOnBeyondItsAxes) {
  const auto point = sobol_point(5, kSobolAxes + 4, 1);
  EXPECT_EQ(point.size(), kSobolAxes + 4);
  EXPECT_TRUE(std::ranges::all_of(point, [](double x) { return x >= 0.0 && x < 1.0; }));
}

TEST(Tpe, GathersWhereValuesAreHigh) {
  const Space space = space_of({"x=0.0..1.0", "y=0.0..1.0"});
  const auto value = [](const Setting& s) {
    const double dx = s.number("x") - 0.8;
    const double dy = s.number("y") - 0.3;
    return -dx * dx - dy * dy;
  };
  const auto tried = run(Tpe({.seed = 3}), space, 60, value);
  double late = 0.0;
  for (std::size_t i = 40; i < 60; ++i) late += value(tried[i]) / 20;
  EXPECT_GT(late, -0.05);  // Uniform points: -.27.
}

TEST(Tpe, PrefersTheGoodChoice) {
  const Space space = space_of({"a=p|q|r|s", "m=0.0..1.0 if a=q"});
  const auto tried = run(Tpe({.seed = 1}), space, 50, [](const Setting& s) {
    return s.word("a") == "q" ? 1.0 - std::abs(s.number("m") - 0.5) : 0.0;
  });
  const auto late = std::count_if(tried.begin() + 20, tried.end(),
                                  [](const Setting& s) { return s.word("a") == "q"; });
  EXPECT_GE(late, 20);
}

// What runs or failed repels: the second of two workers goes elsewhere.
TEST(Tpe, StaysAwayFromPendingAndFailedTrials) {
  const Space space = space_of({"x=0.0..1.0"});
  std::vector<Observation> tried;
  for (int i = 0; i < 20; ++i) {
    Setting setting;
    setting.set("x", i / 20.0);
    tried.push_back({.setting = setting, .finished = true, .last_step = 1, .value = i / 20.0});
  }
  const auto alone = Tpe({}).propose(space, tried, 20).value();
  Observation pending;
  pending.setting = alone;
  for (int i = 0; i < 5; ++i) tried.push_back(pending);
  const auto beside = Tpe({}).propose(space, tried, 20).value();
  EXPECT_GT(alone.number("x"), 0.7);
  EXPECT_NE(alone, beside);
}

TEST(Tpe, RefusesOptionsThatCompareNothing) {
  EXPECT_THROW(Tpe({.good_share = 0.0}), Error);
  EXPECT_THROW(Tpe({.good_share = 1.0}), Error);
  EXPECT_THROW(Tpe({.candidates = 0}), Error);
}

}  // namespace
}  // namespace kindred::tuning
