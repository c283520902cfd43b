// kindred evaluate, as a user meets it.

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "kindred/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace kindred::test {
namespace {

// 60 people in two crowds; each likes most of the ten films of their own.
std::string two_crowds() {
  std::string text = "user,item,rating,timestamp\n";
  for (int user = 0; user < 60; ++user) {
    for (int film = 0; film < 10; ++film) {
      if ((user * 7 + film * 3) % 10 < 2) continue;
      const int item = user % 2 * 10 + film;
      text += "u" + std::to_string(user) + ",film" + std::to_string(item) + "," +
              std::to_string(film % 5 == 0 ? 2 : 5) + "," +
              std::to_string(1000 + (user * 13 + film * 29) % 97) + "\n";
    }
  }
  return text;
}

class Evaluate : public testing::Test {
 protected:
  Evaluate() { write("ratings.csv", two_crowds()); }

  void write(const char* name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Ended run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "evaluate");
    return run_kindred(arguments, folder_.path());
  }
  Json run_json(std::vector<std::string> arguments) {
    for (const char* word : {"--json", "--dim", "4", "--epochs", "5"}) arguments.emplace_back(word);
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.code == 0 ? Json::parse(ended.out) : Json();
  }
  void expect_failure(const std::vector<std::string>& arguments, int code, const char* words) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err.find(words), std::string::npos) << ended.err;
  }

  TemporaryFolder folder_;
};

double value(const Json& results, const char* metric) {
  return results.at(metric).at("value").as_double();
}

TEST_F(Evaluate, EveryProtocolBeatsItsBaselines) {
  for (const char* protocol : {"leave-one-out", "ratio", "temporal", "strong"}) {
    const Json json =
        run_json({"ratings.csv", "--protocol", protocol, "--metrics", "ndcg@5,auc,recall@5"});
    const Json& baselines = json.at("baselines");
    const double auc = value(json.at("metrics"), "auc");
    EXPECT_GT(auc, value(baselines.at("popularity"), "auc")) << protocol;
    EXPECT_GT(auc, value(baselines.at("random"), "auc")) << protocol;
    const Json& ndcg = json.at("metrics").at("ndcg@5");
    EXPECT_LE(ndcg.at("low").as_double(), ndcg.at("value").as_double());
    EXPECT_LE(ndcg.at("value").as_double(), ndcg.at("high").as_double());
    EXPECT_FALSE(ndcg.at("definition").as_string().empty());
  }
}

