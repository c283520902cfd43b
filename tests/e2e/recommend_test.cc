// kindred recommend and kindred similar, as a user runs them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/model/io.h"
#include "tests/support/movie_model.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Recommend : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ = new model::Model(test::movie_model(200, 8));
    folder_ = new test::TemporaryFolder;
    model::save(*model_, *folder_ / "m.kindred");
  }
  static void TearDownTestSuite() {
    delete model_;
    delete folder_;
  }

  // kindred VERB m.kindred ARGUMENTS...
  static test::Ended run(const std::string& verb, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {verb, (*folder_ / "m.kindred").string()});
    return test::run_kindred(arguments, folder_->path());
  }
  static test::Ended recommend(std::vector<std::string> arguments) {
    return run("recommend", std::move(arguments));
  }
  static test::Ended similar(std::vector<std::string> arguments) {
    return run("similar", std::move(arguments));
  }
  static void expect_failure(const test::Ended& ended, const std::string& message) {
    EXPECT_EQ(ended.code, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(message));
    EXPECT_EQ(ended.out, "");
  }

  static model::Model* model_;
  static test::TemporaryFolder* folder_;
};

model::Model* Recommend::model_ = nullptr;
test::TemporaryFolder* Recommend::folder_ = nullptr;

std::vector<std::string> ids_of(const Json& answer) {
  std::vector<std::string> ids;
  for (const Json& item : answer.at("items").as_array()) ids.push_back(item.at("id").as_string());
  return ids;
}

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST_F(Recommend, WhatWasRatedOneNeverComesBack) {
  // Everything that is left, for everybody: nothing seen is in it, however it was rated.
  const test::Ended all = recommend({"--all", "-k", "100000", "-o", "all.jsonl"});
  ASSERT_EQ(all.code, 0) << all.err;
  const auto answers = lines_of(test::read_bytes(*folder_ / "all.jsonl"));
  ASSERT_EQ(answers.size(), model_->users.size());
  std::size_t rated_one = 0;
  for (std::size_t user = 0; user < answers.size(); ++user) {
    EXPECT_EQ(answers[user].at("user").as_string(), model_->users.labels.label(user));
    const auto ids = ids_of(answers[user]);
    const std::set<std::string> listed(ids.begin(), ids.end());
    const auto seen = model_->seen.row_columns(user);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_FALSE(listed.contains(std::string(model_->items.labels.label(seen[i]))));
      rated_one += model_->seen.row_values(user)[i] == 1.0F ? 1U : 0U;
    }
  }
  EXPECT_GT(rated_one, 0U);

  // The same for a made-up person.
  const test::Ended made_up =
      recommend({"--history", "Shrek (2001)=1;Memento (2000)=5", "-k", "1000", "--json"});
  ASSERT_EQ(made_up.code, 0) << made_up.err;
  EXPECT_THAT(made_up.out, AllOf(Not(HasSubstr("Shrek (2001)")), Not(HasSubstr("Memento"))));
  EXPECT_THAT(made_up.err, AllOf(HasSubstr("Shrek (2001)  (seen only)"),
                                 HasSubstr("1 of 2 count as liked (rated 4 or more)")));
}

