#include "kindred/nn/optimizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"

namespace kindred::nn {
namespace {

std::vector<OptimizerOptions> all_options() {
  return {
      Sgd{},
      Sgd{.momentum = 0.9F},
      Sgd{.momentum = 0.9F, .nesterov = true, .weight_decay = 0.01F},
      Sgd{.weight_decay = 0.01F},
      Adagrad{.learning_rate = 0.1F},
      Adagrad{.learning_rate = 0.1F, .weight_decay = 0.01F},
      Adam{.learning_rate = 0.01F},
      Adam{.learning_rate = 0.01F, .amsgrad = true, .weight_decay = 0.1F},
      AdamW{.learning_rate = 0.01F},
      RmsProp{.learning_rate = 0.01F},
      RmsProp{.learning_rate = 0.01F, .momentum = 0.5F},
      RmsProp{.learning_rate = 0.01F, .centered = true},
      RmsProp{.learning_rate = 0.01F, .momentum = 0.5F, .centered = true, .weight_decay = 0.01F},
      Ftrl{.learning_rate = 0.1F},
      Ftrl{.learning_rate = 0.1F, .l1 = 0.001F, .l2 = 0.01F, .l2_shrinkage = 0.01F},
      Ftrl{.learning_rate = 0.1F, .learning_rate_power = -0.3F, .weight_decay = 0.01F}};
}

std::string describe(const OptimizerOptions& options, std::size_t number) {
  return std::string(name_of(options)) + " " + std::to_string(number);
}

std::vector<float> random_values(std::size_t count, std::uint64_t seed) {
  Rng random(seed, 0, 0);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(2.0 * random.uniform() - 1.0);
  return values;
}

// Which rows step `step` touches: most are skipped for a while.
std::vector<std::int64_t> touched_rows(std::uint64_t step, std::size_t row_count) {
  Rng random(11, 0, step);
  std::vector<std::int64_t> rows;
  for (std::size_t row = 0; row + 1 < row_count; ++row) {  // The last one never.
    if (random.uniform() < 0.15) rows.push_back(static_cast<std::int64_t>(row));
  }
  return rows;
}

float rate_of_step(std::uint64_t step) { return 0.05F / static_cast<float>(1 + step % 5); }

// A table trained by rows beside the same table trained with dense gradients.
class Pair {
 public:
  static constexpr std::size_t kRows = 23;
  static constexpr std::size_t kCols = 5;

  explicit Pair(const OptimizerOptions& options)
      : sparse_(options), dense_(options), sparse_values_(random_values(kRows * kCols, 1)) {
    dense_values_ = sparse_values_;
    sparse_.add_parameter("table", {.rows = kRows, .cols = kCols, .sparse = true});
    dense_.add_parameter("table", {.rows = kRows, .cols = kCols});
  }

  // `read` says whether the rows are brought up to date before the step, as for a forward pass.
  void step(std::uint64_t step, bool read, ThreadPool* pool) {
    const std::vector<std::int64_t> rows = touched_rows(step, kRows);
    const std::vector<float> gradient = random_values(rows.size() * kCols, 100 + step);
    std::vector<float> all(kRows * kCols, 0.0F);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(gradient.begin() + static_cast<std::ptrdiff_t>(i * kCols), kCols,
                  all.begin() + static_cast<std::ptrdiff_t>(rows[i]) * kCols);
    }
    if (read) {
      sparse_.catch_up_rows(0, sparse_values_, rows, pool);
      for (const std::int64_t row : rows)
        EXPECT_EQ(row_of(sparse_values_, row), row_of(dense_values_, row));
    }
    sparse_.begin_step(rate_of_step(step));
    dense_.begin_step(rate_of_step(step));
    if (step % 7 != 3) {
      sparse_.update_rows(0, sparse_values_, rows, gradient, pool);
      dense_.update(0, dense_values_, all, pool);
    } else {  // A step in which the table has no gradient.
      dense_.update(0, dense_values_, std::vector<float>(kRows * kCols, 0.0F), pool);
    }
  }

