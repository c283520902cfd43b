// kindred cluster, as a user runs it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/model/io.h"
#include "tests/support/movie_model.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using testing::HasSubstr;

class Cluster : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ = new model::Model(test::movie_model(300, 8));
    folder_ = new test::TemporaryFolder;
    model::save(*model_, *folder_ / "m.kindred");
  }
  static void TearDownTestSuite() {
    delete model_;
    delete folder_;
  }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }
  static test::Ended run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"cluster", path("m.kindred")});
    return test::run_kindred(std::move(arguments));
  }

  static model::Model* model_;
  static test::TemporaryFolder* folder_;
};

model::Model* Cluster::model_ = nullptr;
test::TemporaryFolder* Cluster::folder_ = nullptr;

TEST_F(Cluster, ReportsEveryClusterWithItsMedoidAndWhatItIsAbout) {
  const test::Ended ended = run({"-k", "6", "--json", "--typical", "3"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  const Json::Array& clusters = json.at("clusters").as_array();
  ASSERT_EQ(clusters.size(), 6U);
  std::uint64_t total = 0;
  std::size_t told = 0;
  for (const Json& cluster : clusters) {
    total += cluster.at("size").as_uint();
    EXPECT_LE(cluster.at("typical").as_array().size(), 3U);
    EXPECT_EQ(cluster.at("typical").as_array().front(), cluster.at("medoid"));
    told += cluster.at("attributes").as_array().size();
  }
  EXPECT_EQ(total, json.at("clustered").as_uint());
  EXPECT_GT(told, 0U);  // The movie world has genres for its clusters to be about.
}

TEST_F(Cluster, AutoShowsWhatWasTriedAndTakesTheBest) {
  const test::Ended ended = run({"-k", "auto", "--max", "10", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  double best = -1.0;
  std::uint64_t count = 0;
  for (const Json& tried : json.at("tried").as_array()) {
    if (tried.at("silhouette").as_double() <= best) continue;
    best = tried.at("silhouette").as_double();
    count = tried.at("clusters").as_uint();
  }
  EXPECT_EQ(json.at("clusters").as_array().size(), count);
  EXPECT_EQ(json.at("tried").as_array().size(), 7U);  // 2, 3, 4, 5, 6, 8, 10.
}

TEST_F(Cluster, TheColumnIsInTheModelAndAgainReplacesIt) {
  ASSERT_EQ(run({"-k", "4", "-o", path("with.kindred")}).code, 0);
  const model::Model with = model::load(path("with.kindred"));
  const data::Column& column = with.items.metadata.at("cluster");
  EXPECT_EQ(std::set<std::string>(column.text().begin(), column.text().end()).size(), 4U);
  EXPECT_EQ(with.items.vectors, model_->items.vectors);
  EXPECT_EQ(with.items.metadata.columns().size(), model_->items.metadata.columns().size() + 1);

  // In place, with another number of clusters.
  const test::Ended again = test::run_kindred(
      {"cluster", path("with.kindred"), "-k", "3", "-o", path("with.kindred"), "--quiet"});
  ASSERT_EQ(again.code, 0) << again.err;
  const model::Model replaced = model::load(path("with.kindred"));
  const auto& texts = replaced.items.metadata.at("cluster").text();
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 3U);
  EXPECT_EQ(replaced.items.metadata.columns().size(), with.items.metadata.columns().size());
}

TEST_F(Cluster, UsersAsCsvAndTheSameForAnyNumberOfThreads) {
  ASSERT_EQ(run({"-k", "5", "--users", "--threads", "1", "-o", path("one.csv")}).code, 0);
  ASSERT_EQ(run({"-k", "5", "--users", "--threads", "3", "-o", path("three.csv")}).code, 0);
  const std::string csv = test::read_bytes(path("one.csv"));
  EXPECT_EQ(csv, test::read_bytes(path("three.csv")));
  EXPECT_TRUE(csv.starts_with("user,cluster\n"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 301);
}

TEST_F(Cluster, RefusesWhatMakesNoSense) {
  EXPECT_EQ(run({"-k", "none"}).code, 2);
  EXPECT_EQ(run({"-k", "0"}).code, 2);
  EXPECT_EQ(run({"-k", "3", "-o", path("out.txt")}).code, 2);
  const test::Ended many = run({"-k", "100000"});
  EXPECT_EQ(many.code, 1);
  EXPECT_THAT(many.err, HasSubstr("cannot be cut into 100000 clusters"));
}

}  // namespace
}  // namespace kindred
