#include "kindred/nn/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"

namespace kindred::nn {
namespace {

TEST(Schedule, ExponentialAndInverseTime) {
  const Schedule smooth{ExponentialDecay{.rate = 0.1F, .decay_steps = 10, .decay_rate = 0.5F}};
  EXPECT_FLOAT_EQ(rate_at(smooth, 0), 0.1F);
  EXPECT_FLOAT_EQ(rate_at(smooth, 5), 0.1F * std::sqrt(0.5F));
  EXPECT_FLOAT_EQ(rate_at(smooth, 20), 0.025F);
  const Schedule stairs{
      ExponentialDecay{.rate = 0.1F, .decay_steps = 10, .decay_rate = 0.5F, .staircase = true}};
  EXPECT_FLOAT_EQ(rate_at(stairs, 9), 0.1F);
  EXPECT_FLOAT_EQ(rate_at(stairs, 10), 0.05F);
  const Schedule inverse{InverseTimeDecay{.rate = 0.3F, .decay_steps = 10, .decay_rate = 2.0F}};
  EXPECT_FLOAT_EQ(rate_at(inverse, 5), 0.15F);
}

TEST(Schedule, PolynomialEndsOrBeginsAgain) {
  PolynomialDecay decay{.rate = 1.0F, .decay_steps = 10, .end_rate = 0.2F, .power = 2.0F};
  EXPECT_FLOAT_EQ(rate_at({decay}, 0), 1.0F);
  EXPECT_FLOAT_EQ(rate_at({decay}, 5), 0.4F);
  EXPECT_FLOAT_EQ(rate_at({decay}, 15), 0.2F);
  decay.cycle = true;
  EXPECT_FLOAT_EQ(rate_at({decay}, 0), 1.0F);
  EXPECT_FLOAT_EQ(rate_at({decay}, 10), 0.2F);
  EXPECT_FLOAT_EQ(rate_at({decay}, 15), 0.8F * 0.0625F + 0.2F);  // 15 of 20 steps.
}

TEST(Schedule, CosineGoesDownToItsShare) {
  const Schedule cosine{CosineDecay{.rate = 0.8F, .decay_steps = 100, .alpha = 0.25F}};
  EXPECT_FLOAT_EQ(rate_at(cosine, 0), 0.8F);
  EXPECT_FLOAT_EQ(rate_at(cosine, 50), 0.5F);
  EXPECT_FLOAT_EQ(rate_at(cosine, 100), 0.2F);
  EXPECT_FLOAT_EQ(rate_at(cosine, 1000), 0.2F);
}

TEST(Schedule, PiecesEndWithTheirBoundary) {
  const Schedule pieces{PiecewiseRate{.boundaries = {3, 5}, .rates = {1.0F, 0.5F, 0.1F}}};
  EXPECT_EQ(rate_at(pieces, 3), 1.0F);
  EXPECT_EQ(rate_at(pieces, 4), 0.5F);
  EXPECT_EQ(rate_at(pieces, 5), 0.5F);
  EXPECT_EQ(rate_at(pieces, 6), 0.1F);
}

TEST(Schedule, WarmUpRisesToTheRate) {
  const Schedule schedule{.decay = ConstantRate{0.4F}, .warmup_steps = 4};
  EXPECT_FLOAT_EQ(rate_at(schedule, 0), 0.1F);
  EXPECT_FLOAT_EQ(rate_at(schedule, 2), 0.3F);
  EXPECT_FLOAT_EQ(rate_at(schedule, 3), 0.4F);
  EXPECT_FLOAT_EQ(rate_at(schedule, 4), 0.4F);
}

TEST(Schedule, OptionsOutOfRangeAreRefused) {
  EXPECT_THROW(check_schedule({ConstantRate{-1.0F}}), Error);
  EXPECT_THROW(check_schedule({ConstantRate{std::nanf("")}}), Error);
  EXPECT_THROW(check_schedule({ExponentialDecay{.decay_steps = 0}}), Error);
  EXPECT_THROW(check_schedule({CosineDecay{.alpha = 2.0F}}), Error);
  EXPECT_THROW(check_schedule({PiecewiseRate{.boundaries = {5, 5}, .rates = {1, 1, 1}}}), Error);
  EXPECT_THROW(check_schedule({PiecewiseRate{.boundaries = {5}, .rates = {1}}}), Error);
  EXPECT_NO_THROW(check_schedule({PolynomialDecay{}}));
}

}  // namespace
}  // namespace kindred::nn
