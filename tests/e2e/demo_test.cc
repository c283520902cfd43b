// `kindred demo` as a user meets it: what it prints, what it writes, how it fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "kindred/base/json.h"
#include "kindred/data/movie_world.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/model/io.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;
using ::testing::Not;

// Columns on a terminal: bytes less the continuation bytes of UTF-8.
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

TEST(Demo, ShowsEveryStepOnAnOrdinaryTerminal) {
  const test::Ended demo = run_kindred({"demo"});
  ASSERT_EQ(demo.code, 0) << demo.err;
  EXPECT_EQ(demo.err, "");
  for (const std::string step : {"1  Along one", "2  Along two", "3  Learned", "4  Neighbours",
                                 "5  Ten movies", "6  Is it any good", "7  Your turn"}) {
    EXPECT_THAT(demo.out, HasSubstr("\n" + step));
  }
  EXPECT_THAT(demo.out, HasSubstr("158 movies, 3.5, so start from d = 4"));
  EXPECT_THAT(demo.out, Not(HasSubstr("\033"))) << "colours although nobody looks";
  EXPECT_THAT(demo.out, Not(HasSubstr(" \n"))) << "blanks at the end of a line";
  std::istringstream lines(demo.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 96U) << line;
}

TEST(Demo, AsJsonHoldsWhatItClaims) {
  const test::Ended demo = run_kindred({"demo", "--json"});
  ASSERT_EQ(demo.code, 0) << demo.err;
  const Json json = Json::parse(demo.out);
  EXPECT_EQ(json.at("movies").as_uint(), data::movies().size());
  for (const Json& partner : json.at("partners").as_array()) {
    EXPECT_LE(partner.at("rank").as_uint(), 10U) << partner.dump();
  }
  const Json::Array& quality = json.at("quality").as_array();
  ASSERT_EQ(quality.size(), 3U);
  EXPECT_GT(quality[0].at("hr@10").as_double(), 2.0 * quality[1].at("hr@10").as_double());
  EXPECT_GT(quality[1].at("hr@10").as_double(), 1.3 * quality[2].at("hr@10").as_double());
  ASSERT_EQ(json.at("recommendations").as_array().size(), 3U);
  for (const Json& person : json.at("recommendations").as_array()) {
    EXPECT_EQ(person.at("items").as_array().size(), 10U);
    for (const Json& item : person.at("items").as_array()) {
      const Json::Array& liked = person.at("liked").as_array();
      EXPECT_EQ(std::count(liked.begin(), liked.end(), item.at("title")), 0) << item.dump();
      EXPECT_EQ(item.at("because").as_array().size(), 2U);
    }
  }
}

TEST(Demo, TheFirstReasonIsTheStrongest) {
  const Json json = Json::parse(run_kindred({"demo", "--json"}).out);
  for (const Json& person : json.at("recommendations").as_array()) {
    for (const Json& item : person.at("items").as_array()) {
      const Json::Array& because = item.at("because").as_array();
      EXPECT_GE(because[0].at("share").as_double(), because[1].at("share").as_double());
      EXPECT_GT(because[0].at("share").as_double(), 0.0);
    }
  }
}

TEST(Demo, WritesAWorldThatTheReadersTake) {
  const test::TemporaryFolder folder;
  const test::Ended demo =
      run_kindred({"demo", "--people", "300", "--seed", "5", "--write", "world"}, folder.path());
  ASSERT_EQ(demo.code, 0) << demo.err;
  ThreadPool pool(1);
  const data::Ratings ratings = data::read_ratings(folder / "world/ratings.csv", {}, pool);
  const data::MovieWorld world = data::simulate_movie_world({.people = 300, .seed = 5});
  EXPECT_EQ(ratings.summary.user_count, 300U);
  EXPECT_EQ(ratings.summary.pair_count, world.ratings.by_user.entry_count());
  const model::Model model = model::load(folder / "world/demo.kindred");
  EXPECT_NO_THROW(model::validate(model));
  EXPECT_EQ(model.seen, world.ratings.by_user);
  EXPECT_THAT(
      test::read_bytes(folder / "world/movies.csv"),
      HasSubstr("\"Monsters, Inc. (2001)\",2001,Adventure|Animation|Comedy|Family,14,93\n"));
  EXPECT_THAT(test::read_bytes(folder / "world/people.csv"), HasSubstr("user,age\n1,"));
}

TEST(Demo, TheSameSeedGivesTheSameBytesOnOneThreadAndThree) {
  const test::TemporaryFolder folder;
  for (const std::string threads : {"1", "3"}) {
    const test::Ended demo = run_kindred({"demo", "--people", "400", "--threads", threads,
                                          "--write", threads, "--svg", threads + ".svg"},
                                         folder.path());
    ASSERT_EQ(demo.code, 0) << demo.err;
  }
  for (const std::string name :
       {"/ratings.csv", "/movies.csv", "/people.csv", "/demo.kindred", ".svg"}) {
    EXPECT_EQ(test::read_bytes(folder / ("1" + name)), test::read_bytes(folder / ("3" + name)))
        << name;
  }
}

TEST(Demo, RefusesWhatItCannotDo) {
  EXPECT_EQ(run_kindred({"demo", "--people", "3"}).code, 2);
  EXPECT_EQ(run_kindred({"demo", "--dim", "0"}).code, 2);
  const test::Ended demo = run_kindred({"demo", "--people", "100", "--write", "/dev/null/world"});
  EXPECT_EQ(demo.code, 1);
  EXPECT_THAT(demo.err, HasSubstr("/dev/null/world"));
}

}  // namespace
}  // namespace kindred
