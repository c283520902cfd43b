// `kindred generate` as a user meets it: a world on disk, and training finds in it what was
// planted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;

class Generate : public testing::Test {
 protected:
  test::Ended kindred(std::vector<std::string> arguments) {
    return run_kindred(std::move(arguments), folder_.path());
  }
  test::TemporaryFolder folder_;
};

TEST_F(Generate, TrainingFindsThePlantedTaste) {
  const test::Ended made =
      kindred({"generate", "--users", "6000", "--items", "3000", "--ratings", "450000",
               "--test-users", "2000", "-o", "w.csv", "--json", "--quiet"});
  ASSERT_EQ(made.code, 0) << made.err;
  const Json files = Json::parse(made.out);
  for (const Json& file : files.at("files").as_array()) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / file.as_string())) << file.as_string();
  }
  const test::Ended trained =
      kindred({"train", "w.csv", "--items", "w.items.csv", "--users", "w.users.csv", "-o",
               "w.kindred", "--dim", "25", "--epochs", "10"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("450,000 ratings"));
  const test::Ended judged =
      kindred({"evaluate", "w.kindred", "--test", "w.test.csv", "--metrics", "ndcg@10", "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  const Json result = Json::parse(judged.out);
  const double model = result.at("metrics").at("ndcg@10").at("value").as_double();
  const double popularity =
      result.at("baselines").at("popularity").at("ndcg@10").at("value").as_double();
  EXPECT_GT(model, 5.0 * popularity);
}

TEST_F(Generate, WhatIsWrongIsSaidBeforeTheWork) {
  const test::Ended dense =
      kindred({"generate", "--users", "10", "--items", "20", "--ratings", "101", "-o", "w.csv"});
  EXPECT_EQ(dense.code, 1);
  EXPECT_THAT(dense.err, HasSubstr("ratings is 101, not between one for each user and half"));
  EXPECT_EQ(kindred({"generate", "-o", "w.txt"}).code, 2);
  const test::Ended limited = kindred({"generate", "--memory-limit", "1M", "-o", "w.csv"});
  EXPECT_EQ(limited.code, 1);
  EXPECT_THAT(limited.err, HasSubstr("making this world needs"));
  EXPECT_THAT(kindred({"generate", "-o", "none/w.csv"}).err, HasSubstr("none/w.csv"));
  EXPECT_TRUE(folder_.names().empty());
}

}  // namespace
}  // namespace kindred
