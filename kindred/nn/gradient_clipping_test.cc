#include "kindred/nn/gradient_clipping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kindred/base/error.h"

namespace kindred::nn {
namespace {

using Values = std::vector<float>;

TEST(GradientClipping, ByValueByNormAndByAllTogether) {
  Values by_value = {-3.0F, 0.5F, 2.0F};
  clip_by_value(by_value, 1.0F);
  EXPECT_EQ(by_value, (Values{-1.0F, 0.5F, 1.0F}));

  Values longer = {3.0F, 4.0F};
  clip_by_norm(longer, 1.0F);
  EXPECT_FLOAT_EQ(longer[0], 0.6F);
  EXPECT_FLOAT_EQ(longer[1], 0.8F);
  Values shorter = {0.3F, 0.4F};
  clip_by_norm(shorter, 1.0F);
  EXPECT_EQ(shorter, (Values{0.3F, 0.4F}));

  Values first = {3.0F, 0.0F};
  Values second = {4.0F};
  const std::vector<std::span<float>> both = {first, second};
  EXPECT_DOUBLE_EQ(global_norm(both), 5.0);
  clip(ClipByGlobalNorm{2.5F}, both);
  EXPECT_EQ(first, (Values{1.5F, 0.0F}));
  EXPECT_EQ(second, (Values{2.0F}));
  clip(ClipByNorm{1.0F}, both);
  EXPECT_EQ(first, (Values{1.0F, 0.0F}));
  EXPECT_EQ(second, (Values{1.0F}));
  clip(NoClipping{}, both);
  EXPECT_EQ(second, (Values{1.0F}));
}

TEST(GradientClipping, WhatIsNotFiniteStays) {
  const float infinity = std::numeric_limits<float>::infinity();
  Values gradient = {infinity, 2.0F};
  clip_by_norm(gradient, 1.0F);
  EXPECT_EQ(gradient, (Values{infinity, 2.0F}));
  clip_by_value(gradient, 1.0F);
  EXPECT_EQ(gradient, (Values{infinity, 1.0F}));
}

TEST(GradientClipping, LimitsMustBePositive) {
  EXPECT_THROW(check_clipping(ClipByNorm{0.0F}), Error);
  EXPECT_THROW(check_clipping(ClipByValue{std::nanf("")}), Error);
  EXPECT_NO_THROW(check_clipping(NoClipping{}));
}

}  // namespace
}  // namespace kindred::nn
