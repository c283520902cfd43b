// What they would rate, as a user meets it: train --objective, predict, recommend --by,
// evaluate --objective.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/rng.h"
#include "kindred/model/io.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;

// Stars that two tastes and the item's own quality explain, for titles with a comma in them.
class Ratings : public testing::Test {
 protected:
  Ratings() {
    std::string csv = "user,item,rating\n";
    std::string items = "id,title,genre\n";
    for (std::size_t item = 0; item < 40; ++item) {
      items += "m" + std::to_string(item) + ",\"Film, The (" + std::to_string(1980 + item) +
               ")\"," + (item % 2 == 0 ? "Comedy" : "Drama") + "\n";
    }
    for (std::size_t user = 0; user < 150; ++user) {
      Rng rng(8, 0, user);
      for (std::size_t item = 0; item < 40; ++item) {
        if (rng.below(3) == 0) continue;
        const double stars = 3.0 + (user % 2 == item % 2 ? 1.0 : -1.0) +
                             0.02 * static_cast<double>(item) + 0.5 * rng.normal();
        const int rounded = static_cast<int>(std::min(5.0, std::max(1.0, stars + 0.5)));
        csv += "u" + std::to_string(user) + ",m" + std::to_string(item) + "," +
               std::to_string(rounded) + "\n";
      }
    }
    test::write_bytes(folder_ / "ratings.csv", csv);
    test::write_bytes(folder_ / "items.csv", items);
  }

  test::Ended kindred(std::vector<std::string> arguments) {
    return run_kindred(std::move(arguments), folder_.path());
  }
  void train(std::vector<std::string> more, const std::string& output = "m.kindred") {
    std::vector<std::string> arguments = {"train",   "ratings.csv", "-o",    output,
                                          "--items", "items.csv",   "--dim", "6"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const test::Ended ended = kindred(arguments);
    ASSERT_EQ(ended.code, 0) << ended.err;
  }
  Json json_of(std::vector<std::string> arguments) {
    const test::Ended ended = kindred(std::move(arguments));
    EXPECT_EQ(ended.code, 0) << ended.err;
    return Json::parse(ended.out);
  }
  void expect_failure(const std::vector<std::string>& arguments, int code,
                      const std::string& message) {
    const test::Ended ended = kindred(arguments);
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(message));
  }

  test::TemporaryFolder folder_;
};

const std::vector<std::string> kShortBayesian = {"--model",   "bayesian", "--rate-dim", "3",
                                                 "--burn-in", "10",       "--samples",  "20"};

