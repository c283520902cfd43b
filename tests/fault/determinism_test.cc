// What must not change a model: the number of threads, an interruption, the instructions
// of the processor, the order of the rows, the names of things.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/kernels/target.h"
#include "kindred/model/io.h"
#include "kindred/recommendation/recommender.h"
#include "kindred/recommendation/train.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/two_tastes.h"

namespace kindred {
namespace {

using factorization::IalsOptions;
using factorization::IalsSolver;
using recommendation::TrainOptions;

// Enough users for validation, rows for the primal and for the dual solver.
TrainOptions options() {
  TrainOptions out;
  out.ials = {.dimensions = 24, .epochs = 5};
  out.positive_rule.threshold = 3.0F;
  out.validation_users = 15;
  return out;
}

class Determinism : public ::testing::Test {
 protected:
  std::string bytes(const model::Model& model) {
    const auto path = folder_ / "model.kindred";
    model::save(model, path);
    return test::read_bytes(path);
  }
  model::Model train(const data::Interactions& data, const TrainOptions& options, int threads,
                     const training::CheckpointPolicy& checkpoint = {}) {
    ThreadPool pool(threads);
    model::Model model =
        recommendation::train(data, options, {.pool = pool, .checkpoint = checkpoint}).model;
    model.items.metadata = data::Table(model.items.size());
    model.users.metadata = data::Table(model.users.size());
    return model;
  }