TEST_F(Recommend, TheThreeFormatsSayTheSame) {
  const test::Ended json = recommend({"--user", "7", "-k", "3", "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  const Json answer = Json::parse(json.out.substr(0, json.out.size() - 1));
  EXPECT_EQ(answer.at("user").as_string(), "7");
  ASSERT_EQ(answer.at("items").as_array().size(), 3U);
  EXPECT_EQ(answer.find("fallback"), nullptr);

  const test::Ended csv = recommend({"--user", "7", "-k", "3", "-o", "seven.csv"});
  ASSERT_EQ(csv.code, 0) << csv.err;
  std::string expected = "user,rank,item,score\n";
  for (const Json& item : answer.at("items").as_array()) {
    expected += "7," + item.at("rank").dump() + "," + item.at("id").as_string() + "," +
                item.at("score").dump() + "\n";
  }
  EXPECT_EQ(test::read_bytes(*folder_ / "seven.csv"), expected);

  const test::Ended table = recommend({"--user", "7", "-k", "3"});
  EXPECT_THAT(table.out, AllOf(StartsWith("User 7: "), HasSubstr("liked (rated 4 or more)")));
  for (const Json& item : answer.at("items").as_array()) {
    EXPECT_THAT(table.out, HasSubstr(item.at("title").as_string()));
  }
}

TEST_F(Recommend, AllIsAsEachAndAnyThreadCountGivesTheSameBytes) {
  const test::Ended one = recommend({"--all", "--threads", "1"});
  const test::Ended four = recommend({"--all", "--threads", "4"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(one.out, four.out);
  test::write_bytes(*folder_ / "users", "9\n4\n");
  const auto lists = lines_of(recommend({"--users", "users", "--json"}).out);
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].dump() + "\n", recommend({"--user", "9", "--json"}).out);
  EXPECT_EQ(lists[1].dump() + "\n", recommend({"--user", "4", "--json"}).out);
}

TEST_F(Recommend, FoldingInAKnownHistoryGivesTheSameList) {
  std::string history = "item,rating\n";
  const auto seen = model_->seen.row_columns(3);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    history += "id:" + std::string(model_->items.labels.label(seen[i])) + "," +
               std::to_string(model_->seen.row_values(3)[i]) + "\n";
  }
  test::write_bytes(*folder_ / "three.csv", history);
  const Json known = Json::parse(lines_of(recommend({"--user", "4", "--json"}).out)[0].dump());
  const test::Ended made_up = recommend({"--history-file", "three.csv", "--json"});
  ASSERT_EQ(made_up.code, 0) << made_up.err;
  ASSERT_EQ(known.at("user").as_string(), model_->users.labels.label(3));
  EXPECT_EQ(ids_of(lines_of(made_up.out)[0]), ids_of(known));
}

TEST_F(Recommend, ReasonsComeFromTheHistory) {
  const test::Ended table =
      recommend({"--history", "Shrek (2001)=5,Memento (2000)=4", "--explain", "-k", "5"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("because of "), HasSubstr("%")));
  const Json answer = lines_of(
      recommend({"--history", "Shrek=5;Memento=5", "--explain", "-k", "5", "--json"}).out)[0];
  for (const Json& item : answer.at("items").as_array()) {
    double total = 0.0;
    for (const Json& reason : item.at("reasons").as_array()) {
      EXPECT_THAT(reason.at("title").as_string(), testing::AnyOf("Shrek (2001)", "Memento (2000)"));
      total += reason.at("share").as_double();
    }
    EXPECT_NEAR(total, 1.0, 1e-6);
  }
}

TEST_F(Recommend, FiltersAndListsChooseTheItems) {
  const Json filtered = lines_of(recommend({"--user", "1", "--where", "genre=Animation", "--where",
                                            "year>=2001", "--json", "-k", "500"})
                                     .out)[0];
  ASSERT_FALSE(filtered.at("items").as_array().empty());
  for (const std::string& id : ids_of(filtered)) {
    const data::Movie& movie = data::movies()[*model_->items.labels.find(id)];
    EXPECT_TRUE(data::has_genre(movie, "Animation")) << movie.title;
    EXPECT_GE(movie.year, 2001);
  }
  test::write_bytes(*folder_ / "allow", "Shrek (2001)\nMemento (2000)\n");
  test::write_bytes(*folder_ / "deny", "memento\n");
  const test::Ended listed = recommend({"--history", "Hero (2002)=1;Pulp Fiction=5", "--allow",
                                        "allow", "--deny", "deny", "--json"});
  EXPECT_THAT(listed.out, AllOf(HasSubstr("Shrek (2001)"), Not(HasSubstr("Memento"))))
      << listed.err;
  EXPECT_THAT(listed.err, HasSubstr("1 of "));
}

TEST_F(Recommend, UnknownUsersOfAListGetWhatIsPopularMarked) {
  test::write_bytes(*folder_ / "users", "9\nnobody\n4\n");
  const test::Ended listed = recommend({"--users", "users", "--json"});
  const auto lists = lines_of(listed.out);
  ASSERT_EQ(lists.size(), 3U) << listed.err;
  EXPECT_EQ(lists[0].dump() + "\n", recommend({"--user", "9", "--json"}).out);
  EXPECT_EQ(lists[1].at("user").as_string(), "nobody");
  EXPECT_EQ(lists[1].at("fallback").as_string(), "popularity");
  EXPECT_EQ(lists[1].at("known").as_bool(), false);
  EXPECT_EQ(lists[2].dump() + "\n", recommend({"--user", "4", "--json"}).out);
  EXPECT_THAT(listed.err, HasSubstr("1 of 3 users are not in the model, such as line 2 'nobody'"));
  const test::Ended csv = recommend({"--users", "users", "-k", "1", "-o", "lists.csv"});
  ASSERT_EQ(csv.code, 0) << csv.err;
  const std::string rows = test::read_bytes(*folder_ / "lists.csv");
  EXPECT_THAT(rows, StartsWith("user,rank,item,score,fallback\n9,1,"));
  EXPECT_THAT(rows, HasSubstr(",popularity\n4,1,"));
}

TEST_F(Recommend, LinesOfADenyListThatNameNothingAreCounted) {
  test::write_bytes(*folder_ / "deny", "memento\nnever sold\n");
  const test::Ended listed = recommend({"--user", "9", "--deny", "deny", "--json"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_THAT(listed.err,
              HasSubstr("deny: 1 of 2 lines name no item of the model, such as line 2"));
}

TEST_F(Recommend, WhatCannotBeDoneIsSaid) {
  expect_failure(recommend({"--user", "nobody"}),
                 "there is no user 'nobody' in the model; it knows");
  test::write_bytes(*folder_ / "users", "\n\nnobody\n");
  expect_failure(recommend({"--users", "users"}), "users:3: there is no user 'nobody'");
  test::write_bytes(*folder_ / "empty", "\n");
  expect_failure(recommend({"--users", "empty"}), "names no users");
  expect_failure(recommend({"--user", "1", "--allow", "empty"}), "names no items");
  expect_failure(recommend({"--user", "1", "--where", "year>3000"}),
                 "none of the " + std::to_string(model_->items.size()) +
                     " items is left by --where 'year>3000'");
  expect_failure(recommend({"--user", "1", "--where", "director=Mann"}), "there are: title, year");
  expect_failure(recommend({"--history", "Shreck (2001)=5"}), "Shrek (2001)");
  expect_failure(recommend({"--history", "Harry Potter=5"}), "could be any of");
  expect_failure(recommend({"--history", "Shrek (2001), Memento=5"}),
                 "a comma belongs to the title");
  expect_failure(recommend({"--history", ""}), "the history is empty");
  expect_failure(recommend({"--user", "1", "-o", "missing/list.csv"}), "missing");
  expect_failure(test::run_kindred({"recommend", "none.kindred", "--user", "1"}), "none.kindred");
}

TEST_F(Recommend, UsageErrorsExitWithTwo) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--user", "1", "-k", "0"},
                                             {"--user", "1", "-k", "-3"},
                                             {"--user", "1", "-k", "many"},
                                             {"--user", "1", "--all"},
                                             {},
                                             {"--user", "1", "-o", "list.txt"}}) {
    EXPECT_EQ(recommend(arguments).code, 2) << testing::PrintToString(arguments);
  }
}

