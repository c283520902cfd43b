#include "kindred/training/score_rows.h"

#include <gtest/gtest.h>

namespace kindred::training {
namespace {

TEST(CsvLog, SortsNamesAndShowsWhatIsMissing) {
  const std::vector<ScoreRow> rows = {{1, {{"loss", 0.5}, {"auc", 0.75}}},
                                      {2, {{"loss", 0.1}, {"auc", 0.8}, {"val_loss", 1e-9}}}};
  EXPECT_EQ(csv_log(rows),
            "epoch,auc,loss,val_loss\n"
            "1,0.75,0.5,NA\n"
            "2,0.8,0.1,1e-09\n");
  EXPECT_EQ(csv_log({}), "epoch\n");
  EXPECT_EQ(csv_log(std::vector<ScoreRow>{{1, {{"a,b", 1.0}}}}), "epoch,\"a,b\"\n1,1\n");
}

}  // namespace
}  // namespace kindred::training