TEST_F(Evaluate, TheTableDefinesWhatItShows) {
  const Ended ended = run({"ratings.csv", "--dim", "4", "--epochs", "3"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* words : {"popularity", "random", "95% interval", "recall_all@20",
                            "divided by all targets", "divided by min(20, targets)", "ties"}) {
    EXPECT_NE(ended.out.find(words), std::string::npos) << words;
  }
  EXPECT_NE(ended.err.find("20 items: fourth root 2.1, starting point 2"), std::string::npos);
  EXPECT_NE(ended.err.find("rated 4 or more"), std::string::npos);
}

TEST_F(Evaluate, AWrittenSplitGivesTheSamePeopleAndTargets) {
  const Json first = run_json(
      {"ratings.csv", "--protocol", "strong", "--write-split", "split", "--metrics", "auc"});
  const Json again = run_json({"split/train.csv", "--fold-in", "split/fold_in.csv", "--test",
                               "split/test.csv", "--positive-from", "4", "--metrics", "auc"});
  EXPECT_EQ(again.at("people"), first.at("people"));
  EXPECT_EQ(again.at("targets"), first.at("targets"));
  EXPECT_NEAR(value(again.at("metrics"), "auc"), value(first.at("metrics"), "auc"), 0.1);
}

TEST_F(Evaluate, AModelIsToldFromRatingsByItsBytes) {
  const Ended trained =
      run_kindred({"train", "ratings.csv", "-o", "model.csv", "--dim", "4"}, folder_.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  write("test.csv", "user,item\nu0,film3\nu1,film2\nu2,film11\n");
  const Ended ended = run({"model.csv", "--test", "test.csv", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  expect_failure({"model.csv"}, 1, "is a model: --test names the pairs");
  expect_failure({"model.csv", "--test", "test.csv", "--dim", "8"}, 1, "--dim is for ratings");
}

TEST_F(Evaluate, WhatCannotBeTestedIsCounted) {
  write("train.csv", "user,item\na,x\na,y\nb,x\nb,z\nc,y\nc,z\n");
  write("test.csv", "user,item\na,z\na,x\nnobody,x\nb,nothing\n");
  const Json json = run_json({"train.csv", "--test", "test.csv", "--metrics", "hr@1000"});
  EXPECT_EQ(value(json.at("metrics"), "hr@1000"), 1.0);  // More than there are items.
  const Json& left_out = json.at("left_out");
  EXPECT_EQ(left_out.at("in_training").as_int(), 1);
  EXPECT_EQ(left_out.at("unknown_users").as_int(), 1);
  EXPECT_EQ(left_out.at("unknown_items").as_int(), 1);
  EXPECT_EQ(left_out.at("people_without_target").as_int(), 1);
}

TEST_F(Evaluate, GivenNegatives) {
  write("train.csv", "user,item\na,x\na,y\nb,x\nb,z\nc,y\nc,z\nc,v\nc,w\n");
  write("test.csv", "user,item\na,z\nb,y\n");
  write("negatives", "(a,z)\tv\tw\tx\n(b,y)\tw\n");
  const Json json = run_json({"train.csv", "--test", "test.csv", "--negatives", "negatives"});
  EXPECT_EQ(json.at("people").as_int(), 2);
  EXPECT_EQ(json.at("ties").as_string(), "strictly higher scores outrank, ties count half");
  expect_failure(
      {"train.csv", "--test", "test.csv", "--negatives", "negatives", "--metrics", "coverage@10"},
      1, "coverage@10 needs rankings of all items");
}

TEST_F(Evaluate, MistakesAreNamed) {
  write("empty.csv", "");
  write("other.csv", "user,item\nzed,film1\n");
  expect_failure({"ratings.csv", "--metrics", "rmse"}, 1, "'rmse' is not a metric; there are");
  expect_failure({"ratings.csv", "--test", "other.csv"}, 1, "nobody has a target");
  expect_failure({"ratings.csv", "--test", "absent.csv"}, 1, "absent.csv");
  expect_failure({"empty.csv"}, 1, "empty.csv");
  expect_failure({"ratings.csv", "--positive-from", "6"}, 1, "nobody has a target");
  expect_failure({"ratings.csv", "--protocol", "strong", "--held-out", "1000"}, 1, "too few");
  expect_failure({"ratings.csv", "--memory-limit", "1K"}, 1, "the limit is");
  expect_failure({"ratings.csv", "--protocol", "guess"}, 2, "--protocol");
  expect_failure({"ratings.csv", "--dim", "0"}, 2, "--dim");
  expect_failure({"ratings.csv", "--seeds", "0"}, 2, "--seeds");
  expect_failure({"ratings.csv", "--fold-in", "other.csv"}, 2, "--test");
  expect_failure({"ratings.csv", "--share", "0.5"}, 2, "--share");
  expect_failure({"ratings.csv", "--protocol", "ratio", "--part", "test"}, 2, "--part");
  expect_failure({"ratings.csv", "--test", "other.csv", "--held-out", "3"}, 2, "--held-out");
}

TEST_F(Evaluate, SameResultsForAnyThreadCount) {
  Json reference = run_json({"ratings.csv", "--threads", "1"});
  for (const char* threads : {"2", "4"}) {
    const Json json = run_json({"ratings.csv", "--threads", threads});
    EXPECT_EQ(json.at("metrics"), reference.at("metrics"));
    EXPECT_EQ(json.at("baselines"), reference.at("baselines"));
  }
}

}  // namespace
}  // namespace kindred::test