  void expect_equal() {
    sparse_.catch_up(0, sparse_values_);
    EXPECT_EQ(sparse_values_, dense_values_);
    const std::vector<SlotView> sparse_slots = sparse_.slots();
    const std::vector<SlotView> dense_slots = dense_.slots();
    ASSERT_EQ(sparse_slots.size(), dense_slots.size());
    for (std::size_t i = 0; i < sparse_slots.size(); ++i) {
      EXPECT_TRUE(std::ranges::equal(sparse_slots[i].values, dense_slots[i].values))
          << sparse_slots[i].name;
    }
  }

  const std::vector<float>& values() const { return sparse_values_; }

 private:
  static std::vector<float> row_of(const std::vector<float>& values, std::int64_t row) {
    const auto begin = values.begin() + row * static_cast<std::ptrdiff_t>(kCols);
    return {begin, begin + kCols};
  }

  Optimizer sparse_;
  Optimizer dense_;
  std::vector<float> sparse_values_;
  std::vector<float> dense_values_;
};

TEST(Optimizer, SparseUpdatesAreTheDenseOnesBitForBit) {
  std::size_t number = 0;
  for (const OptimizerOptions& options : all_options()) {
    SCOPED_TRACE(describe(options, number++));
    for (const bool read : {true, false}) {
      Pair pair(options);
      for (std::uint64_t step = 0; step < 60; ++step) {
        pair.step(step, read, nullptr);
        if (step % 20 == 11) pair.expect_equal();
      }
      pair.expect_equal();
    }
  }
}

TEST(Optimizer, LazyAdamLeavesSkippedRowsAlone) {
  Optimizer optimizer(LazyAdam{});
  optimizer.add_parameter("table", {.rows = 3, .cols = 2, .sparse = true});
  std::vector<float> values = {1, 2, 3, 4, 5, 6};
  for (int step = 0; step < 3; ++step) {
    optimizer.begin_step(0.1F);
    const std::int64_t row = step == 0 ? 0 : 2;
    optimizer.update_rows(0, values, std::span(&row, 1), std::vector<float>{1.0F, -1.0F});
  }
  optimizer.catch_up(0, values);
  EXPECT_NEAR(values[0], 0.9F, 1e-6F);  // The first step of Adam is as long as the rate.
  EXPECT_NEAR(values[1], 2.1F, 1e-6F);
  EXPECT_EQ(values[2], 3.0F);
  EXPECT_LT(values[4], 5.0F);
}

TEST(Optimizer, RowwiseAdagradDividesEachRowByItsOwnLength) {
  Optimizer optimizer(RowwiseAdagrad{.initial_accumulator = 0.0F, .epsilon = 1e-12F});
  optimizer.add_parameter("table", {.rows = 2, .cols = 2, .sparse = true});
  std::vector<float> values(4, 0.0F);
  optimizer.begin_step(1.0F);
  const std::vector<std::int64_t> rows = {0, 1};
  optimizer.update_rows(0, values, rows, std::vector<float>{3.0F, 4.0F, 30.0F, -40.0F});
  const float mean = std::sqrt(12.5F);  // Of the squares of 3 and 4.
  EXPECT_FLOAT_EQ(values[0], -3.0F / mean);
  EXPECT_FLOAT_EQ(values[1], -4.0F / mean);
  EXPECT_FLOAT_EQ(values[2], -3.0F / mean);
  EXPECT_FLOAT_EQ(values[3], 4.0F / mean);
  EXPECT_EQ(optimizer.slots().front().cols, 1U);
}

TEST(Optimizer, ParametersThatDoNotDecayStayWithoutGradient) {
  Optimizer optimizer(AdamW{.weight_decay = 0.5F});
  optimizer.add_parameter("kernel", {.cols = 1});
  optimizer.add_parameter("bias", {.cols = 1, .decays = false});
  std::vector<float> kernel = {1.0F};
  std::vector<float> bias = {1.0F};
  optimizer.begin_step(0.1F);
  optimizer.update(0, kernel, std::vector<float>{0.0F});
  optimizer.update(1, bias, std::vector<float>{0.0F});
  EXPECT_FLOAT_EQ(kernel[0], 0.95F);
  EXPECT_EQ(bias[0], 1.0F);
}

// 70 rows of 1,000 are several pieces of work.
TEST(Optimizer, ThreadsDoNotChangeTheBytes) {
  std::size_t number = 0;
  for (const OptimizerOptions& options : all_options()) {
    SCOPED_TRACE(describe(options, number++));
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 3}) {
      ThreadPool pool(threads);
      Optimizer optimizer(options);
      optimizer.add_parameter("table", {.rows = 70, .cols = 1000, .sparse = true});
      optimizer.add_parameter("kernel", {.rows = 70, .cols = 1000});
      std::vector<float> table = random_values(70'000, 1);
      std::vector<float> kernel = table;
      for (std::uint64_t step = 0; step < 3; ++step) {
        const std::vector<std::int64_t> rows = touched_rows(step, 70);
        const std::vector<float> gradient = random_values(70'000, 7 + step);
        optimizer.begin_step(0.01F);
        optimizer.update_rows(0, table, rows, std::span(gradient).first(rows.size() * 1000), &pool);
        optimizer.update(1, kernel, gradient, &pool);
      }
      optimizer.catch_up(0, table, &pool);
      table.insert(table.end(), kernel.begin(), kernel.end());
      results.push_back(table);
    }
    EXPECT_EQ(results[0], results[1]);
  }
}

TEST(Optimizer, ResumesToTheSameBytes) {
  std::size_t number = 0;
  for (const OptimizerOptions& options : all_options()) {
    SCOPED_TRACE(describe(options, number++));
    const ParameterShape shape{.rows = 9, .cols = 4, .sparse = true};
    const auto step = [](Optimizer& optimizer, std::vector<float>& values, std::uint64_t i) {
      const std::vector<std::int64_t> rows = touched_rows(i, 9);
      optimizer.begin_step(rate_of_step(i));
      optimizer.update_rows(0, values, rows, random_values(rows.size() * 4, i));
    };
    Optimizer first(options);
    first.add_parameter("table", shape);
    std::vector<float> values = random_values(36, 1);
    for (std::uint64_t i = 0; i < 10; ++i) step(first, values, i);
    first.catch_up(0, values);

    Optimizer second(options);
    second.add_parameter("table", shape);
    std::vector<float> resumed = values;
    const std::vector<SlotView> from = first.slots();
    const std::vector<SlotView> to = second.slots();
    for (std::size_t i = 0; i < from.size(); ++i)
      std::ranges::copy(from[i].values, to[i].values.begin());
    second.resume_at(first.step());
    for (std::uint64_t i = 10; i < 20; ++i) {
      step(first, values, i);
      step(second, resumed, i);
    }
    first.catch_up(0, values);
    second.catch_up(0, resumed);
    EXPECT_EQ(values, resumed);
  }
}

TEST(Optimizer, OptionsAndRatesOutOfRangeAreRefused) {
  EXPECT_THROW(Optimizer(Sgd{.learning_rate = -1.0F}), Error);
  EXPECT_THROW(Optimizer(Sgd{.momentum = 1.0F}), Error);
  EXPECT_THROW(Optimizer(Adam{.beta1 = 1.0F}), Error);
  EXPECT_THROW(Optimizer(Adam{.epsilon = 0.0F}), Error);
  EXPECT_THROW(Optimizer(Ftrl{.learning_rate_power = 0.5F}), Error);
  EXPECT_THROW(Optimizer(AdamW{.weight_decay = std::nanf("")}), Error);
  Optimizer optimizer(Sgd{});
  EXPECT_THROW(optimizer.begin_step(std::nanf("")), Error);
  EXPECT_THROW(optimizer.begin_step(-0.1F), Error);
  Optimizer ftrl(Ftrl{});
  EXPECT_THROW(ftrl.begin_step(0.0F), Error);
}

TEST(Optimizer, NamesAreReadBack) {
  for (const char* const name :
       {"sgd", "adagrad", "adam", "adamw", "rmsprop", "ftrl", "lazy_adam", "rowwise_adagrad"}) {
    OptimizerOptions options = parse_optimizer(name);
    EXPECT_EQ(name_of(options), name);
    set_learning_rate(options, 0.25F);
    EXPECT_EQ(learning_rate_of(options), 0.25F);
  }
  EXPECT_THROW(parse_optimizer("adamax"), Error);
}

}  // namespace
}  // namespace kindred::nn
