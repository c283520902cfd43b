// `kindred towers` and what uses its models, as a user meets them: movies that nobody has rated.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/rng.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;
using ::testing::Not;

class TowersCommand : public testing::Test {
 protected:
  // Four genres and four ages that like one each. m100 to m103 have no ratings, nor has u90.
  TowersCommand() {
    const std::vector<std::string> genres = {"Comedy", "Drama|Romance", "War", "Horror"};
    std::string movies = "id,title,genres\n";
    for (int movie = 0; movie < 104; ++movie) {
      movies += "m" + std::to_string(movie) + ",Movie " + std::to_string(movie) + " (" +
                std::to_string(1980 + movie % 20) + ")," + genres[movie % 4] + "\n";
    }
    std::string people = "id,age\n";
    std::string ratings = "user,item,rating\n";
    Rng rng(3);
    for (int person = 0; person < 91; ++person) {
      const std::string id = "u" + std::to_string(person);
      people += id + "," + std::to_string(20 + 10 * (person % 4)) + "\n";
      for (int movie = 0; person < 90 && movie < 100; ++movie) {
        const bool own = movie % 4 == person % 4;
        if (rng.uniform() > (own ? 0.5 : 0.1)) continue;
        ratings += id + ",m" + std::to_string(movie) + "," + (own ? "5" : "2") + "\n";
      }
    }
    test::write_bytes(folder_ / "movies.csv", movies);
    test::write_bytes(folder_ / "people.csv", people);
    test::write_bytes(folder_ / "ratings.csv", ratings);
  }

  test::Ended towers(std::vector<std::string> more = {}, const std::string& output = "m.kindred") {
    std::vector<std::string> arguments = {
        "towers",       "ratings.csv", "--items",         "movies.csv", "--users", "people.csv",
        "--dim",        "8",           "--epochs",        "10",         "-o",      output,
        "--batch-size", "64",          "--learning-rate", "0.01"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments));
  }
  test::Ended run(std::vector<std::string> arguments) {
    return run_kindred(std::move(arguments), folder_.path());
  }
  std::string read(const std::string& name) { return test::read_bytes(folder_ / name); }

  test::TemporaryFolder folder_;
};

TEST_F(TowersCommand, MoviesAndPeopleWithoutRatingsAreServed) {
  const test::Ended trained = towers();
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("4 items and 1 users of the files have no ratings"));
  EXPECT_THAT(trained.err, HasSubstr("genres_indicator"));
  EXPECT_THAT(trained.err, Not(HasSubstr("popularity,")));

  // u90 is 40 years old, as those are who like War: m102 is a new one.
  const test::Ended one = run({"recommend", "m.kindred", "--user", "u90", "-k", "30", "--json"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("\"m102\""));
  const Json list = Json::parse(one.out);
  for (const Json& item : list.at("items").as_array()) {
    const std::string id = item.at("id").as_string();
    const int movie = std::stoi(id.substr(1));
    if (item.at("rank").as_int() > 20) continue;
    EXPECT_EQ(movie % 4, 2) << id;
  }
  const test::Ended everybody = run({"recommend", "m.kindred", "--all", "-k", "3"});
  ASSERT_EQ(everybody.code, 0) << everybody.err;
  EXPECT_EQ(std::count(everybody.out.begin(), everybody.out.end(), '\n'), 91 * 3 + 1);

  const test::Ended near = run({"similar", "m.kindred", "m101", "-k", "10", "--json"});
  ASSERT_EQ(near.code, 0) << near.err;
  EXPECT_THAT(run({"similar", "m.kindred", "Movie 101", "-k", "10"}).out, HasSubstr("Drama"));
  const test::Ended made_up =
      run({"recommend", "m.kindred", "--history", "m0=5;m4=5;m8=5", "-k", "5", "--json"});
  ASSERT_EQ(made_up.code, 0) << made_up.err;
  EXPECT_EQ(run({"inspect", "m.kindred"}).code, 0);
}

TEST_F(TowersCommand, TheSameSeedGivesTheSameBytes) {
  ASSERT_EQ(towers({"--threads", "1"}).code, 0);
  ASSERT_EQ(towers({"--threads", "3"}, "n.kindred").code, 0);
  EXPECT_EQ(read("m.kindred"), read("n.kindred"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred.checkpoint"));
}

TEST_F(TowersCommand, ColumnsMayBeGiven) {
  test::write_bytes(folder_ / "items.toml",
                    "[[column]]\nkind = \"embedding\"\ndimensions = 4\n"
                    "of = {kind = \"vocabulary\", key = \"genres\", oov_buckets = 1}\n");
  const test::Ended trained = towers({"--item-config", "items.toml"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("item tower: genres_embedding"));
}

TEST_F(TowersCommand, WhatCannotBeIsAnErrorThatNamesIt) {
  const test::Ended lacking = run({"towers", "ratings.csv", "-o", "m.kindred"});
  EXPECT_EQ(lacking.code, 1);
  EXPECT_THAT(lacking.err, HasSubstr("--items"));
  ASSERT_EQ(towers().code, 0);
  const test::Ended explained = run({"recommend", "m.kindred", "--user", "u1", "--explain"});
  EXPECT_EQ(explained.code, 1);
  EXPECT_THAT(explained.err, HasSubstr("two towers"));
  EXPECT_EQ(towers({"--dropout", "1"}).code, 1);
}

}  // namespace
}  // namespace kindred