  test::TemporaryFolder folder_;
};

std::vector<recommendation::RecommendationList> all_lists(const model::Model& model) {
  ThreadPool pool(2);
  std::vector<std::uint32_t> users(model.users.size());
  std::iota(users.begin(), users.end(), 0U);
  return recommendation::Recommender(model, {.allowed = {}, .many_people = true})
      .for_users(users, 10, pool);
}

// The largest difference of a vector of `a` from that of `b`, relative to its length.
double relative_difference(const Matrix& a, const Matrix& b) {
  double largest = 0.0;
  for (std::size_t row = 0; row < a.rows(); ++row) {
    double difference = 0.0;
    double norm = 0.0;
    for (std::size_t i = 0; i < a.cols(); ++i) {
      difference += std::pow(double{a.row(row)[i]} - double{b.row(row)[i]}, 2);
      norm += std::pow(double{b.row(row)[i]}, 2);
    }
    if (norm > 0.0) largest = std::max(largest, std::sqrt(difference / norm));
  }
  return largest;
}

TEST_F(Determinism, AnyNumberOfThreadsGivesTheSameBytes) {
  const data::Interactions data = test::two_tastes(300, 90);
  for (const IalsSolver solver : {IalsSolver::automatic, IalsSolver::primal, IalsSolver::dual}) {
    TrainOptions chosen = options();
    chosen.ials.solver = solver;
    const std::string one = bytes(train(data, chosen, 1));
    for (const int threads : {2, 3, 4, 8}) {
      EXPECT_EQ(bytes(train(data, chosen, threads)), one) << threads << " threads";
    }
  }
}

TEST_F(Determinism, AnInterruptionAfterAnyEpochGivesTheSameBytes) {
  const data::Interactions data = test::two_tastes(300, 90);
  const std::string whole = bytes(train(data, options(), 2));
  for (int stop = 1; stop < options().ials.epochs; ++stop) {
    const auto path = folder_ / ("checkpoint" + std::to_string(stop));
    std::atomic<bool> cancelled = false;
    ThreadPool pool(2);
    recommendation::train(
        data, options(),
        {.pool = pool,
         .cancelled = &cancelled,
         .checkpoint = {.path = path},
         .observe = [&](const auto& record) { cancelled = record.epoch == stop; }});
    EXPECT_EQ(bytes(train(data, options(), 3, {.path = path, .resume = true})), whole)
        << "stopped after epoch " << stop;
  }
}

TEST_F(Determinism, EveryInstructionSetLearnsTheSameAndListsTheSame) {
  const data::Interactions data = test::two_tastes(300, 90);
  const model::Model best = train(data, options(), 2);
  const auto lists = all_lists(best);
  for (const std::string_view target : linalg::simd_targets()) {
    ASSERT_TRUE(linalg::force_simd_target(target));
    EXPECT_EQ(all_lists(best), lists) << target;
    const model::Model model = train(data, options(), 2);
    EXPECT_LE(relative_difference(model.items.vectors, best.items.vectors), 1e-5) << target;
    EXPECT_LE(relative_difference(model.users.vectors, best.users.vectors), 1e-5) << target;
  }
  linalg::force_simd_target(linalg::simd_targets().front());
}

// `matrix` with row r at place rows[r], and column c at place columns[c].
SparseMatrix permuted(const SparseMatrix& matrix, const std::vector<std::uint32_t>& rows,
                      const std::vector<std::uint32_t>& columns) {
  std::vector<std::vector<std::pair<std::uint32_t, float>>> entries(matrix.rows);
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    for (std::size_t i = 0; i < matrix.row_size(row); ++i) {
      entries[rows[row]].emplace_back(columns[matrix.row_columns(row)[i]],
                                      matrix.row_values(row)[i]);
    }
  }
  SparseMatrix out;
  out.rows = matrix.rows;
  out.cols = matrix.cols;
  for (auto& row : entries) {
    std::ranges::sort(row);
    for (const auto& [column, value] : row) {
      out.columns.push_back(column);
      out.values.push_back(value);
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

Matrix permuted(const Matrix& matrix, const std::vector<std::uint32_t>& rows) {
  Matrix out(matrix.rows(), matrix.cols());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    std::ranges::copy(matrix.row(row), out.row(rows[row]).begin());
  }
  return out;
}

std::vector<std::uint32_t> random_order(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  Rng rng(seed);
  rng.shuffle(std::span(order));
  return order;
}

// Rows in another order number users and items otherwise. From the same start, moved
// alike, every vector and the loss come out the same to rounding.
TEST_F(Determinism, TheOrderOfRowsMakesNoDifference) {
  const SparseMatrix pairs = test::two_tastes(200, 60).by_user;
  const auto users = random_order(pairs.rows, 1);
  const auto items = random_order(pairs.cols, 2);
  const SparseMatrix shuffled = permuted(pairs, users, items);
  ThreadPool pool(2);
  const IalsOptions ials = {.dimensions = 16};
  factorization::Ials first(pairs, ials);
  factorization::Ials second(shuffled, ials);
  second.restore(permuted(first.user_vectors(), users), permuted(first.item_vectors(), items), 0);
  for (int epoch = 0; epoch < 8; ++epoch) {
    first.run_epoch(pool);
    second.run_epoch(pool);
  }
  EXPECT_NEAR(second.loss(pool).total() / first.loss(pool).total(), 1.0, 1e-6);
  EXPECT_LE(relative_difference(second.item_vectors(), permuted(first.item_vectors(), items)),
            1e-4);
  EXPECT_LE(relative_difference(second.user_vectors(), permuted(first.user_vectors(), users)),
            1e-4);
}

TEST_F(Determinism, OtherNamesGiveTheSameRecommendations) {
  const data::Interactions data = test::two_tastes(300, 90);
  data::Interactions renamed = data;
  renamed.users = {};
  renamed.items = {};
  for (std::size_t user = 0; user < 300; ++user) {
    renamed.users.insert("person-" + std::to_string(7919 * user % 300));
  }
  for (std::size_t item = 0; item < 90; ++item) {
    renamed.items.insert("film " + std::to_string(31 * item % 90));
  }
  const model::Model model = train(renamed, options(), 2);
  EXPECT_EQ(all_lists(model), all_lists(train(data, options(), 2)));
  EXPECT_EQ(model.items.labels.label(1), "film 31");
}

}  // namespace
}  // namespace kindred
