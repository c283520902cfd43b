#include "kindred/linalg/kernels/triangle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

class TriangleOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

// I + B B' / size in float, with something else below the diagonal.
struct PositiveDefinite {
  std::size_t size;
  std::size_t stride;
  AlignedBuffer upper;
  std::vector<double> full;

  explicit PositiveDefinite(std::size_t n)
      : size(n), stride(tile_stride(n + 1)), upper(n * stride), full(n * n) {
    Rng rng(n);
    std::vector<double> b(n * n);
    for (double& value : b) value = rng.normal();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = i == j ? 1.0 : 0.0;
        for (std::size_t k = 0; k < n; ++k) {
          sum += b[i * n + k] * b[j * n + k] / static_cast<double>(n);
        }
        full[i * n + j] = double{static_cast<float>(sum)};
        upper.data()[i * stride + j] = j < i ? 5.0F : static_cast<float>(sum);
      }
    }
  }
};

TEST_P(TriangleOnTarget, TheFactorMultipliedByItselfGivesTheMatrix) {
  for (const std::size_t n :
       {0U, 1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 33U, 63U, 64U, 65U, 100U, 150U}) {
    PositiveDefinite a(n);
    std::vector<float> inverse_diagonal(n);
    ASSERT_EQ(factor_upper(a.upper.data(), n, a.stride, 0, inverse_diagonal), n);
    const float* u = a.upper.data();
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(u[i * a.stride + i] * inverse_diagonal[i], 1.0, 1e-6);
      for (std::size_t j = i; j < n; ++j) {
        double sum = 0.0;
        for (std::size_t k = 0; k <= i; ++k) {
          sum += double{u[k * a.stride + i]} * u[k * a.stride + j];
        }
        EXPECT_NEAR(sum, a.full[i * n + j], 2e-6) << n << " " << i << " " << j;
      }
    }
  }
}

TEST_P(TriangleOnTarget, TheSolutionLeavesNoResidual) {
  for (const std::size_t n : {1U, 5U, 8U, 16U, 17U, 31U, 64U, 129U}) {
    PositiveDefinite a(n);
    Rng rng(77);
    std::vector<float> b(n);
    for (float& value : b) value = static_cast<float>(rng.normal());
    for (std::size_t i = 0; i < n; ++i) a.upper.data()[i * a.stride + n] = b[i];
    std::vector<float> inverse_diagonal(n);
    ASSERT_EQ(factor_upper(a.upper.data(), n, a.stride, 1, inverse_diagonal), n);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = a.upper.data()[i * a.stride + n];
    back_substitute(a.upper.data(), a.stride, inverse_diagonal, x);
    for (std::size_t i = 0; i < n; ++i) {
      double residual = -double{b[i]};
      for (std::size_t j = 0; j < n; ++j) residual += a.full[i * n + j] * x[j];
      EXPECT_NEAR(residual, 0.0, 1e-5) << n << " " << i;
    }
  }
}

TEST_P(TriangleOnTarget, TheRowThatIsNotPositiveIsNamed) {
  for (const std::size_t n : {1U, 20U, 90U}) {
    for (const float pivot : {-50.0F, std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity()}) {
      PositiveDefinite a(n);
      const std::size_t row = n * 3 / 4;
      a.upper.data()[row * a.stride + row] = pivot;
      std::vector<float> inverse_diagonal(n);
      EXPECT_EQ(factor_upper(a.upper.data(), n, a.stride, 0, inverse_diagonal), row);
    }
  }
}

TEST_P(TriangleOnTarget, DenormalsAreNotFlushed) {
  AlignedBuffer a(16);
  a.data()[0] = 4.0F;
  std::vector<float> inverse_diagonal(1);
  a.data()[1] = std::numeric_limits<float>::denorm_min() * 64.0F;
  ASSERT_EQ(factor_upper(a.data(), 1, 16, 1, inverse_diagonal), 1U);
  std::vector<float> x = {a.data()[1]};
  EXPECT_EQ(x[0], std::numeric_limits<float>::denorm_min() * 32.0F);
  back_substitute(a.data(), 16, inverse_diagonal, x);
  EXPECT_EQ(x[0], std::numeric_limits<float>::denorm_min() * 16.0F);
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, TriangleOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
