#include "kindred/tuning/halving.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"

namespace kindred::tuning {
namespace {

Curve flat(double value, int steps) {
  Curve curve;
  for (int step = 1; step <= steps; ++step) {
    curve.steps.push_back(step);
    curve.values.push_back(value);
  }
  return curve;
}

TEST(Halving, KeepsTheBestOfThoseThatCameAsFar) {
  const StoppingOptions options{.steps_min = 2, .reduction = 3};
  const std::vector<Curve> others = {flat(0.5, 2), flat(0.4, 2), flat(0.3, 2),
                                     flat(0.2, 2), flat(0.1, 2), flat(0.9, 1)};
  EXPECT_TRUE(should_go_on(flat(0.6, 2), others, options));
  // Six have reached step 2, so two go on.
  EXPECT_TRUE(should_go_on(flat(0.45, 2), others, options));
  EXPECT_FALSE(should_go_on(flat(0.35, 2), others, options));
  // Between the rungs nobody is judged.
  EXPECT_TRUE(should_go_on(flat(0.0, 1), others, options));
  EXPECT_TRUE(should_go_on(flat(0.0, 3), others, options));
}

TEST(Halving, JudgesTheFirstAgainstNobody) {
  EXPECT_TRUE(should_go_on(flat(0.1, 2), {}, {}));
  const std::vector<Curve> one = {flat(0.2, 2)};
  EXPECT_FALSE(should_go_on(flat(0.1, 2), one, {}));
  EXPECT_TRUE(should_go_on(flat(0.1, 2), one, {.value_step = 0.2}));
}

TEST(Halving, TiesGoOn) {
  const std::vector<Curve> others(8, flat(0.5, 2));
  EXPECT_TRUE(should_go_on(flat(0.5, 2), others, {}));
}

TEST(Median, StopsTheLowerHalfAfterTheGracePeriod) {
  const StoppingOptions options{.rule = Stopping::median, .steps_min = 3, .trials_min = 3};
  const std::vector<Curve> others = {flat(0.1, 5), flat(0.2, 5), flat(0.3, 5)};
  EXPECT_TRUE(should_go_on(flat(0.15, 2), others, options));
  EXPECT_FALSE(should_go_on(flat(0.15, 3), others, options));
  EXPECT_TRUE(should_go_on(flat(0.25, 3), others, options));
  EXPECT_TRUE(
      should_go_on(flat(0.15, 3), std::vector<Curve>(others.begin(), others.begin() + 2), options));
}

TEST(StoppingOptions, AreChecked) {
  EXPECT_THROW(validate(StoppingOptions{.steps_min = 0}), Error);
  EXPECT_THROW(validate(StoppingOptions{.reduction = 1}), Error);
  EXPECT_THROW(parse_stopping("thirds"), Error);
  EXPECT_EQ(parse_stopping("median"), Stopping::median);
}

// Settings whose curves rise towards different heights at different speeds, so that early
// values mislead a little. One is planted far enough above the others to be the answer.
class PlantedCurves {
 public:
  PlantedCurves(std::size_t count, std::uint64_t seed) {
    for (std::size_t i = 0; i < count; ++i) {
      Rng rng(seed, 1, i);
      heights_.push_back(0.5 + 0.3 * rng.uniform());
      speeds_.push_back(0.35 + 0.15 * rng.uniform());
    }
    Rng place(seed, 2);
    planted_ = place.below(count);
    heights_[planted_] = 0.85;
  }

  double value(std::size_t trial, int step) const {
    return heights_[trial] * (1.0 - std::exp(-speeds_[trial] * step));
  }
  std::size_t planted() const { return planted_; }
  std::size_t count() const { return heights_.size(); }

 private:
  std::vector<double> heights_;
  std::vector<double> speeds_;
  std::size_t planted_ = 0;
};

TEST(Halving, FindsThePlantedBestInAThirdOfTheEpochs) {
  constexpr int kEpochs = 27;
  int found = 0;
  std::size_t epochs = 0;
  constexpr std::uint64_t kSeeds = 50;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const PlantedCurves world(81, seed);
    std::vector<Curve> curves;
    double best = 0.0;
    std::size_t best_trial = 0;
    for (std::size_t trial = 0; trial < world.count(); ++trial) {
      Curve curve;
      for (int step = 1; step <= kEpochs; ++step) {
        curve.steps.push_back(step);
        curve.values.push_back(world.value(trial, step));
        ++epochs;
        if (!should_go_on(curve, curves, {.steps_min = 3, .reduction = 3})) break;
      }
      if (curve.steps.back() == kEpochs && curve.values.back() > best) {
        best = curve.values.back();
        best_trial = trial;
      }
      curves.push_back(std::move(curve));
    }
    found += best_trial == world.planted() ? 1 : 0;
  }
  // A planted curve that rises slowly may lose by right: of what is known at step 3.
  EXPECT_GE(found, 48);
  EXPECT_LE(3 * epochs, kSeeds * 81 * kEpochs);
  RecordProperty("found", found);
  RecordProperty("epochs", static_cast<int>(epochs));
}

TEST(Hyperband, PlansBracketsOfAboutTheSameCost) {
  const auto schedule = hyperband_schedule(81, 3);
  ASSERT_EQ(schedule.size(), 5U);
  EXPECT_EQ(schedule[0].front(), (HyperbandRound{81, 1}));
  EXPECT_EQ(schedule[0].back(), (HyperbandRound{1, 81}));
  EXPECT_EQ(schedule[4], (std::vector<HyperbandRound>{{5, 81}}));
  EXPECT_EQ(hyperband_schedule(1, 3).size(), 1U);
  // A power is counted exactly: 243 = 3^5 has six brackets, 242 five.
  EXPECT_EQ(hyperband_schedule(243, 3).size(), 6U);
  EXPECT_EQ(hyperband_schedule(242, 3).size(), 5U);
  EXPECT_THROW(hyperband_schedule(0, 3), Error);
  EXPECT_THROW(hyperband_schedule(10, 1), Error);
}

}  // namespace
}  // namespace kindred::tuning
