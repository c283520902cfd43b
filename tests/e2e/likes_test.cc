// What counts as liked, as a user meets it: from a file of any scale to what is recommended.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace kindred::test {
namespace {

using testing::HasSubstr;

// Of one kind of file: the header's third name ("" for no header), and what people write who
// like something and who do not.
struct Writing {
  std::string name;
  std::vector<std::string> likes;
  std::vector<std::string> dislikes;
};

// 40 people: even ones like a0..a9, odd ones b0..b9, and each rates six of both.
std::string two_camps(const Writing& writing, const std::string& stray = "") {
  std::string text = writing.name.empty() ? "" : "user,item," + writing.name + "\n";
  for (int user = 0; user < 40; ++user) {
    for (int item = 0; item < 20; ++item) {
      if ((user / 2 * 3 + item) % 5 < 2) continue;
      const bool likes = (item < 10) == (user % 2 == 0);
      const auto& words = likes ? writing.likes : writing.dislikes;
      text += "u" + std::to_string(user) + "," + (item < 10 ? "a" : "b") +
              std::to_string(item % 10) + "," +
              words[static_cast<std::size_t>(user * 31 + item * 17) % words.size()] + "\n";
    }
  }
  if (!stray.empty()) text += "u0,a10," + stray + "\n";
  return text;
}

class Likes : public testing::Test {
 protected:
  void write(const char* name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Ended run(const std::vector<std::string>& arguments) {
    return run_kindred(arguments, folder_.path());
  }
  // Trains, and counts how many of some people are told to take what their camp dislikes.
  int wrong_lists(std::string& told) {
    const Ended trained = run({"train", "f.csv", "-o", "m.kindred", "--dim", "4"});
    told = trained.err;
    EXPECT_EQ(trained.code, 0) << trained.err;
    int wrong = 0;
    for (const int user : {0, 1, 6, 7, 12, 13}) {
      const Ended list = run({"recommend", "m.kindred", "--user", "u" + std::to_string(user), "-k",
                              "1", "--json", "--quiet"});
      EXPECT_EQ(list.code, 0) << list.err;
      const bool a = list.out.find("\"id\":\"a") != std::string::npos;
      wrong += a == (user % 2 == 0) ? 0 : 1;
    }
    return wrong;
  }

  TemporaryFolder folder_;
};

TEST_F(Likes, OfEveryScaleAreWhatPeopleLike) {
  const std::vector<Writing> writings = {
      {"rating", {"1"}, {"-1"}},
      {"rating", {"1"}, {"0"}},
      {"liked", {"1"}, {"0"}},
      {"feedback", {"1"}, {"-1"}},
      {"clicked", {"True"}, {"False"}},
      {"purchased", {"yes", "1"}, {"no", "0"}},
      {"", {"1"}, {"-1"}},
      {"stars", {"4", "5"}, {"1", "2"}},
      {"", {"4.5", "5"}, {"0.5", "1", "2.5"}},
      {"score", {"6", "7"}, {"1", "2", "3"}},
      {"score", {"8", "9", "10"}, {"0", "1", "2", "3", "4"}},
      {"rating", {"80", "90", "100"}, {"5", "10", "20", "30"}},
      {"rating", {"8.25", "9.5", "6.75"}, {"-9.5", "-3.25", "-7.75"}},
      {"quantity", {"1", "2", "12"}, {"-1", "-2", "0"}},
      {"plays", {"1", "3", "40"}, {"0"}}};
  for (const Writing& writing : writings) {
    write("f.csv", two_camps(writing));
    std::string told;
    EXPECT_EQ(wrong_lists(told), 0) << writing.name << " " << writing.likes[0] << "\n" << told;
    EXPECT_THAT(told, HasSubstr("--positive-from says otherwise"));
  }
}

TEST_F(Likes, AStrayDoesNotChangeWhatTheyAre) {
  for (const char* stray : {"0", "-1", "55", "5.5"}) {
    write("f.csv", two_camps({"rating", {"4", "5"}, {"1", "2"}}, stray));
    std::string told;
    EXPECT_EQ(wrong_lists(told), 0) << stray;
    EXPECT_THAT(told, HasSubstr("positives: rated 4 or more (stars to 5: 480 of 481 values lie"));
  }
}

TEST_F(Likes, WhatIsNotClearIsAsked) {
  write("f.csv", two_camps({"mood", {"1"}, {"0"}}));
  const Ended unnamed = run({"train", "f.csv", "-o", "m.kindred"});
  EXPECT_EQ(unnamed.code, 1);
  EXPECT_THAT(unnamed.err, HasSubstr("--rating-column 'mood'"));
  EXPECT_EQ(run({"train", "f.csv", "-o", "m.kindred", "--rating-column", "mood"}).code, 0);
  write("f.csv", two_camps({"liked,clicked", {"1,1"}, {"0,1"}}));
  EXPECT_THAT(run({"train", "f.csv", "-o", "m.kindred"}).err,
              HasSubstr("the columns 'liked' and 'clicked' may each say"));
  write("f.csv", two_camps({"rating", {"1", "2", "700", "1", "1"}, {"1", "2", "1", "9"}}));
  const Ended counts = run({"train", "f.csv", "-o", "m.kindred"});
  EXPECT_EQ(counts.code, 1);
  EXPECT_THAT(counts.err, HasSubstr("what counts as liked is not clear"));
  EXPECT_EQ(run({"train", "f.csv", "-o", "m.kindred", "--positive-from", "1"}).code, 0);
}

TEST_F(Likes, ColumnsThatAreLeftOutAreNamed) {
  write("f.csv", two_camps({"genre,rating", {"crime,5"}, {"crime,1"}}));
  const Ended ended = run({"train", "f.csv", "-o", "m.kindred"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("left out: 'genre'"));
}

TEST_F(Likes, AreTheSameFromAStoreAndOutOfCore) {
  write("f.csv", two_camps({"plays", {"1", "2", "31"}, {"0"}}));
  ASSERT_EQ(run({"import", "f.csv", "-o", "f.kindred"}).code, 0);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, std::vector<std::string>{"--out-of-core"}}) {
    std::vector<std::string> command = {"train", "f.kindred", "-o", "m.kindred", "--dim", "4"};
    command.insert(command.end(), more.begin(), more.end());
    const Ended ended = run(command);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("positives: above 0 (counts: by the name of the column"));
  }
}

// A log in which people buy again: the last purchase of bread is no target, and the earlier one
// stays in training.
TEST_F(Likes, EventsAreSplitBeforeTheyAreMerged) {
  write("f.csv",
        "user,item,timestamp\na,bread,100\na,milk,110\na,bread,900\nb,bread,120\nb,tea,130\n"
        "c,milk,140\nc,tea,150\nc,bread,160\nd,milk,170\nd,tea,910\n");
  const Ended ended = run({"evaluate", "f.csv", "--protocol", "temporal", "--write-split", "s",
                           "--dim", "2", "--epochs", "2", "--metrics", "hr@1", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(Json::parse(ended.out).at("left_out").at("in_training").as_uint(), 1U);
  const auto content = [&](const char* name) {
    std::ifstream file(folder_ / "s" / name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_THAT(content("train.csv"), HasSubstr("a,bread,100\n"));
  EXPECT_EQ(content("test.csv"), "user,item\nd,tea\n");
}

}  // namespace
}  // namespace kindred::test
