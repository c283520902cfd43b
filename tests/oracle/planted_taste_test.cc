// The planted taste is found again: on the world of a hundredth of full scale (10,000 people,
// 5,000 movies, a million ratings) what held-out people watch next is ranked as well as by a
// plain double-precision iALS, five times better than by popularity, and nearly as well as by
// the truth itself.
//
// The plain version is the textbook's: normal equations of a row summed pair by pair onto the
// Gramian, solved by elimination (ials_oracle.h). It takes a few seconds, which is why this is
// one test and not a grid.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/planted_world.h"
#include "kindred/factorization/ials.h"
#include "tests/oracle/ials_oracle.h"

namespace kindred {
namespace {

constexpr std::uint8_t kLikedHalfStars = 8;
constexpr std::size_t kJudged = 2500;  // Users with held-out ratings: every fourth.
constexpr std::size_t kHeldOut = 10;

struct World {
  data::PlantedWorld planted{{.user_count = 10000, .item_count = 5000, .rating_count = 1000000}};
  SparseMatrix seen;
  SparseMatrix positives;
  std::vector<std::vector<std::uint32_t>> targets;  // Of user 4 n.

  World() {
    const auto& options = planted.options();
    seen.cols = positives.cols = options.item_count;
    std::vector<data::PlantedRating> ratings;
    for (std::size_t user = 0; user < options.user_count; ++user) {
      const std::size_t held_out = user % 4 == 0 ? kHeldOut : 0;
      planted.rate(user, planted.person(user), held_out, ratings);
      const std::size_t known = ratings.size() - held_out;
      if (held_out > 0) {
        targets.emplace_back();
        for (const auto& rating : std::span(ratings).subspan(known)) {
          if (rating.half_stars >= kLikedHalfStars) targets.back().push_back(rating.item);
        }
      }
      ratings.resize(known);
      std::ranges::sort(ratings, {}, &data::PlantedRating::item);
      for (const auto& rating : ratings) {
        seen.columns.push_back(rating.item);
        seen.values.push_back(1.0F);
        if (rating.half_stars < kLikedHalfStars) continue;
        positives.columns.push_back(rating.item);
        positives.values.push_back(1.0F);
      }
      seen.close_row();
      positives.close_row();
    }
  }
};

// Mean NDCG@10 of the users judged, over all movies that they have not seen.
double ndcg(const World& world, const std::function<double(std::size_t, std::size_t)>& score) {
  double sum = 0.0;
  std::size_t people = 0;
  std::vector<std::pair<double, std::size_t>> ranking;
  for (std::size_t n = 0; n < kJudged; ++n) {
    const auto& targets = world.targets[n];
    if (targets.empty()) continue;
    const std::size_t user = 4 * n;
    const auto seen = world.seen.row_columns(user);
    ranking.clear();
    for (std::size_t item = 0; item < world.seen.cols; ++item) {
      if (std::ranges::binary_search(seen, static_cast<std::uint32_t>(item))) continue;
      ranking.emplace_back(-score(user, item), item);
    }
    std::partial_sort(ranking.begin(), ranking.begin() + 10, ranking.end());
    double gained = 0.0;
    double best = 0.0;
    for (std::size_t rank = 0; rank < 10; ++rank) {
      const double gain = 1.0 / std::log2(2.0 + static_cast<double>(rank));
      const auto item = static_cast<std::uint32_t>(ranking[rank].second);
      if (std::ranges::find(targets, item) != targets.end()) gained += gain;
      if (rank < targets.size()) best += gain;
    }
    sum += gained / best;
    ++people;
  }
  return sum / static_cast<double>(people);
}

using Vectors = std::vector<std::vector<double>>;

// Half an epoch in double precision.
void solve_plainly(const SparseMatrix& rows, const Vectors& fixed, Vectors& solved,
                   const factorization::IalsOptions& options) {
  const auto d = static_cast<std::size_t>(options.dimensions);
  std::vector<double> gramian(d * d, 0.0);
  for (const auto& y : fixed) {
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) gramian[i * d + j] += y[i] * y[j];
    }
  }
  for (double& value : gramian) value *= double{options.unobserved_weight};
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto pairs = rows.row_columns(row);
    std::vector<double> a = gramian;
    std::vector<double> b(d, 0.0);
    for (const std::uint32_t column : pairs) {
      const auto& y = fixed[column];
      for (std::size_t i = 0; i < d; ++i) {
        b[i] += y[i];
        for (std::size_t j = 0; j < d; ++j) a[i * d + j] += y[i] * y[j];
      }
    }
    const double ridge = oracle::ridge(pairs.size(), rows.cols, options);
    for (std::size_t i = 0; i < d; ++i) a[i * d + i] += ridge;
    solved[row] =
        pairs.empty() ? std::vector<double>(d, 0.0) : oracle::eliminate(std::move(a), std::move(b));
  }
}

TEST(PlantedTaste, IsFoundAsWellAsByThePlainVersion) {
  const World world;
  const factorization::IalsOptions options{.dimensions = 25, .epochs = 5};

  ThreadPool pool(2);
  factorization::Ials ials(world.positives, options);
  for (int epoch = 0; epoch < options.epochs; ++epoch) ials.run_epoch(pool);
  ials.finish(pool);
  const double kindred = ndcg(world, [&](std::size_t user, std::size_t item) {
    const auto w = ials.user_vectors().row(user);
    return double{
        std::inner_product(w.begin(), w.end(), ials.item_vectors().row(item).begin(), 0.0F)};
  });

  Vectors users(world.seen.rows, std::vector<double>(25));
  Vectors items(world.seen.cols, std::vector<double>(25));
  Rng rng(99);
  for (auto& item : items) {
    for (double& value : item) value = 0.02 * rng.normal();
  }
  const SparseMatrix by_item = transpose(world.positives);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    solve_plainly(world.positives, items, users, options);
    solve_plainly(by_item, users, items, options);
  }
  solve_plainly(world.positives, items, users, options);
  const double plain = ndcg(world, [&](std::size_t user, std::size_t item) {
    return std::inner_product(users[user].begin(), users[user].end(), items[item].begin(), 0.0);
  });

  std::vector<double> likes(world.seen.cols, 0.0);
  for (const std::uint32_t item : world.positives.columns) likes[item] += 1.0;
  const double popularity = ndcg(world, [&](std::size_t, std::size_t item) { return likes[item]; });

  const std::size_t columns = world.planted.truth_columns();
  std::vector<float> item_truth(world.seen.cols * columns);
  for (std::size_t item = 0; item < world.seen.cols; ++item) {
    world.planted.item_truth(item, std::span(item_truth).subspan(item * columns, columns));
  }
  std::vector<float> user_truth(columns);
  std::size_t truth_of = world.seen.rows;
  const double truth = ndcg(world, [&](std::size_t user, std::size_t item) {
    if (truth_of != user) world.planted.user_truth(world.planted.person(user), user_truth);
    truth_of = user;
    return double{
        std::inner_product(user_truth.begin(), user_truth.end(),
                           item_truth.begin() + static_cast<std::ptrdiff_t>(item * columns), 0.0F)};
  });

  std::printf("NDCG@10: kindred %.4f, plain %.4f, truth %.4f, popularity %.4f\n", kindred, plain,
              truth, popularity);
  EXPECT_GT(kindred, 5.0 * popularity);
  EXPECT_NEAR(kindred, plain, 0.03 * plain);
  EXPECT_GT(kindred, 0.85 * truth);
}

}  // namespace
}  // namespace kindred
