// The evaluator against published numbers that need no training: popularity.

#include <gtest/gtest.h>

#include "kindred/base/json.h"
#include "tests/support/data_path.h"
#include "tests/support/program.h"

namespace kindred::test {
namespace {

// MovieLens 1M in the split of the NCF papers, TopPop: HR@10 .4531, NDCG@10 .2542.
// Source: Ferrari Dacrema et al., "A Troubling Analysis of Reproducibility and Progress in
// Recommender Systems Research", 2021, FULL_RESULTS.md of the code they published.
TEST(Popularity, NcfLeaveOneOutOfMovieLens1M) {
  const char* const kFolder = "ncf-loo";
  const auto folder = data_file(kFolder);
  if (!folder) GTEST_SKIP() << missing_data(kFolder);
  const Ended ended =
      run_kindred({"evaluate", (*folder / "ml-1m.train.uir.tsv.gz").string(), "--test",
                   (*folder / "ml-1m.test.rating").string(), "--negatives",
                   (*folder / "ml-1m.test.negative.gz").string(), "--positive-from", "all", "--dim",
                   "8", "--epochs", "2", "--metrics", "hr@10,ndcg@10", "--json", "--quiet"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  const Json& popularity = json.at("baselines").at("popularity");
  EXPECT_NEAR(popularity.at("hr@10").at("value").as_double(), 0.4531, 0.002);
  EXPECT_NEAR(popularity.at("ndcg@10").at("value").as_double(), 0.2542, 0.002);
  // Chance: 10 of 100 candidates, or of 99 where a negative is the target itself.
  EXPECT_NEAR(json.at("baselines").at("random").at("hr@10").at("value").as_double(), 0.1, 0.012);
}

// The sizes of the published split.
TEST(Popularity, GowallaCounts) {
  const char* const kFolder = "lightgcn-gowalla";
  const auto folder = data_file(kFolder);
  if (!folder) GTEST_SKIP() << missing_data(kFolder);
  const Ended ended =
      run_kindred({"evaluate", (*folder / "train_lightgcn.txt.gz").string(), "--test",
                   (*folder / "test.txt.gz").string(), "--item-lists", "--dim", "8", "--epochs",
                   "1", "--metrics", "recall_all@20,ndcg@20", "--json", "--quiet"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("people").as_int(), 29858);
  EXPECT_EQ(json.at("targets").as_int(), 217242);
  EXPECT_EQ(json.at("left_out").at("in_training").as_int(), 0);
}

}  // namespace
}  // namespace kindred::test
