#include "kindred/linalg/kernels/int8_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

class Int8ScanOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

// Bytes and codes of one scan, `shift` bytes off any alignment.
struct Problem {
  std::size_t groups;
  std::size_t panel_count;
  std::size_t query_count;
  std::size_t shift;
  std::vector<std::uint8_t> bytes;
  std::vector<std::int8_t> codes;
  std::vector<std::int32_t> starts;

  Problem(std::size_t groups_, std::size_t panels, std::size_t queries, std::size_t shift_ = 0)
      : groups(groups_),
        panel_count(panels),
        query_count(queries),
        shift(shift_),
        bytes(shift + panels * kPanelItems * groups * kGroupComponents, kItemBias),
        codes(shift + queries * groups * kGroupComponents),
        starts(queries) {}

  void randomise(std::uint64_t seed) {
    Rng rng(seed);
    const int most = int8_query_max();
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.below(256));
    for (auto& code : codes) {
      code = static_cast<std::int8_t>(static_cast<int>(rng.below(2 * most + 1)) - most);
    }
    // About as far from 0 as the sums are, so that some pairs hit and others do not.
    for (auto& start : starts) start = static_cast<std::int32_t>(rng.normal() * 60000.0) - 20000;
  }

  Int8Panels panels() const { return {bytes.data() + shift, groups, panel_count}; }
  Int8Queries queries() const { return {std::span(codes).subspan(shift), starts}; }

  std::vector<Int8Hit> hits(bool plain) const {
    std::vector<Int8Hit> found(query_count * panel_count * kPanelItems);
    found.resize(plain ? find_int8_hits_plain(panels(), queries(), found)
                       : find_int8_hits(panels(), queries(), found));
    std::ranges::sort(found);
    return found;
  }
  void expect_as_plain() const { EXPECT_EQ(hits(false), hits(true)); }
};

TEST_P(Int8ScanOnTarget, EverySizeAndAlignmentFindsWhatThePlainLoopFinds) {
  std::size_t hit_count = 0;
  for (std::size_t groups = 0; groups <= 9; ++groups) {
    for (std::size_t queries = 0; queries <= 13; ++queries) {
      for (const std::size_t panels : {0U, 1U, 3U}) {
        SCOPED_TRACE(testing::Message()
                     << groups << " groups, " << queries << " queries, " << panels << " panels");
        Problem problem(groups, panels, queries, (groups + queries) % 5);
        problem.randomise(groups * 100 + queries);
        problem.expect_as_plain();
        hit_count += problem.hits(false).size();
      }
    }
  }
  EXPECT_GT(hit_count, 5000U);
  EXPECT_LT(hit_count, 100000U);
}

TEST_P(Int8ScanOnTarget, SumsOfExtremesNeitherSaturateNorWrap) {
  for (const std::size_t groups : {1U, 2U, 16U, 4096U}) {
    for (const int sign : {-1, 1}) {
      for (const std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{255}}) {
        Problem problem(groups, 1, 7);
        std::ranges::fill(problem.bytes, byte);
        const int code = sign * int8_query_max();
        std::ranges::fill(problem.codes, static_cast<std::int8_t>(code));
        const auto sum = static_cast<std::int32_t>(groups * kGroupComponents) * byte * code;
        for (std::size_t q = 0; q < 7; ++q) {
          problem.starts[q] = -sum - static_cast<std::int32_t>(q % 2);
        }
        const std::vector<Int8Hit> found = problem.hits(false);
        ASSERT_EQ(found.size(), 4 * kPanelItems) << groups << " " << code << " " << int{byte};
        for (const Int8Hit& hit : found) EXPECT_EQ(hit.query % 2, 0U);
        problem.expect_as_plain();
      }
    }
  }
}

TEST_P(Int8ScanOnTarget, OneHitAtEveryPlaceOfAPanel) {
  for (std::uint32_t item = 0; item < 2 * kPanelItems; ++item) {
    Problem problem(3, 2, 7);
    problem.codes[5 * 12 + 10] = 3;
    problem.starts.assign(7, -1000);
    problem.starts[5] = -3 * kItemBias - 60;
    problem.bytes[panel_offset(3, item, 10)] = kItemBias + 20;
    EXPECT_EQ(problem.hits(false), (std::vector<Int8Hit>{{5, item}}));
    problem.bytes[panel_offset(3, item, 10)] = kItemBias + 19;
    EXPECT_TRUE(problem.hits(false).empty());
  }
}

TEST_P(Int8ScanOnTarget, EveryPairCanHit) {
  Problem problem(2, 2, 5);
  problem.randomise(1);
  problem.starts.assign(5, 1 << 30);
  EXPECT_EQ(problem.hits(false).size(), 5 * 2 * kPanelItems);
  problem.expect_as_plain();
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, Int8ScanOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