TEST_F(Recommend, ALargeCountReturnsAllThereIs) {
  const test::Ended ended = recommend({"--user", "1", "-k", "9000000000000000000", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ids_of(lines_of(ended.out)[0]).size() + model_->seen.row_size(0), model_->items.size());
  EXPECT_THAT(ended.err, HasSubstr("no more unseen items are left"));
}

TEST_F(Recommend, SomebodyWhoLikedNothingGetsWhatIsPopular) {
  const test::Ended table = recommend({"--history", "Shrek (2001)=1"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("what most people have seen"));
  const test::Ended json = recommend({"--history", "Shrek (2001)=1", "--json"});
  EXPECT_THAT(json.out, AllOf(StartsWith("{\"user\":null,\"fallback\":\"popularity\""),
                              Not(HasSubstr("Shrek (2001)")), Not(HasSubstr("null,\"score"))));
}

TEST_F(Recommend, SimilarByTitleInEveryMetric) {
  for (const char* metric : {"cosine", "dot", "euclidean"}) {
    const test::Ended ended = similar({"shrek (2001)", "--metric", metric, "-k", "5", "--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json answer = lines_of(ended.out)[0];
    EXPECT_EQ(answer.at("item").at("title").as_string(), "Shrek (2001)");
    EXPECT_EQ(answer.at("neighbors").as_array().size(), 5U);
    EXPECT_THAT(answer.at("neighbors").dump(), Not(HasSubstr("\"Shrek (2001)\"")));
  }
  EXPECT_THAT(similar({"shrek (2001)"}).out, StartsWith("Nearest to Shrek (2001) (id "));
  EXPECT_EQ(similar({"3", "--users", "-k", "4", "-o", "near.csv"}).code, 0);
  EXPECT_THAT(test::read_bytes(*folder_ / "near.csv"),
              StartsWith("user,rank,neighbor,score\n3,1,"));
}

TEST_F(Recommend, SimilarByAttributesFindsThePartnerOfTheLecture) {
  const test::Ended ended = similar({"Shrek (2001)", "--by", "age,tickets", "-k", "3"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("euclidean of standardised audience_age, tickets"),
                               HasSubstr("; the number is the distance")));
  expect_failure(similar({"Shrek (2001)", "--by", "age,height"}), "no column 'height'; there are:");
  expect_failure(similar({"Shrek (2001)", "--by", "genres"}), "holds text");
}

TEST_F(Recommend, SimilarSaysWhatItCannotFind) {
  expect_failure(similar({"Shreck (2001)"}), "did you mean");
  expect_failure(similar({"Harry Potter"}), "could be any of");
  expect_failure(similar({"nobody", "--users"}), "there is no user 'nobody'");
  EXPECT_EQ(similar({"Shrek (2001)", "--metric", "manhattan"}).code, 2);
  EXPECT_EQ(similar({"Shrek (2001)", "-k", "0"}).code, 2);
  EXPECT_EQ(similar({"Shrek (2001)", "-k", "100000"}).code, 0);
}

}  // namespace
}  // namespace kindred
