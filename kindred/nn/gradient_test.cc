#include "kindred/nn/gradient.h"

#include <gtest/gtest.h>

#include <vector>

#include "kindred/base/rng.h"

namespace kindred::nn {
namespace {

constexpr std::size_t kGradientRows = 40;
constexpr std::size_t kCols = 3;

// All rows, zeros where there are none.
std::vector<double> whole(Gradient<double>& gradient) {
  if (gradient.kind() == GradientKind::dense) {
    if (gradient.is_zero()) return std::vector<double>(kGradientRows * kCols);
    return {gradient.values().begin(), gradient.values().end()};
  }
  std::vector<double> all(kGradientRows * kCols);
  const auto values = gradient.row_values();
  for (std::size_t i = 0; i < gradient.row_ids().size(); ++i) {
    const auto id = static_cast<std::size_t>(gradient.row_ids()[i]);
    for (std::size_t j = 0; j < kCols; ++j) all[id * kCols + j] += values[i * kCols + j];
  }
  return all;
}

// Rows touched, added one by one and in runs, in any order and more than once, batch after
// batch: both forms hold the same sums.
TEST(Gradient, ByRowsHoldsWhatTheDenseOneHolds) {
  Gradient<double> sparse(kGradientRows, kCols, GradientKind::by_rows);
  Gradient<double> dense(kGradientRows, kCols, GradientKind::dense);
  Rng rng(1);
  const auto drawn_ids = [&](std::size_t count) {
    std::vector<std::int64_t> ids(count);
    for (std::int64_t& id : ids) id = static_cast<std::int64_t>(rng.below(kGradientRows));
    return ids;
  };
  for (int batch = 0; batch < 200; ++batch) {
    sparse.clear();
    dense.clear();
    EXPECT_TRUE(sparse.is_zero());
    for (std::uint64_t step = rng.below(5); step > 0; --step) {
      const std::vector<std::int64_t> ids = drawn_ids(rng.below(30));
      const bool touches = rng.uniform() < 0.7;
      if (touches) sparse.touch(ids);
      if (rng.uniform() < 0.3) continue;  // Touched, and nothing comes of it.
      if (rng.uniform() < 0.5) {
        std::vector<double> values(ids.size() * kCols);
        for (double& value : values) value = static_cast<double>(rng.below(9));
        sparse.add_rows(ids, values);
        dense.add_rows(ids, values);
      } else {
        for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
          sparse.row(static_cast<std::size_t>(*id))[1] += 2.0;
          dense.row(static_cast<std::size_t>(*id))[1] += 2.0;
        }
      }
    }
    EXPECT_EQ(whole(sparse), whole(dense)) << batch;
  }
}

}  // namespace
}  // namespace kindred::nn
