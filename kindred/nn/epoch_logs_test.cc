#include "kindred/nn/epoch_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "tests/support/temporary_folder.h"

namespace kindred::nn {
namespace {

using testing::HasSubstr;

// Two epochs, each told to the callback.
void run_epochs(Callback& callback) {
  ParameterSet parameters;
  History history;
  double factor = 1.0;
  bool stops = false;
  std::string reason;
  TrainingView view{parameters, history, factor, stops, reason};
  for (int epoch = 1; epoch <= 2; ++epoch) {
    EpochLog log;
    log.epoch = epoch;
    log.scores = {{"loss", 1.0 / epoch}, {"val_loss", 0.5 * epoch}};
    history.epochs.push_back(log);
    callback.on_epoch_end(view);
  }
}

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.file_size() > 0) ++count;
  }
  return count;
}

TEST(EpochLogs, CsvHasALineForEachEpoch) {
  const test::TemporaryFolder folder;
  run_epochs(*csv_log(folder / "log.csv"));
  EXPECT_EQ(test::read_bytes(folder / "log.csv"), "epoch,loss,val_loss\n1,1,0.5\n2,0.5,1\n");
  EXPECT_THROW(csv_log(folder / "none" / "log.csv"), Error);
}

TEST(EpochLogs, CurvesMarkTheBestEpoch) {
  const test::TemporaryFolder folder;
  run_epochs(*curve_log(folder / "curves.html", "homes"));
  const std::string page = test::read_bytes(folder / "curves.html");
  EXPECT_THAT(page, HasSubstr("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("best: epoch 1"));
  run_epochs(*curve_log(folder / "curves.svg"));
  EXPECT_TRUE(test::read_bytes(folder / "curves.svg").starts_with("<svg"));
}

TEST(EpochLogs, EventFilesLieInAFolderForEachKindOfRows) {
  const test::TemporaryFolder folder;
  run_epochs(*tensorboard_log(folder / "logs"));
  EXPECT_EQ(files_in(folder / "logs" / "train"), 1U);
  EXPECT_EQ(files_in(folder / "logs" / "validation"), 1U);
}

TEST(EpochLogs, TheBestEpochIsTheFirstOfTheBestValue) {
  History history;
  for (int epoch = 1; epoch <= 4; ++epoch) {
    EpochLog log;
    log.epoch = epoch;
    log.scores = {{"val_auc", epoch == 1 ? 0.5 : 0.75}};
    history.epochs.push_back(log);
  }
  EXPECT_EQ(best_epoch(history, "val_auc"), 2);
  EXPECT_EQ(best_epoch(history, "val_loss"), std::nullopt);
}

}  // namespace
}  // namespace kindred::nn
