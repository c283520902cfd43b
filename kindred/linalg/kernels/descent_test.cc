#include "kindred/linalg/kernels/descent.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

using Values = std::vector<float>;

// Bits, all NaN taken for one: which of two NaN an operation gives is the compiler's choice.
std::vector<std::uint32_t> bits(std::span<const float> values) {
  std::vector<std::uint32_t> out;
  for (const float value : values) {
    out.push_back(value != value ? 0x7fc00000U : std::bit_cast<std::uint32_t>(value));
  }
  return out;
}

// Between -1 and 1 with zeros, denormals, infinities and NaN among them.
Values draws(std::size_t count, std::uint64_t seed, bool special) {
  Rng random(seed);
  Values values(count);
  constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
  for (float& value : values) {
    value = static_cast<float>(2.0 * random.uniform() - 1.0);
    if (!special) continue;
    switch (random.below(12)) {
      case 0:
        value = 0.0F;
        break;
      case 1:
        value = kDenormal;
        break;
      case 2:
        value = -100.0F * kDenormal;
        break;
      case 3:
        value = std::numeric_limits<float>::infinity();
        break;
      case 4:
        value = std::numeric_limits<float>::quiet_NaN();
        break;
      default:
        break;
    }
  }
  return values;
}

Values magnitudes(Values values) {
  for (float& value : values) value = value < 0.0F ? -value : value;
  return values;
}

class DescentOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

// Slots of two equal states; `skip` elements at the front make the spans misaligned.
struct State {
  State(std::size_t count, std::uint64_t seed, bool special)
      : w(draws(count, seed, special)),
        g(draws(count, seed + 1, special)),
        m(draws(count, seed + 2, special)),
        v(magnitudes(draws(count, seed + 3, special))) {}
  Values w, g, m, v;
};

void expect_equal(const State& found, const State& expected, std::size_t count) {
  EXPECT_EQ(bits(found.w), bits(expected.w)) << count;
  EXPECT_EQ(bits(found.m), bits(expected.m)) << count;
  EXPECT_EQ(bits(found.v), bits(expected.v)) << count;
}

TEST_P(DescentOnTarget, StepsAreThePlainOnes) {
  const DescentRates rates{.rate = 0.1F, .decay = 0.01F};
  const AdamConstants constants;
  for (std::size_t count = 0; count <= 70; ++count) {
    for (const std::size_t skip : {std::size_t{0}, std::size_t{1}}) {
      for (const bool special : {false, true}) {
        const auto run = [&](State& s, auto sgd, auto adagrad, auto adam) {
          const auto cut = [&](Values& values) { return std::span(values).subspan(skip); };
          sgd(rates, cut(s.w), cut(s.g));
          adagrad(rates, 1e-7F, cut(s.w), cut(s.g), cut(s.v));
          adam(rates, constants, cut(s.w), cut(s.g), cut(s.m), cut(s.v));
        };
        State found(count + skip, count, special);
        State expected = found;
        run(found, sgd_step, adagrad_step, adam_step);
        run(expected, sgd_step_plain, adagrad_step_plain, adam_step_plain);
        expect_equal(found, expected, count);
      }
    }
  }
}

TEST_P(DescentOnTarget, StepsOfRowsAreTheStepsOfEachRow) {
  const DescentRates rates{.rate = 0.1F, .decay = 0.01F};
  const AdamConstants constants;
  constexpr std::size_t kRows = 40;
  const std::vector<std::int64_t> rows = {3, 39, 0, 17, 18, 5, 30, 31, 32, 9, 2, 25};
  for (std::size_t cols = 1; cols <= 40; ++cols) {
    for (const int kind : {0, 1, 2}) {
      State found(kRows * cols, cols, false);
      State expected = found;
      const TableCells table{cols, found.w.data(), kind == 0 ? nullptr : found.m.data(),
                             kind == 2 ? found.v.data() : nullptr};
      if (kind == 1) {
        found.m = expected.m = magnitudes(found.m);
      }
      if (kind == 0) sgd_rows(rates, table, rows, found.g.data());
      if (kind == 1) adagrad_rows(rates, 1e-7F, table, rows, found.g.data());
      if (kind == 2) adam_rows(rates, constants, table, rows, found.g.data());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = [&](Values& values) {
          return std::span(values).subspan(static_cast<std::size_t>(rows[i]) * cols, cols);
        };
        const auto g = std::span(expected.g).subspan(i * cols, cols);
        if (kind == 0) sgd_step_plain(rates, row(expected.w), g);
        if (kind == 1) adagrad_step_plain(rates, 1e-7F, row(expected.w), g, row(expected.m));
        if (kind == 2) {
          adam_step_plain(rates, constants, row(expected.w), g, row(expected.m), row(expected.v));
        }
      }
      expect_equal(found, expected, cols);
    }
  }
}

TEST_P(DescentOnTarget, IdleStepsAreStepsWithoutGradient) {
  for (const bool decays : {false, true}) {
    for (const std::size_t step_count : {0U, 1U, 15U, 16U, 17U, 400U, 1500U}) {
      std::vector<DescentRates> steps(step_count);
      for (std::size_t i = 0; i < step_count; ++i) {
        steps[i].rate = 0.01F / static_cast<float>(1 + i % 3);
        steps[i].decay = decays ? 1e-4F : 0.0F;
      }
      for (const std::size_t count : {1U, 5U, 37U}) {
        State found(count, step_count + count, false);
        if (count > 4) {  // Weights at rest, and denormals that cannot shrink.
          found.w[1] = found.m[2] = found.v[3] = 0.0F;
          found.m[4] = 3.0F * std::numeric_limits<float>::denorm_min();
          found.w[0] = 1e-40F;
        }
        State expected = found;
        const Values zeros(count, 0.0F);
        adam_idle_steps(steps, {}, found.w, found.m, found.v);
        for (const DescentRates& step : steps) {
          adam_step_plain(step, {}, expected.w, zeros, expected.m, expected.v);
        }
        expect_equal(found, expected, count);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, DescentOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
