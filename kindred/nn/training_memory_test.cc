// How much memory a training takes beside its tables.

#include <gtest/gtest.h>

#include "kindred/base/machine.h"
#include "kindred/base/rng.h"
#include "kindred/nn/model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::nn {
namespace {

constexpr std::size_t kIds = 150'000;
constexpr std::size_t kDimensions = 64;
constexpr double kTableAndState = 2.0 * kIds * kDimensions * sizeof(float);

data::Batch rows_of_ids(std::size_t count) {
  Rng rng(1);
  std::vector<std::int64_t> ids(count);
  std::vector<float> label(count);
  for (std::size_t row = 0; row < count; ++row) {
    ids[row] = static_cast<std::int64_t>(rng.below(kIds));
    label[row] = static_cast<float>(rng.normal());
  }
  data::Batch rows;
  rows.add("id", data::column(std::move(ids)));
  rows.label = data::column(std::move(label));
  return rows;
}

// The most that was held beyond what there was before.
std::size_t memory_of_training(const data::Batch& rows, const FitOptions& options) {
  ThreadPool pool(1);
  reset_peak_memory();
  const std::size_t before = peak_memory_bytes();
  const auto id = features::identity("id", static_cast<std::int64_t>(kIds));
  Model model(features::Encoder({features::embedding(id, kDimensions)}), {dense(1)});
  model.compile({.optimizer = Adagrad{}});
  model.fit(rows, options, pool);
  return peak_memory_bytes() - before;
}

TEST(TrainingMemory, ATableTrainsAndResumesInAFifthMoreThanItAndItsAccumulators) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer keeps memory that was given back";
#endif
  const test::TemporaryFolder folder;
  const data::Batch rows = rows_of_ids(8 * 1024);
  FitOptions options{.epochs = 2, .batch_size = 1024, .checkpoint = folder / "c"};
  const auto trained = static_cast<double>(memory_of_training(rows, options));
  if (trained < 0.5 * kTableAndState) GTEST_SKIP() << "this system does not reset the peak";
  EXPECT_LE(trained, 1.2 * kTableAndState);
  options.epochs = 3;
  options.resumes = true;
  EXPECT_LE(static_cast<double>(memory_of_training(rows, options)), 1.2 * kTableAndState);
}

}  // namespace
}  // namespace kindred::nn
