// What the map of the digits shows at first sight, checked where it can be: among principal
// components the 5s are the widest digit and the 1s the tightest.

#include <gtest/gtest.h>

#include "kindred/insight/spread.h"
#include "kindred/projection/pca.h"
#include "tests/support/mnist.h"

namespace kindred {
namespace {

// numpy: sqrt(((y - y.mean(0)) ** 2).sum(1).mean()) of the rows of each digit.
TEST(DigitsSpread, FivesAreTheWidestOfThreePrincipalComponentsAndOnesTheTightest) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const Matrix map = projection::fit_pca(digits->images, 3, pool).transform(digits->images, pool);
  const auto spreads = insight::label_spreads(map, digits->labels, nullptr, pool);
  EXPECT_EQ(spreads.front().label, 5U);
  EXPECT_NEAR(spreads.front().rms, 2.82, 0.005);
  EXPECT_EQ(spreads.back().label, 1U);
  EXPECT_NEAR(spreads.back().rms, 1.27, 0.005);
}

}  // namespace
}  // namespace kindred
