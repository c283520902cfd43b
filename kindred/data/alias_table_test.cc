#include "kindred/data/alias_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <vector>

namespace kindred::data {
namespace {

TEST(AliasTable, DrawsInProportionToTheWeights) {
  for (const std::size_t count : {1U, 2U, 3U, 17U, 100U}) {
    std::vector<std::uint32_t> ids(count);
    std::vector<double> weights(count);
    for (std::size_t i = 0; i < count; ++i) {
      ids[i] = static_cast<std::uint32_t>(10 * i + 3);
      weights[i] = 1.0 / static_cast<double>(i + 1);
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const AliasTable table(ids, weights);
    constexpr double kDraws = 200000.0;
    std::map<std::uint32_t, double> drawn;
    Rng rng(7, 0, count);
    for (int i = 0; i < static_cast<int>(kDraws); ++i) drawn[table.draw(rng)] += 1.0;
    for (std::size_t i = 0; i < count; ++i) {
      const double chance = weights[i] / total;
      const double deviation = std::sqrt(kDraws * chance * (1.0 - chance));
      EXPECT_NEAR(drawn[ids[i]], kDraws * chance, 5.0 * deviation + 1.0) << count << " " << i;
    }
  }
}

TEST(AliasTable, NeverDrawsWhatWeighsNothing) {
  const std::vector<std::uint32_t> ids = {5, 6, 7, 8};
  const std::vector<double> weights = {0.0, 2.0, 0.0, 1.0};
  const AliasTable table(ids, weights);
  Rng rng(1);
  for (int i = 0; i < 10000; ++i) {
    const std::uint32_t id = table.draw(rng);
    EXPECT_TRUE(id == 6 || id == 8) << id;
  }
}

}  // namespace
}  // namespace kindred::data
