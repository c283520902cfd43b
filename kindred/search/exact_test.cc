#include "kindred/search/exact.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::search {
namespace {

using List = std::vector<Neighbor>;

// Rows: east, far east, north, nothing, west, almost east.
Matrix compass() { return Matrix(6, 2, {1, 0, 5, 0, 0, 2, 0, 0, -3, 0, 1, 0.1F}); }

std::vector<std::uint32_t> ids(const List& list) {
  std::vector<std::uint32_t> out;
  for (const Neighbor& neighbor : list) out.push_back(neighbor.id);
  return out;
}

List search_one(Metric metric, const Matrix& vectors, const Matrix& query, std::size_t k) {
  ThreadPool pool(1);
  return ExactIndex(vectors, metric).search(query, k, {}, pool).front();
}

TEST(ExactIndex, EachMetricHasItsOwnIdeaOfNear) {
  const Matrix vectors = compass();
  const Matrix east(1, 2, {2, 0});
  EXPECT_EQ(ids(search_one(Metric::dot, vectors, east, 3)), (std::vector<std::uint32_t>{1, 0, 5}));
  EXPECT_EQ(ids(search_one(Metric::cosine, vectors, east, 3)),
            (std::vector<std::uint32_t>{0, 1, 5}));
  const List near = search_one(Metric::euclidean, vectors, east, 3);
  EXPECT_EQ(ids(near), (std::vector<std::uint32_t>{0, 5, 3}));
  EXPECT_EQ(near[0].score, -1.0F);
  EXPECT_EQ(near[2].score, -2.0F);
}

TEST(ExactIndex, CosineOfAZeroVectorIsZero) {
  const List all = search_one(Metric::cosine, compass(), Matrix(1, 2, {1, 1}), 6);
  ASSERT_EQ(all.size(), 6U);
  for (const Neighbor& neighbor : all) EXPECT_FALSE(std::isnan(neighbor.score));
  EXPECT_EQ(all[4], (Neighbor{3, 0.0F}));
  for (const Neighbor& neighbor : search_one(Metric::cosine, compass(), Matrix(1, 2), 6)) {
    EXPECT_EQ(neighbor.score, 0.0F);
  }
}

TEST(ExactIndex, CosineHoldsForHugeAndTinyVectors) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const Matrix vectors(3, 2, {3e38F, 3e38F, tiny, 0.0F, 1e-20F, 1e-20F});
  const List list = search_one(Metric::cosine, vectors, Matrix(1, 2, {1e30F, 1e30F}), 3);
  EXPECT_EQ(ids(list), (std::vector<std::uint32_t>{0, 2, 1}));
  EXPECT_NEAR(list[0].score, 1.0F, 1e-6F);
  EXPECT_NEAR(list[1].score, 1.0F, 1e-6F);
  EXPECT_NEAR(list[2].score, std::sqrt(0.5F), 1e-6F);
}

TEST(ExactIndex, EuclideanAgreesWithThePlainLoopAndLeavesOutWhatItShould) {
  Rng rng(4);
  Matrix vectors(300, 9);
  for (float& value : vectors.values()) value = static_cast<float>(rng.normal());
  vectors.row(7)[2] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::uint32_t> excluded = {1, 2, 50};
  TopKFilter filter;
  filter.excluded = [&](std::size_t) { return std::span<const std::uint32_t>(excluded); };
  filter.allowed.assign(300, true);
  filter.allowed[9] = false;
  ThreadPool pool(2);
  const auto found =
      ExactIndex(vectors, Metric::euclidean).search(vectors.view().slice(0, 5), 300, filter, pool);
  for (std::size_t q = 0; q < 5; ++q) {
    ASSERT_EQ(found[q].size(), 300U - 5U);  // The excluded, the forbidden, and the broken one.
    for (std::size_t i = 0; i < found[q].size(); ++i) {
      EXPECT_EQ(found[q][i].score, -std::sqrt(linalg::squared_distance_plain(
                                       vectors.row(q), vectors.row(found[q][i].id))));
      EXPECT_TRUE(i == 0 || better(found[q][i - 1], found[q][i]));
    }
  }
}

TEST(ExactIndex, PreparedOrNotTheAnswersAreTheSame) {
  Rng rng(4);
  Matrix vectors(700, 19);
  for (float& value : vectors.values()) value = static_cast<float>(rng.normal());
  TopKFilter filter;
  filter.allowed.assign(700, true);
  for (std::size_t id = 0; id < 700; id += 5) filter.allowed[id] = false;
  ThreadPool pool(2);
  for (const Metric metric : {Metric::dot, Metric::cosine, Metric::euclidean}) {
    const ExactIndex index(vectors, metric);
    ExactIndex prepared(vectors, metric);
    prepared.prepare(pool);
    for (const std::size_t queries : {1U, 40U}) {
      const MatrixView asked = vectors.view().slice(100, 100 + queries);
      EXPECT_EQ(prepared.search(asked, 12, filter, pool), index.search(asked, 12, filter, pool));
    }
  }
}

TEST(ExactIndex, NothingToSearchAndUnknownMetric) {
  EXPECT_THROW(ExactIndex(Matrix(), Metric::dot), Error);
  EXPECT_EQ(parse_metric("cosine"), Metric::cosine);
  EXPECT_THROW(parse_metric("manhattan"), Error);
}

}  // namespace
}  // namespace kindred::search
