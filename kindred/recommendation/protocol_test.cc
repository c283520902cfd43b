#include "kindred/recommendation/protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/evaluation/ranking.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::recommendation {
namespace {

// Three crowds with a third of the items each; the first items of each third are liked
// more often, so that popularity beats chance.
data::Interactions three_crowds(std::size_t users, std::size_t items) {
  data::Interactions out;
  Rng rng(5);
  out.by_user.cols = items;
  for (std::size_t item = 0; item < items; ++item) out.items.insert("i" + std::to_string(item));
  for (std::size_t user = 0; user < users; ++user) {
    out.users.insert("u" + std::to_string(user));
    for (std::size_t item = 0; item < items; ++item) {
      const std::size_t third = items / 3;
      const double liking =
          item / third == user % 3
              ? 0.8 - 0.6 * static_cast<double>(item % third) / static_cast<double>(third)
              : 0.02;
      if (rng.uniform() >= liking) continue;
      out.by_user.columns.push_back(static_cast<std::uint32_t>(item));
      out.by_user.values.push_back(1.0F);
    }
    out.by_user.close_row();
  }
  return out;
}

ProtocolOptions options_for(const std::vector<const char*>& names) {
  ProtocolOptions options;
  options.family = factorization::IalsOptions{.dimensions = 6, .epochs = 6};
  for (const char* name : names) options.metrics.push_back(evaluation::parse_metric(name));
  return options;
}

const std::vector<const char*> kAll = {"recall@5", "recall_all@5", "precision@5", "ndcg@5",
                                       "hr@5",     "map",          "map@5",       "mrr",
                                       "auc",      "coverage@5",   "gini@5"};

void expect_equal(const Results& a, const Results& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t m = 0; m < a.size(); ++m) {
    EXPECT_EQ(a[m].value, b[m].value) << evaluation::name(a[m].metric);
    EXPECT_EQ(a[m].interval, b[m].interval);
    EXPECT_EQ(a[m].per_person, b[m].per_person);
  }
}

TEST(Protocol, ModelBeatsPopularityBeatsChance) {
  const auto ratings = three_crowds(150, 60);
  ThreadPool pool(2);
  for (const data::Split& split :
       {data::split_leave_one_out(ratings, {}, 1), data::split_ratio(ratings, {}, 0.2, 1),
        data::split_strong(ratings, {}, {.held_out_count = 30})}) {
    const Comparison comparison = run_protocol(split, options_for({"ndcg@10", "auc"}), pool);
    for (std::size_t m = 0; m < 2; ++m) {
      EXPECT_GT(comparison.model[m].value, comparison.popularity[m].value) << split.description;
      EXPECT_GT(comparison.popularity[m].value, comparison.random[m].value) << split.description;
    }
    EXPECT_NEAR(comparison.random[1].value, 0.5, 0.1);
    EXPECT_EQ(comparison.people_without_history, 0U);
  }
}

TEST(Protocol, SameBytesForAnyThreadCount) {
  const auto split = data::split_strong(three_crowds(150, 60), {}, {.held_out_count = 30});
  ThreadPool one(1);
  const Comparison reference = run_protocol(split, options_for(kAll), one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    const Comparison comparison = run_protocol(split, options_for(kAll), pool);
    expect_equal(comparison.model, reference.model);
    expect_equal(comparison.popularity, reference.popularity);
    expect_equal(comparison.random, reference.random);
  }
}

TEST(Protocol, ListsAloneAndFullRankingsAgree) {
  const auto split = data::split_ratio(three_crowds(150, 60), {}, 0.3, 1);
  ThreadPool pool(2);
  const Comparison listed = run_protocol(split, options_for({"ndcg@5", "map@5"}), pool);
  const Comparison full = run_protocol(split, options_for({"ndcg@5", "map@5", "auc"}), pool);
  for (std::size_t m = 0; m < 2; ++m) {
    EXPECT_EQ(listed.model[m].per_person, full.model[m].per_person);
    EXPECT_EQ(listed.popularity[m].per_person, full.popularity[m].per_person);
  }
}

// Ratings of a few people who like things, and of some who like nothing: rows in any order.
std::vector<std::array<std::string, 2>> liked_rows() {
  std::vector<std::array<std::string, 2>> rows;
  for (int user = 0; user < 24; ++user) {
    for (int item = 0; item < 8; ++item) {
      if ((user * 7 + item * 3) % 5 < 2) {
        rows.push_back({"u" + std::to_string(user), "i" + std::to_string(item)});
      }
    }
  }
  return rows;
}

data::Interactions in_order(const std::vector<std::array<std::string, 2>>& rows) {
  data::Interactions out;
  std::vector<std::vector<std::uint32_t>> items;
  for (const auto& [user, item] : rows) {
    const auto row = out.users.insert(user);
    if (row == items.size()) items.emplace_back();
    items[row].push_back(out.items.insert(item));
  }
  out.by_user.cols = out.items.size();
  for (auto& row : items) {
    std::ranges::sort(row);
    out.by_user.append_row(row, std::vector<float>(row.size(), 1.0F));
  }
  return out;
}