std::vector<std::string> with(std::vector<std::string> first,
                              const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST_F(Ratings, OneFileKnowsWhatTheyWatchAndWhatTheyWouldRate) {
  train(with({"--objective", "both"}, kShortBayesian));
  const Json liked = json_of({"predict", "m.kindred", "--user", "u0", "--item", "m38", "--json"});
  const Json loathed = json_of({"predict", "m.kindred", "--user", "u0", "--item", "m39", "--json"});
  EXPECT_GT(liked.at("rating").as_double(), loathed.at("rating").as_double() + 1.0);
  EXPECT_LE(liked.at("rating").as_double(), 5.0);
  EXPECT_GT(liked.at("deviation").as_double(), 0.2);
  EXPECT_EQ(liked.at("title").as_string(), "Film, The (2018)");
  for (const char* by : {"watch", "rate", "both"}) {
    const Json list =
        json_of({"recommend", "m.kindred", "--user", "u1", "-k", "3", "--by", by, "--json"});
    EXPECT_EQ(list.at("items").as_array().size(), 3U) << by;
  }
  EXPECT_EQ(kindred({"recommend", "m.kindred", "--user", "u1", "--json"}).out,
            kindred({"recommend", "m.kindred", "--user", "u1", "--by", "both", "--json"}).out)
      << "both is the default where the model knows both";
}

TEST_F(Ratings, AMadeUpPersonIsFoldedIn) {
  for (const auto& model : {std::vector<std::string>{}, kShortBayesian}) {
    train(with({"--objective", "rate"}, model));
    const std::string history = "Film, The (1980)=5;m2=5;m4=5;m1=1;m3=1";
    const Json liked = json_of(
        {"predict", "m.kindred", "--history", history, "--item", "Film, The (2010)", "--json"});
    const Json loathed = json_of(
        {"predict", "m.kindred", "--history", history, "--item", "Film, The (2011)", "--json"});
    EXPECT_GT(liked.at("rating").as_double(), loathed.at("rating").as_double() + 0.5);
    const Json list =
        json_of({"recommend", "m.kindred", "--history", history, "-k", "5", "--json"});
    EXPECT_EQ(list.at("items").as_array().size(), 5U);
  }
}

TEST_F(Ratings, PairsFromAFileBecomeCsv) {
  train({"--objective", "rate"});
  test::write_bytes(folder_ / "pairs.csv",
                    "user,item\nu4,m1\nu3,m1\nnobody,m1\nu3,nothing\nu4,m1\nnobody,nothing\n");
  const test::Ended ended = kindred({"predict", "m.kindred", "pairs.csv"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::MatchesRegex("user,item,rating,deviation,note\n"
                                               "u4,m1,[0-9.]*,,\n"
                                               "u3,m1,[0-9.]*,,\n"
                                               "nobody,m1,[0-9.]*,,unknown user\n"
                                               "u3,nothing,[0-9.]*,,unknown item\n"
                                               "u4,m1,[0-9.]*,,\n"
                                               "nobody,nothing,[0-9.]*,,unknown user and item\n"))
      << "a row for each row of the file, in its order";
  EXPECT_THAT(ended.err,
              HasSubstr("3 of 6 pairs name a user or an item that the model does not know"));
}

TEST_F(Ratings, SameBytesForAnyThreadCountAndAfterAKill) {
  for (const auto& model : {std::vector<std::string>{}, kShortBayesian}) {
    const auto options = with({"--objective", "both"}, model);
    train(with(options, {"--threads", "1"}), "one.kindred");
    train(with(options, {"--threads", "3"}), "three.kindred");
    EXPECT_EQ(test::read_bytes(folder_ / "one.kindred"),
              test::read_bytes(folder_ / "three.kindred"));
  }
  const std::vector<std::string> command = {"train",       "ratings.csv", "-o",         "m.kindred",
                                            "--objective", "rate",        "--model",    "bayesian",
                                            "--samples",   "5000",        "--rate-dim", "3"};
  ASSERT_EQ(kindred(command).code, 0);
  const std::string whole = test::read_bytes(folder_ / "m.kindred");
  std::filesystem::remove(folder_ / "m.kindred");
  {
    test::RunningKindred running(command, folder_.path());
    ASSERT_TRUE(running.says("5000 sweeps"));  // About to begin.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    running.send(SIGINT);
    const test::Ended ended = running.wait();
    EXPECT_EQ(ended.code, 130) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("--resume continues"));
  }
  EXPECT_TRUE(std::filesystem::exists(folder_ / "m.kindred.rating-checkpoint"));
  ASSERT_EQ(kindred(with(command, {"--resume"})).code, 0);
  EXPECT_EQ(test::read_bytes(folder_ / "m.kindred"), whole);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred.rating-checkpoint"));
}

TEST_F(Ratings, EvaluationBeatsItsBaselines) {
  for (const auto& model : {std::vector<std::string>{}, kShortBayesian}) {
    const Json json = json_of(with({"evaluate", "ratings.csv", "--objective", "rate", "--dim", "3",
                                    "--json", "--items", "items.csv"},
                                   model));
    const double rmse = json.at("metrics").at("rmse").at("value").as_double();
    EXPECT_LT(rmse, json.at("baselines").at("bias").at("rmse").at("value").as_double());
    EXPECT_LT(rmse, json.at("baselines").at("global mean").at("rmse").at("value").as_double());
    EXPECT_EQ(json.at("metrics").find("coverage90") != nullptr, !model.empty());
  }
  const Json folds = json_of({"evaluate", "ratings.csv", "--protocol", "k-fold", "--folds", "3",
                              "--rate-dim", "3", "--json"});
  EXPECT_EQ(folds.at("runs").as_array().size(), 3U);
  const Json both =
      json_of({"evaluate", "ratings.csv", "--objective", "both", "--dim", "4", "--json"});
  for (const char* by : {"watch", "rate", "both"}) {
    EXPECT_GT(both.at("by").at(by).at("highly@10").at("value").as_double(), 0.0);
  }
}

TEST_F(Ratings, WhatCannotBeDoneIsSaid) {
  train({});
  expect_failure({"predict", "m.kindred", "--user", "u0", "--item", "m1"}, 1, "--objective both");
  expect_failure({"recommend", "m.kindred", "--user", "u0", "--by", "rate"}, 1,
                 "needs a model of ratings");
  train({"--objective", "rate"}, "rate.kindred");
  expect_failure({"recommend", "rate.kindred", "--user", "u0", "--by", "both"}, 1,
                 "knows ratings alone");
  expect_failure({"predict", "rate.kindred", "--user", "u0"}, 2, "--item");
  expect_failure({"predict", "rate.kindred", "--user", "nobody", "--item", "m1"}, 1, "nobody");
  expect_failure({"predict", "rate.kindred", "--history", "m1", "--item", "m2"}, 1,
                 "has no rating");
  expect_failure({"predict", "rate.kindred", "--history", "m1=1e38", "--item", "m2"}, 1,
                 "is not on the scale of the model, from 1 to 5");
  expect_failure({"evaluate", "ratings.csv", "--objective", "rate", "--metrics", "ndcg@10"}, 2,
                 "--metrics");
  expect_failure({"evaluate", "ratings.csv", "--objective", "rate", "--protocol", "strong"}, 2,
                 "--protocol");
  expect_failure(
      {"train", "ratings.csv", "-o", "x.kindred", "--objective", "rate", "--memory-limit", "90K"},
      1, "training on ratings needs");
  test::write_bytes(folder_ / "pairs.csv", "user,item\na,b\nc,d\n");
  expect_failure({"train", "pairs.csv", "-o", "x.kindred", "--objective", "rate"}, 1,
                 "has no ratings");
}

TEST_F(Ratings, DrawsThatDoNotFitGiveWayToTheirMean) {
  const test::Ended ended = kindred(with(
      {"train", "ratings.csv", "-o", "m.kindred", "--objective", "rate", "--memory-limit", "300K"},
      kShortBayesian));
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("keeping their mean and variances instead"));
  EXPECT_EQ(model::load(folder_ / "m.kindred").ratings->draws.size(), 1U);
}

}  // namespace
}  // namespace kindred
