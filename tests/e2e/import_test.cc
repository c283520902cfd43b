// `kindred import`, and training from what it writes: whole, and block by block.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "kindred/base/json.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using ::testing::HasSubstr;

class Import : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    ASSERT_EQ(kindred({"generate", "--users", "3000", "--items", "1000", "--ratings", "200000",
                       "--test-users", "1000", "--no-truth", "-o", "w.csv"})
                  .code,
              0);
    ASSERT_EQ(kindred({"import", "w.csv", "-o", "w.kindred"}).code, 0);
  }
  static void TearDownTestSuite() { delete folder_; }

  static test::Ended kindred(std::vector<std::string> arguments) {
    return test::run_kindred(std::move(arguments), folder_->path());
  }
  static std::string bytes(const std::string& name) { return test::read_bytes(*folder_ / name); }
  static double ndcg(const std::string& model) {
    const test::Ended judged =
        kindred({"evaluate", model, "--test", "w.test.csv", "--metrics", "ndcg@10", "--json"});
    EXPECT_EQ(judged.code, 0) << judged.err;
    return Json::parse(judged.out).at("metrics").at("ndcg@10").at("value").as_double();
  }

  static test::TemporaryFolder* folder_;
};

test::TemporaryFolder* Import::folder_ = nullptr;

TEST_F(Import, StandsForTheRatingsFile) {
  const std::vector<std::string> more = {"--dim", "8", "--epochs", "3"};
  for (const std::string name : {"w.csv", "w.kindred"}) {
    std::vector<std::string> train = {"train", name, "-o", name + ".model"};
    train.insert(train.end(), more.begin(), more.end());
    const test::Ended ended = kindred(train);
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("200,000 ratings"));
  }
  // But for where they came from, the models are the same.
  EXPECT_EQ(ndcg("w.csv.model"), ndcg("w.kindred.model"));
  const test::Ended split = kindred({"evaluate", "w.kindred", "--dim", "4", "--epochs", "2"});
  EXPECT_EQ(split.code, 0) << split.err;
}

TEST_F(Import, TrainingOutOfCoreIsAsGoodInTheMemoryOfTheVectors) {
  ASSERT_EQ(kindred({"train", "w.csv", "-o", "in.model", "--dim", "24", "--epochs", "6",
                     "--validate", "none"})
                .code,
            0);
  const test::Ended out = kindred(
      {"train", "w.kindred", "-o", "out.model", "--dim", "24", "--epochs", "6", "--out-of-core"});
  ASSERT_EQ(out.code, 0) << out.err;
  EXPECT_NEAR(ndcg("out.model"), ndcg("in.model"), 0.002);
  const std::vector<std::string> again = {"train",         "w.kindred", "-o",       "again.model",
                                          "--dim",         "24",        "--epochs", "6",
                                          "--out-of-core", "--threads", "1"};
  ASSERT_EQ(kindred(again).code, 0);
  EXPECT_TRUE(bytes("again.model") == bytes("out.model"));
}

TEST_F(Import, KilledOutOfCoreAndResumedGivesTheSameBytes) {
  const std::vector<std::string> train = {"train", "w.kindred", "-o", "k.model",      "--dim",
                                          "24",    "--epochs",  "40", "--out-of-core"};
  ASSERT_EQ(kindred(train).code, 0);
  const std::string whole = bytes("k.model");
  std::filesystem::remove(*folder_ / "k.model");
  {
    test::RunningKindred running(train, folder_->path());
    while (!std::filesystem::exists(*folder_ / "k.model.checkpoint")) std::this_thread::yield();
    running.send(SIGKILL);
    ASSERT_EQ(running.wait().code, 128 + SIGKILL);
  }
  std::vector<std::string> resumed = train;
  resumed.push_back("--resume");
  const test::Ended ended = kindred(resumed);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(bytes("k.model") == whole);
}

TEST_F(Import, WhatIsWrongIsSaidBeforeTheWork) {
  const test::Ended text = kindred({"train", "w.csv", "-o", "m.model", "--out-of-core"});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.err, HasSubstr("reads what 'kindred import' writes"));
  EXPECT_EQ(
      kindred({"train", "w.kindred", "-o", "m.model", "--out-of-core", "--objective", "both"}).code,
      2);
  EXPECT_EQ(
      kindred({"train", "w.kindred", "-o", "m.model", "--out-of-core", "--patience", "2"}).code, 2);
  const test::Ended limited =
      kindred({"train", "w.kindred", "-o", "m.model", "--out-of-core", "--memory-limit", "1M"});
  EXPECT_EQ(limited.code, 1);
  EXPECT_THAT(limited.err, HasSubstr("pairs kept in the model"));
  EXPECT_EQ(kindred({"import", "w.csv", "-o", "w.csv"}).code, 1);
  EXPECT_EQ(kindred({"import", "none.csv", "-o", "x.kindred"}).code, 1);
}

TEST_F(Import, ADamagedFileIsRefused) {
  std::string damaged = bytes("w.kindred");
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  test::write_bytes(*folder_ / "bad.kindred", damaged);
  for (const std::string flag : {"--quiet", "--out-of-core"}) {
    const test::Ended ended =
        kindred({"train", "bad.kindred", "-o", "m.model", "--dim", "4", flag});
    EXPECT_EQ(ended.code, 1) << flag;
    EXPECT_THAT(ended.err, HasSubstr("bad.kindred")) << flag;
  }
}

}  // namespace
}  // namespace kindred
