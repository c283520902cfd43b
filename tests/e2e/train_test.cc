// `kindred train` as a user meets it: the same bytes again, interruptions, and what it
// says when the input or the place of the output is wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/model/io.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;
using ::testing::Not;

// A header, `user_count` users with every third item or so, and stars.
std::string ratings_csv(std::size_t user_count, std::size_t item_count) {
  std::string csv = "userId,movieId,rating\n";
  for (std::size_t user = 0; user < user_count; ++user) {
    Rng rng(4, 0, user);
    for (std::size_t item = 0; item < item_count; ++item) {
      if (rng.below(3) != user % 3) continue;
      csv += std::to_string(user) + "," + std::to_string(item) + "," +
             std::to_string(1 + rng.below(5)) + "\n";
    }
  }
  return csv;
}

class TrainCommand : public testing::Test {
 protected:
  TrainCommand() { test::write_bytes(folder_ / "ratings.csv", ratings_csv(300, 60)); }

  std::vector<std::string> command(std::vector<std::string> more,
                                   const std::string& output = "m.kindred") {
    std::vector<std::string> arguments = {"train", "ratings.csv", "-o", output, "--dim", "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  test::Ended train(std::vector<std::string> more, const std::string& output = "m.kindred") {
    return run_kindred(command(std::move(more), output), folder_.path());
  }

  // Trains, and sends the signal once there is a checkpoint: somewhere in the epochs.
  test::Ended train_until(int signal, std::vector<std::string> more) {
    test::RunningKindred running(command(std::move(more)), folder_.path());
    EXPECT_TRUE(test::appears(folder_ / "m.kindred.checkpoint"));
    running.send(signal);
    return running.wait();
  }

  std::string bytes(const std::string& name) { return test::read_bytes(folder_ / name); }

  test::TemporaryFolder folder_;
};

TEST_F(TrainCommand, SaysWhatItReadAndWhatItDoes) {
  const test::Ended ended = train({});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("300 users, 60 items"));
  EXPECT_THAT(ended.err, HasSubstr("60 items: fourth root 2.8, starting point 3"));
  EXPECT_THAT(ended.err, HasSubstr("positives: rated 4 or more"));
  EXPECT_THAT(ended.err, HasSubstr("ndcg@20"));
  EXPECT_THAT(ended.err, HasSubstr("wrote m.kindred"));
  const model::Model model = model::load(folder_ / "m.kindred");
  EXPECT_EQ(model.users.size(), 300U);
  EXPECT_EQ(model.items.size(), 60U);
  EXPECT_NE(model.items.metadata.find("popularity"), nullptr);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred.checkpoint"));
}

TEST_F(TrainCommand, StrictRefusesWhatWouldBeGuessed) {
  const test::Ended guessed = train({"--epochs", "1", "--json"});
  ASSERT_EQ(guessed.code, 0) << guessed.err;
  EXPECT_THAT(guessed.err, HasSubstr("guessed: ratings.csv: separator = comma: "));
  EXPECT_THAT(guessed.out, HasSubstr("\"flag\": \"--separator\""));
  const test::Ended strict = train({"--epochs", "1", "--strict"});
  EXPECT_EQ(strict.code, 1);
  EXPECT_THAT(strict.err, HasSubstr("separator = comma: "));
  const test::Ended said =
      train({"--epochs", "1", "--strict", "--separator", ",", "--header", "--user-column", "1",
             "--item-column", "2", "--rating-column", "3", "--positive-from", "4", "--json"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("\"guesses\": []"));
}

TEST_F(TrainCommand, SameBytesForAnyNumberOfThreads) {
  ASSERT_EQ(train({"--threads", "1"}, "one.kindred").code, 0);
  for (const std::string threads : {"2", "4"}) {
    ASSERT_EQ(train({"--threads", threads}, "more.kindred").code, 0);
    EXPECT_EQ(bytes("more.kindred"), bytes("one.kindred")) << threads << " threads";
  }
  ASSERT_EQ(train({"--seed", "2"}, "other.kindred").code, 0);
  EXPECT_NE(bytes("other.kindred"), bytes("one.kindred"));
}

TEST_F(TrainCommand, AfterAKillResumeGivesTheSameBytes) {
  const std::vector<std::string> long_run = {"--epochs", "60", "--patience", "0"};
  ASSERT_EQ(train(long_run, "whole.kindred").code, 0);
  const test::Ended killed = train_until(SIGKILL, long_run);
  ASSERT_EQ(killed.code, 128 + SIGKILL) << killed.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred"));
  const test::Ended resumed = train({"--epochs", "60", "--patience", "0", "--resume"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, Not(HasSubstr("    1/60 "))) << "started again from the beginning";
  EXPECT_EQ(bytes("m.kindred"), bytes("whole.kindred"));
}

TEST_F(TrainCommand, CtrlCStopsAfterTheEpochAndResumeWantsTheSameOptions) {
  const test::Ended ended = train_until(SIGINT, {"--epochs", "100000", "--patience", "0"});
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("--resume continues"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "m.kindred.checkpoint"));
  const test::Ended other = train({"--epochs", "100000", "--regularization", "0.5", "--resume"});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("regularization"));
}

