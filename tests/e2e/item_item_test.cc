// A model item by item, through every verb that knows models.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/model/io.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;

// People like the third of the items that their number falls into.
std::string ratings_csv() {
  std::string csv = "userId,movieId,rating\n";
  for (std::size_t user = 0; user < 240; ++user) {
    Rng rng(4, 0, user);
    for (std::size_t item = 0; item < 60; ++item) {
      if (rng.uniform() > (item % 3 == user % 3 ? 0.6 : 0.05)) continue;
      csv += std::to_string(user) + "," + std::to_string(item) + "," +
             std::to_string(3 + rng.below(3)) + "\n";
    }
  }
  return csv;
}

class ItemItemCommand : public testing::Test {
 protected:
  ItemItemCommand() { test::write_bytes(folder_ / "ratings.csv", ratings_csv()); }

  test::Ended run(const std::vector<std::string>& arguments) {
    return run_kindred(arguments, folder_.path());
  }
  test::Ended train(std::vector<std::string> more, const std::string& output = "m.kindred") {
    std::vector<std::string> arguments = {"train", "ratings.csv", "-o",
                                          output,  "--model",     "item-item"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  test::TemporaryFolder folder_;
};

TEST_F(ItemItemCommand, TrainsAndAnswersEveryQuestion) {
  const test::Ended trained = train({});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("item by item, by cosine: 100 neighbours an item"));
  EXPECT_THAT(trained.err, HasSubstr("240 users and 60 items item by item"));
  const test::Ended known = run({"recommend", "m.kindred", "--user", "4", "-k", "3", "--explain"});
  ASSERT_EQ(known.code, 0) << known.err;
  EXPECT_THAT(known.out, HasSubstr("%"));
  const test::Ended made_up =
      run({"recommend", "m.kindred", "--history", "1=5;4=5", "-k", "3", "--explain", "--json"});
  ASSERT_EQ(made_up.code, 0) << made_up.err;
  const test::Ended all = run({"recommend", "m.kindred", "--all", "-k", "3"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("user,rank,item,score"));
  const test::Ended similar = run({"similar", "m.kindred", "id:1", "-k", "4"});
  ASSERT_EQ(similar.code, 0) << similar.err;
  EXPECT_THAT(similar.out, HasSubstr("who liked both"));
  const test::Ended inspected = run({"inspect", "m.kindred"});
  ASSERT_EQ(inspected.code, 0) << inspected.err;
  EXPECT_THAT(inspected.out, HasSubstr("item-item"));
  EXPECT_THAT(inspected.out, HasSubstr("item_item.columns"));
}

TEST_F(ItemItemCommand, IsEvaluatedBySplitAndByFile) {
  const test::Ended split = run({"evaluate", "ratings.csv", "--model", "item-item", "--json"});
  ASSERT_EQ(split.code, 0) << split.err;
  EXPECT_THAT(split.out, HasSubstr("ndcg@10"));
  for (const std::string protocol : {"strong", "ratio"}) {
    const test::Ended ended =
        run({"evaluate", "ratings.csv", "--model", "item-item", "--protocol", protocol});
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
  ASSERT_EQ(train({}).code, 0);
  test::write_bytes(folder_ / "test.csv", "userId,movieId,rating\n0,1,5\n3,2,5\n6,4,5\n7,3,5\n");
  const test::Ended model = run({"evaluate", "m.kindred", "--test", "test.csv"});
  EXPECT_EQ(model.code, 0) << model.err;
}

TEST_F(ItemItemCommand, IsTunedAndTheWinnerIsTrained) {
  const test::Ended tuned = run({"tune", "ratings.csv", "--model", "item-item", "--trials", "4",
                                 "--study", "study", "-o", "best.kindred"});
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  EXPECT_THAT(tuned.out, HasSubstr("neighbors"));
  EXPECT_STREQ(model::kind_of(model::load(folder_ / "best.kindred")), "item-item");
}

TEST_F(ItemItemCommand, SameBytesForAnyNumberOfThreads) {
  ASSERT_EQ(train({"--threads", "1"}, "one.kindred").code, 0);
  ASSERT_EQ(train({"--threads", "4"}, "four.kindred").code, 0);
  EXPECT_EQ(test::read_bytes(folder_ / "one.kindred"), test::read_bytes(folder_ / "four.kindred"));
}

TEST_F(ItemItemCommand, SaysWhatItHasNot) {
  ASSERT_EQ(train({}).code, 0);
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"cluster", "m.kindred", "-k", "3"},
           {"export", "m.kindred", "--format", "npy", "-o", "x.npy"},
           {"similar", "m.kindred", "4", "--users"},
           {"similar", "m.kindred", "id:4", "--metric", "dot"}}) {
    const test::Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 1) << arguments[0] << ": " << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("needs vectors")) << arguments[0];
  }
  EXPECT_EQ(train({"--dim", "8"}).code, 2);
  EXPECT_EQ(train({"--objective", "both"}).code, 2);
  EXPECT_EQ(run({"train", "ratings.csv", "-o", "x", "--neighbors", "8"}).code, 2);
}

}  // namespace
}  // namespace kindred