// People whose vector is zero get what `recommend` gives them, and that does not depend on the
// order of the rows, though many items are equally popular; the baseline neither.
TEST(Protocol, PeopleOfWhomNothingIsKnownAreRankedByPopularityInAnyOrderOfRows) {
  auto rows = liked_rows();
  Rng rng(2);
  data::Interactions test;
  for (const char* user : {"u1", "u2", "u3"}) test.users.insert(user);
  test.items.insert("i6");
  test.items.insert("i7");
  test.by_user.cols = 2;
  for (int person = 0; person < 3; ++person) {
    test.by_user.append_row(std::vector<std::uint32_t>{0, 1}, std::vector<float>{1.0F, 1.0F});
  }
  ThreadPool pool(2);
  std::vector<double> first;
  for (int round = 0; round < 8; ++round) {
    const data::Split split = data::split_given(in_order(rows), {}, test);
    const Matrix people(split.train.users.size(), 1, std::vector<float>(split.train.users.size()));
    const Matrix items(8, 1, std::vector<float>(8, 1.0F));
    for (const auto& names : {std::vector<const char*>{"ndcg@2", "hr@1", "mrr", "map", "auc"},
                              std::vector<const char*>{"ndcg@2", "hr@1"}}) {
      const Comparison comparison =
          evaluate_vectors(split, people, items, options_for(names), pool);
      std::map<std::string, double> by_name;
      for (const auto& result : comparison.model) {
        by_name[evaluation::name(result.metric)] = result.value;
      }
      std::vector<double> values = {by_name["ndcg@2"], by_name["hr@1"],
                                    comparison.popularity[0].value, comparison.popularity[1].value};
      if (first.empty()) first = values;
      EXPECT_EQ(values, first) << round;
    }
    rng.shuffle(std::span(rows));
  }
}

TEST(Protocol, GivenVectorsAreRankedByTheirDotProduct) {
  // One person who has item 0; scores 9 3 2 1 by item; the target is item 2, in place 1.
  data::Interactions train;
  train.users.insert("u");
  for (const char* item : {"a", "b", "c", "d"}) train.items.insert(item);
  train.by_user.cols = 4;
  train.by_user.append_row(std::vector<std::uint32_t>{0}, std::vector<float>{1.0F});
  data::Interactions test;
  test.users.insert("u");
  test.items.insert("c");
  test.by_user.cols = 1;
  test.by_user.append_row(std::vector<std::uint32_t>{0}, std::vector<float>{1.0F});
  const data::Split split = data::split_given(train, {}, test);
  ThreadPool pool(1);
  const Comparison comparison =
      evaluate_vectors(split, Matrix(1, 1, {1.0F}), Matrix(4, 1, {9, 3, 2, 1}),
                       options_for({"mrr", "hr@1", "auc", "coverage@1", "recall@1000"}), pool);
  EXPECT_DOUBLE_EQ(comparison.model[0].value, 0.5);
  EXPECT_DOUBLE_EQ(comparison.model[1].value, 0.0);
  EXPECT_DOUBLE_EQ(comparison.model[2].value, 0.5);
  EXPECT_DOUBLE_EQ(comparison.model[3].value, 0.25);
  EXPECT_DOUBLE_EQ(comparison.model[4].value, 1.0);  // k beyond the number of items.
}

TEST(Protocol, GivenNegativesCountTiesHalf) {
  data::Interactions ratings = three_crowds(30, 12);
  data::Split split = data::split_leave_one_out(ratings, {}, 1);
  data::SampledNegatives sampled;
  for (const std::string& label : split.labels) {
    sampled.rows.push_back({.user = label, .item = {}, .negatives = {"i0", "i4", "i8"}});
  }
  data::use_negatives(split, sampled);
  ThreadPool pool(2);
  const Matrix same_people(30, 2);
  const Matrix same_items(12, 2);  // All scores are 0.
  const Comparison comparison =
      evaluate_vectors(split, same_people, same_items, options_for({"auc", "hr@1"}), pool);
  EXPECT_DOUBLE_EQ(comparison.model[0].value, 0.5);
  EXPECT_THROW(evaluate_vectors(split, same_people, same_items, options_for({"coverage@10"}), pool),
               Error);
}

TEST(Protocol, SeedsAreAveraged) {
  const auto split = data::split_leave_one_out(three_crowds(90, 30), {}, 1);
  ThreadPool pool(2);
  ProtocolOptions options = options_for({"ndcg@10"});
  options.seed_count = 3;
  int epochs_seen = 0;
  options.observe = [&](int, const training::Epoch&) { ++epochs_seen; };
  const Comparison mean = run_protocol(split, options, pool);
  EXPECT_EQ(epochs_seen, 18);
  double sum = 0.0;
  options.seed_count = 1;
  for (int run = 0; run < 3; ++run) {
    sum += run_protocol(split, options, pool).model[0].value;
    ++std::get<factorization::IalsOptions>(options.family).seed;
  }
  EXPECT_NEAR(mean.model[0].value, sum / 3.0, 1e-12);
  EXPECT_TRUE(mean.model[0].seed_spread);
}

TEST(Protocol, NothingToLearnFromAndNothingToTest) {
  ThreadPool pool(1);
  data::Interactions ratings = three_crowds(30, 12);
  ratings.has_values = true;
  const data::PositiveRule none{.threshold = 4.0F};  // All values are 1.
  data::Split split = data::split_leave_one_out(ratings, {}, 1);
  ProtocolOptions options = options_for({"ndcg@10"});
  options.rule = none;
  EXPECT_THROW(run_protocol(split, options, pool), Error);
  split = data::split_leave_one_out(ratings, none, 1);
  EXPECT_THROW(run_protocol(split, options_for({"ndcg@10"}), pool), Error);
}

}  // namespace
}  // namespace kindred::recommendation
