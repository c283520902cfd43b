// The batch top-k against the plain loop: every score, every order, every tie, bit for bit.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/target.h"
#include "kindred/search/top_k.h"

namespace kindred::search {
namespace {

using Lists = std::vector<std::vector<Neighbor>>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Scores everything, sorts everything.
Lists plain_top_k(MatrixView queries, MatrixView items, std::size_t k, const TopKFilter& filter) {
  Lists found(queries.rows);
  for (std::size_t q = 0; q < queries.rows; ++q) {
    const auto excluded = filter.excluded ? filter.excluded(q) : std::span<const std::uint32_t>();
    for (std::uint32_t id = 0; id < items.rows; ++id) {
      if (!filter.allowed.empty() && !filter.allowed[id]) continue;
      if (std::find(excluded.begin(), excluded.end(), id) != excluded.end()) continue;
      const float score = linalg::dot_plain(queries.row(q), items.row(id));
      if (!std::isnan(score)) found[q].push_back({id, score});
    }
    std::stable_sort(found[q].begin(), found[q].end(),
                     [](const Neighbor& a, const Neighbor& b) { return a.score > b.score; });
    if (found[q].size() > k) found[q].resize(k);
  }
  return found;
}

void expect_same(const Lists& actual, const Lists& expected, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t q = 0; q < actual.size(); ++q) {
    ASSERT_EQ(actual[q].size(), expected[q].size()) << what << ", query " << q;
    for (std::size_t i = 0; i < actual[q].size(); ++i) {
      ASSERT_EQ(actual[q][i].id, expected[q][i].id) << what << ", query " << q << ", rank " << i;
      ASSERT_EQ(std::bit_cast<std::uint32_t>(actual[q][i].score),
                std::bit_cast<std::uint32_t>(expected[q][i].score))
          << what << ", query " << q << ", rank " << i;
    }
  }
}

// All ways in, for 1, 2 and 4 threads.
void check(MatrixView queries, MatrixView items, std::size_t k, const TopKFilter& filter,
           const std::string& what) {
  const Lists expected = plain_top_k(queries, items, k, filter);
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    expect_same(top_k(queries, items, k, filter, pool), expected, what + ", top_k");
    const BatchTopK some(items, filter.allowed, pool);
    expect_same(some.search(queries, k, {filter.excluded, {}}, pool), expected,
                what + ", prepared");
    const BatchTopK all(items, {}, pool);
    expect_same(all.search(queries, k, filter, pool), expected, what + ", filtered");
  }
}

Matrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Matrix matrix(rows, cols);
  Rng rng(seed);
  for (float& value : matrix.values()) value = static_cast<float>(rng.normal());
  return matrix;
}

// Norms spread over six decades, as far more than a trained model has.
Matrix skewed_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Matrix matrix = random_matrix(rows, cols, seed);
  Rng rng(seed, 1);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto scale = static_cast<float>(std::exp(2.5 * rng.normal()));
    for (float& value : matrix.row(row)) value *= scale;
  }
  return matrix;
}

TEST(TopKOracle, GridOfSizes) {
  for (const std::size_t queries : {0U, 1U, 16U, 129U}) {
    for (const std::size_t items : {0U, 1U, 127U, 129U, 385U, 1030U}) {
      for (const std::size_t d : {1U, 7U, 33U}) {
        const Matrix q = random_matrix(queries, d, 1 + queries);
        const Matrix h = random_matrix(items, d, 100 + items);
        for (const std::size_t k : {1U, 10U, 400U}) {
          check(q, h, k, {},
                std::to_string(queries) + " x " + std::to_string(items) + " x " +
                    std::to_string(d) + ", k " + std::to_string(k));
        }
      }
    }
  }
}

TEST(TopKOracle, SeveralFullBlocksAndSkewedNorms) {
  check(random_matrix(140, 24, 1), random_matrix(5000, 24, 2), 10, {}, "equal norms");
  check(random_matrix(140, 24, 3), skewed_matrix(5000, 24, 4), 10, {}, "skewed norms");
  check(skewed_matrix(40, 130, 5), skewed_matrix(3000, 130, 6), 25, {}, "skewed both, d 130");
}

TEST(TopKOracle, LongListsAndMoreQueriesThanATileHolds) {
  check(random_matrix(300, 20, 1), skewed_matrix(2500, 20, 2), 1000, {}, "k 1000, skewed");
  check(random_matrix(40, 65, 3), random_matrix(2200, 65, 4), 1000, {}, "k 1000, equal norms");
  check(random_matrix(20, 3, 5), random_matrix(900, 3, 6), 1000, {}, "k beyond the items");
}

TEST(TopKOracle, OneComponentDwarfsAllOthers) {
  Matrix queries = random_matrix(60, 40, 1);
  Matrix items = random_matrix(1500, 40, 2);
  for (std::size_t row = 0; row < items.rows(); ++row) items.row(row)[7] *= 1e4F;
  check(queries, items, 10, {}, "in the items");
  for (std::size_t row = 0; row < queries.rows(); ++row) queries.row(row)[8] *= 1e6F;
  check(queries, items, 10, {}, "in both, another one");
}