TEST_F(TrainCommand, WhatIsWrongIsSaidBeforeTheWork) {
  EXPECT_THAT(train({}, "no/such/folder/m.kindred").err, HasSubstr("no/such/folder"));
  EXPECT_THAT(train({}, "..").err, HasSubstr("cannot"));
  EXPECT_EQ(train({"--dim", "0"}).code, 2);
  EXPECT_EQ(train({"--validate", "some"}).code, 2);
  EXPECT_THAT(train({"--positive-from", "6"}).err, HasSubstr("rated 6 or more"));
  const test::Ended limited = train({"--memory-limit", "1K"});
  EXPECT_EQ(limited.code, 1);
  EXPECT_THAT(limited.err, HasSubstr("reading the"));
  EXPECT_THAT(limited.err, HasSubstr("the matrix by user"));
  EXPECT_THAT(limited.err, HasSubstr("the limit is 1,024 bytes"));
  EXPECT_EQ(run_kindred({"train", "none.csv", "-o", "m.kindred"}, folder_.path()).code, 1);
}

TEST_F(TrainCommand, AModelPastTheMemoryLimitIsNotLoaded) {
  ASSERT_EQ(train({}).code, 0);
  const std::vector<std::string> recommend = {"recommend", "m.kindred", "--user", "1"};
  EXPECT_EQ(run_kindred(recommend, folder_.path()).code, 0);
  std::vector<std::string> limited = recommend;
  limited.insert(limited.end(), {"--memory-limit", "1K"});
  const test::Ended ended = run_kindred(limited, folder_.path());
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("m.kindred needs"));
}

TEST_F(TrainCommand, InputsAreNeverOverwritten) {
  const std::string before = bytes("ratings.csv");
  const test::Ended ended = train({}, "ratings.csv");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("it is an input"));
  test::write_bytes(folder_ / "train.csv", before);
  EXPECT_EQ(run_kindred({"evaluate", "train.csv", "--write-split", "."}, folder_.path()).code, 1);
  EXPECT_EQ(bytes("train.csv"), before);
  EXPECT_EQ(bytes("ratings.csv"), before);
}

TEST_F(TrainCommand, ABadFirstRowIsNoHeader) {
  for (const std::string first : {"1,10,x5", "1,10,NaN", "guest,10,x"}) {
    test::write_bytes(folder_ / "bad.csv", first + "\n1,1,5\n2,1,4\n2,3,5\n3,1,4\n");
    const test::Ended ended =
        run_kindred({"train", "bad.csv", "-o", "m.kindred", "--dim", "2"}, folder_.path());
    EXPECT_EQ(ended.code, 1) << first;
    EXPECT_THAT(ended.err, HasSubstr("bad.csv:1:")) << first;
  }
}

TEST_F(TrainCommand, RowsThatAStrayQuoteSwallowedAreNotSkippedInSilence) {
  test::write_bytes(folder_ / "quote.csv", "u,i,r\n1,\"a,5\n1,b,4\n2,c,5\n4,\"d,2\n5,e,4\n");
  const test::Ended ended =
      run_kindred({"train", "quote.csv", "-o", "m.kindred", "--dim", "2", "--on-bad", "skip",
                   "--user-column", "u", "--item-column", "i", "--rating-column", "r"},
                  folder_.path());
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("quote.csv:2:"));
}

TEST_F(TrainCommand, QuietJsonIsForPrograms) {
  const test::Ended ended = train({"--json", "--quiet"});
  ASSERT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("users").as_int(), 300);
  EXPECT_EQ(json.at("dimensions").as_int(), 8);
}

}  // namespace
}  // namespace kindred
