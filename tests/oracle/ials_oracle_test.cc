// iALS against the textbook: rows, loss and fold-in, primal, dual and chosen by cost.

#include "tests/oracle/ials_oracle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/factorization/row_solver.h"

namespace kindred::factorization {
namespace {

constexpr IalsSolver kSolvers[] = {IalsSolver::automatic, IalsSolver::primal, IalsSolver::dual};

// Vectors with something in common, as trained ones have: the right-hand side is their
// weighted sum, and where that cancels to nothing no relative error can be asked for.
Matrix random_vectors(std::size_t rows, std::size_t cols) {
  Rng rng(rows, static_cast<std::uint32_t>(cols));
  Matrix vectors(rows, cols);
  const double scale = 1.0 / std::sqrt(static_cast<double>(cols));
  for (float& value : vectors.values()) value = static_cast<float>(scale * (1.0 + rng.normal()));
  return vectors;
}

// `count` distinct ids below `below`, ascending.
std::vector<std::uint32_t> random_ids(std::size_t count, std::size_t below, std::uint64_t seed) {
  std::vector<std::uint32_t> ids(below);
  std::iota(ids.begin(), ids.end(), 0U);
  Rng rng(seed);
  rng.shuffle(std::span(ids));
  ids.resize(count);
  std::ranges::sort(ids);
  return ids;
}

std::vector<float> random_weights(std::size_t count) {
  Rng rng(count);
  std::vector<float> weights(count);
  for (float& weight : weights) weight = 0.2F + 3.0F * static_cast<float>(rng.uniform());
  return weights;
}

double relative_error(std::span<const float> actual, std::span<const double> expected) {
  double error = 0.0;
  double norm = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += (double{actual[i]} - expected[i]) * (double{actual[i]} - expected[i]);
    norm += expected[i] * expected[i];
  }
  return norm > 0.0 ? std::sqrt(error / norm) : std::sqrt(error);
}

SparseMatrix random_positives(std::size_t users, std::size_t items, double density) {
  SparseMatrix out;
  out.rows = users;
  out.cols = items;
  Rng rng(users + items);
  for (std::size_t user = 0; user < users; ++user) {
    // From nearly nothing to nearly everything, and every seventh row empty.
    const double row_density =
        user % 7 == 3 ? 0.0
                      : 2.0 * density * static_cast<double>(user) / static_cast<double>(users);
    for (std::uint32_t item = 0; item < items; ++item) {
      if (rng.uniform() >= row_density) continue;
      out.columns.push_back(item);
      out.values.push_back(0.5F + 2.0F * static_cast<float>(rng.uniform()));
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

TEST(IalsOracle, EverySolverSolvesEveryRow) {
  ThreadPool pool(2);
  const std::size_t fixed_count = 300;
  for (const std::size_t d : {1U, 2U, 15U, 16U, 17U, 48U, 65U}) {
    const Matrix fixed = random_vectors(fixed_count, d);
    for (const float unobserved : {0.0F, 0.1F, 1.0F}) {
      for (const IalsSolver solver : kSolvers) {
        // Condition numbers of up to 100: single precision leaves 1e-5 of the solution.
        const IalsOptions options = {.unobserved_weight = unobserved,
                                     .regularization = 0.05F,
                                     .regularization_exponent = 1.0F,
                                     .solver = solver};
        const RowSolver rows(fixed, options, solver != IalsSolver::primal, pool);
        for (const std::size_t n : {0U, 1U, 2U, 3U, 4U, 5U, 16U, 31U, 64U, 65U, 200U}) {
          const auto ids = random_ids(n, fixed_count, d + n);
          for (const bool weighted : {false, true}) {
            const auto weights = weighted ? random_weights(n) : std::vector<float>();
            std::vector<float> solution(d, 5.0F);
            rows.solve({ids, weights}, solution);
            const auto expected = oracle::solve_row(fixed, ids, weights, options);
            EXPECT_LE(relative_error(solution, expected), 1e-5)
                << "d " << d << ", n " << n << ", a " << unobserved << ", solver "
                << static_cast<int>(solver) << (weighted ? ", weighted" : "");
          }
        }
      }
    }
  }
}

TEST(IalsOracle, HeavyRowsAreSolvedInSegments) {
  ThreadPool pool(2);
  const Matrix fixed = random_vectors(5000, 20);
  for (const std::size_t n : {2048U, 2049U, 4097U}) {
    const auto ids = random_ids(n, 5000, n);
    const auto weights = random_weights(n);
    const IalsOptions options = {.regularization = 0.05F, .regularization_exponent = 1.0F};
    const RowSolver rows(fixed, options, false, pool);
    std::vector<float> solution(20);
    rows.solve({ids, weights}, solution);
    EXPECT_LE(relative_error(solution, oracle::solve_row(fixed, ids, weights, options)), 1e-5);
  }
}

TEST(IalsOracle, NearlySingularEquationsAreSolvedInDoublePrecision) {
  // One direction carries nearly all the weight and the ridge is below its rounding, so
  // single precision meets a pivot that is not positive.
  ThreadPool pool(1);
  Matrix fixed = random_vectors(40, 12);
  for (std::size_t row = 0; row < fixed.rows(); ++row) {
    for (float& value : fixed.row(row)) value = 1.0F + 1e-4F * value;
  }
  const auto ids = random_ids(10, 40, 1);
  const std::vector<float> weights(10, 1000.0F);
  const IalsOptions options = {
      .unobserved_weight = 0.0F, .regularization = 1e-7F, .solver = IalsSolver::primal};
  const RowSolver rows(fixed, options, false, pool);
  std::vector<float> solution(12);
  rows.solve({ids, weights}, solution);
  const auto expected = oracle::solve_row(fixed, ids, weights, options);
  EXPECT_LE(relative_error(solution, expected), 1e-5);
}

TEST(IalsOracle, LossEqualsTheDenseSumAndFallsAtEveryHalfEpoch) {
  ThreadPool pool(2);
  const SparseMatrix positives = random_positives(300, 270, 0.2);
  for (const int d : {1, 7, 32}) {
    for (const IalsSolver solver : kSolvers) {
      Ials ials(positives, {.dimensions = d, .solver = solver});
      const auto check = [&] {
        const double total = ials.loss(pool).total();
        const double expected =
            oracle::loss(positives, ials.user_vectors(), ials.item_vectors(), ials.options());
        EXPECT_NEAR(total, expected, 1e-6 * expected);
        return total;
      };
      double last = check();
      for (int epoch = 0; epoch < 3; ++epoch) {
        ials.solve_users(pool);
        const double after_users = check();
        EXPECT_LT(after_users, last);
        ials.solve_items(pool);
        last = check();
        EXPECT_LT(last, after_users);
      }
    }
  }
}

// The equations that a row solves also say what is left of the objective: no pair is looked
// at again. The first items of the second matrix are heavy rows.
TEST(IalsOracle, TheLossOfAnEpochNeedsNoSecondLook) {
  ThreadPool pool(2);
  const SparseMatrix square = random_positives(300, 270, 0.2);
  const SparseMatrix tall = random_positives(2300, 24, 0.95);
  for (const int d : {1, 7, 32}) {
    for (const IalsSolver solver : kSolvers) {
      const SparseMatrix& positives = solver == IalsSolver::dual ? square : tall;
      Ials ials(positives, {.dimensions = d, .solver = solver});
      for (int epoch = 0; epoch < 3; ++epoch) {
        ials.run_epoch(pool);
        const factorization::IalsLoss quick = ials.epoch_loss(pool);
        const factorization::IalsLoss whole = ials.loss(pool);
        EXPECT_NEAR(quick.observed, whole.observed, 1e-5 * whole.total());
        EXPECT_EQ(quick.unobserved, whole.unobserved);
        EXPECT_EQ(quick.regularization, whole.regularization);
        const double expected =
            oracle::loss(positives, ials.user_vectors(), ials.item_vectors(), ials.options());
        EXPECT_NEAR(quick.total(), expected, 1e-5 * expected);
      }
    }
  }
}

TEST(IalsOracle, AnEpochSolvesUsersThenItems) {
  ThreadPool pool(2);
  const SparseMatrix positives = random_positives(90, 80, 0.3);
  for (const IalsSolver solver : kSolvers) {
    Ials ials(positives, {.dimensions = 24, .solver = solver});
    const Matrix first_items = ials.item_vectors();
    ials.run_epoch(pool);
    for (std::size_t user = 0; user < positives.rows; ++user) {
      const auto expected = oracle::solve_row(first_items, positives.row_columns(user),
                                              positives.row_values(user), ials.options());
      EXPECT_LE(relative_error(ials.user_vectors().row(user), expected), 1e-5) << user;
    }
    const SparseMatrix by_item = transpose(positives);
    for (std::size_t item = 0; item < by_item.rows; ++item) {
      const auto expected = oracle::solve_row(ials.user_vectors(), by_item.row_columns(item),
                                              by_item.row_values(item), ials.options());
      EXPECT_LE(relative_error(ials.item_vectors().row(item), expected), 1e-5) << item;
    }
  }
}

TEST(IalsOracle, SharesOfAScoreAreTheTermsOfItsDefinition) {
  ThreadPool pool(1);
  const std::size_t d = 18;
  const Matrix items = random_vectors(120, d);
  for (const IalsSolver solver : kSolvers) {
    const IalsOptions options = {.regularization = 0.01F, .solver = solver};
    const FoldIn fold_in(items, options, pool);
    for (const std::size_t n : {0U, 1U, 6U, 60U}) {
      const auto ids = random_ids(n, 120, n);
      const auto weights = random_weights(n);
      const auto vector = fold_in.solve(ids, weights);
      const std::uint32_t target = 17;
      const auto shares = fold_in.explain(ids, weights, target);
      ASSERT_EQ(shares.size(), n);
      double score = 0.0;
      for (std::size_t k = 0; k < d; ++k) {
        score += double{vector[k]} * double{items.row(target)[k]};
      }
      double sum = 0.0;
      for (const Contribution& share : shares) sum += double{share.share};
      EXPECT_NEAR(sum, score, 1e-5);

      // A share is what the score loses when that item alone is answered with 0: its
      // weight stays in the matrix and leaves the right-hand side, where `vector` is linear.
      for (std::size_t i = 0; i < std::min<std::size_t>(n, 3); ++i) {
        EXPECT_EQ(shares[i].item, ids[i]);
        std::vector<double> a(d * d, 0.0);
        std::vector<double> b(d);
        const auto add = [&](std::span<const float> y, double weight) {
          for (std::size_t k = 0; k < d * d; ++k)
            a[k] += weight * double{y[k / d]} * double{y[k % d]};
        };
        for (std::size_t row = 0; row < 120; ++row) {
          add(items.row(row), double{options.unobserved_weight});
        }
        for (std::size_t j = 0; j < n; ++j) add(items.row(ids[j]), double{weights[j]});
        for (std::size_t k = 0; k < d; ++k) {
          a[k * d + k] += oracle::ridge(n, 120, options);
          b[k] = double{weights[i]} * double{items.row(ids[i])[k]};
        }
        const auto lost = oracle::eliminate(a, b);
        double expected = 0.0;
        for (std::size_t k = 0; k < d; ++k) expected += lost[k] * double{items.row(target)[k]};
        EXPECT_NEAR(shares[i].share, expected, 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace kindred::factorization