TEST(TopKOracle, VectorsTooLongForIntegerSums) {
  check(random_matrix(17, 16400, 1), skewed_matrix(40, 16400, 2), 5, {}, "d 16400");
}

TEST(TopKOracle, TiesAndDuplicatesGoToTheSmallerId) {
  Matrix items(2000, 4);
  Rng rng(9);
  for (float& value : items.values()) value = static_cast<float>(rng.below(3)) - 1.0F;
  Matrix queries(20, 4);
  for (float& value : queries.values()) value = static_cast<float>(rng.below(3)) - 1.0F;
  check(queries, items, 15, {}, "few distinct scores");
  const Matrix same(1500, 8, std::vector<float>(1500 * 8, 0.3F));
  check(random_matrix(20, 8, 3), same, 12, {}, "one vector 1500 times");
}

TEST(TopKOracle, NearTiesThatOnlyTheLastBitTellsApart) {
  // Each item is the same vector plus noise at the level of rounding.
  Matrix items(3000, 64);
  const Matrix base = random_matrix(1, 64, 5);
  Rng rng(6);
  for (std::size_t row = 0; row < items.rows(); ++row) {
    for (std::size_t i = 0; i < 64; ++i) {
      items.row(row)[i] = base.row(0)[i] * (1.0F + static_cast<float>(rng.normal()) * 1e-7F);
    }
  }
  check(random_matrix(30, 64, 7), items, 10, {}, "near ties");
}

TEST(TopKOracle, ZerosHugeTinyAndBrokenVectors) {
  Matrix items = random_matrix(600, 16, 1);
  Matrix queries = random_matrix(40, 16, 2);
  const std::vector<float> scales = {0.0F,  1e-30F, 1e-38F, 1e-44F, 1e18F,
                                     1e19F, 1e25F,  1e37F,  -1.0F};
  for (std::size_t i = 0; i < 2 * scales.size(); ++i) {
    for (float& value : items.row(17 * i + 5)) value *= scales[i % scales.size()];
    for (float& value : queries.row(i + 3)) value *= scales[i % scales.size()];
  }
  items.row(40)[3] = kNan;
  items.row(41)[3] = kInfinity;
  items.row(42)[3] = -kInfinity;
  items.row(43)[0] = kInfinity;
  items.row(43)[1] = -kInfinity;
  queries.row(30)[2] = kNan;
  queries.row(31)[2] = kInfinity;
  std::ranges::fill(queries.row(32), 0.0F);
  check(queries, items, 20, {}, "odd values");
  for (float& value : items.values()) value *= 1e-42F;
  for (float& value : queries.values()) value *= 1e-3F;
  check(queries, items, 20, {}, "denormal items");
}

TEST(TopKOracle, ExcludedAndAllowed) {
  const Matrix queries = random_matrix(50, 12, 1);
  const Matrix items = skewed_matrix(1300, 12, 2);
  std::vector<std::vector<std::uint32_t>> excluded(queries.rows());
  Rng rng(3);
  for (std::size_t q = 0; q < excluded.size(); ++q) {
    // From nothing (query 0) to everything (the last).
    for (std::uint32_t id = 0; id < items.rows(); ++id) {
      if (rng.uniform() * 49.0 < static_cast<double>(q)) excluded[q].push_back(id);
    }
  }
  ASSERT_EQ(excluded.back().size(), items.rows());
  TopKFilter filter;
  filter.excluded = [&](std::size_t q) { return std::span<const std::uint32_t>(excluded[q]); };
  check(queries, items, 10, filter, "excluded");
  filter.allowed.assign(items.rows(), false);
  for (std::size_t id = 0; id < items.rows(); id += 3) filter.allowed[id] = true;
  check(queries, items, 10, filter, "excluded and allowed");
  for (std::size_t id = 0; id < items.rows(); ++id) filter.allowed[id] = id % 20 == 3;
  check(queries, items, 10, filter, "few allowed, many queries");
  check(queries.view().slice(0, 3), items, 10, filter, "few allowed, few queries");
  filter.allowed.assign(items.rows(), false);
  check(queries, items, 10, filter, "nothing allowed");
}

TEST(TopKOracle, EveryInstructionSetGivesTheSameBits) {
  const Matrix queries = random_matrix(60, 48, 1);
  const Matrix items = skewed_matrix(1500, 48, 2);
  for (const std::string_view target : linalg::simd_targets()) {
    ASSERT_TRUE(linalg::force_simd_target(target));
    check(queries, items, 10, {}, std::string(target));
    check(queries, random_matrix(700, 48, 3), 100, {}, std::string(target) + ", equal norms");
  }
  linalg::force_simd_target(linalg::simd_targets().front());
}

}  // namespace
}  // namespace kindred::search
