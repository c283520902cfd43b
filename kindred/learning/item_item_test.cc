#include "kindred/learning/item_item.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/learning/watching.h"
#include "tests/support/two_tastes.h"

namespace kindred::learning {
namespace {

using Dense = std::vector<std::vector<double>>;

SparseMatrix random_positives(std::size_t users, std::size_t items, double share,
                              std::uint64_t seed) {
  SparseMatrix out;
  out.cols = items;
  Rng rng(seed);
  for (std::size_t user = 0; user < users; ++user) {
    for (std::uint32_t item = 0; item < items; ++item) {
      if (rng.uniform() >= share) continue;
      out.columns.push_back(item);
      out.values.push_back(static_cast<float>(1 + rng.below(3)));
    }
    out.close_row();
  }
  return out;
}

// The definition, written down: every pair of columns, then all but the n largest of a row
// set to 0, equal ones by the smaller item.
Dense plain_rows(const SparseMatrix& positives, const ItemItemOptions& options) {
  const std::size_t items = positives.cols;
  Dense dense(positives.rows, std::vector<double>(items));
  for (std::size_t user = 0; user < positives.rows; ++user) {
    for (std::size_t n = 0; n < positives.row_size(user); ++n) {
      dense[user][positives.row_columns(user)[n]] = positives.row_values(user)[n];
    }
  }
  const auto product = [&](std::size_t i, std::size_t j) {
    double sum = 0.0;
    for (const auto& row : dense) sum += row[i] * row[j];
    return sum;
  };
  Dense rows(items, std::vector<double>(items));
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = 0; j < items; ++j) {
      if (i == j || product(i, j) == 0.0) continue;
      rows[i][j] =
          static_cast<float>(product(i, j) / (std::sqrt(product(i, i)) * std::sqrt(product(j, j)) +
                                              double{options.shrinkage}));
    }
    std::vector<std::size_t> order(items);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t j) { return rows[i][j]; });
    for (std::size_t n = static_cast<std::size_t>(options.neighbors); n < items; ++n) {
      rows[i][order[n]] = 0.0;
    }
  }
  return rows;
}

// All items by falling score, equal ones by the smaller; without what is seen or scores 0.
RankedItems plain_best(const Dense& rows, const SparseMatrix& positives, std::size_t user,
                       std::size_t k) {
  RankedItems all;
  for (std::uint32_t item = 0; item < rows.size(); ++item) {
    double score = 0.0;
    for (std::size_t n = 0; n < positives.row_size(user); ++n) {
      score += positives.row_values(user)[n] * rows[positives.row_columns(user)[n]][item];
    }
    if (score == 0.0 || std::ranges::binary_search(positives.row_columns(user), item)) continue;
    all.push_back({item, static_cast<float>(score)});
  }
  std::ranges::sort(all, search::better);
  all.resize(std::min(k, all.size()));
  return all;
}

std::vector<Asked> everybody(const SparseMatrix& positives) {
  std::vector<Asked> people(positives.rows);
  for (std::uint32_t user = 0; user < positives.rows; ++user) {
    people[user].user = user;
    people[user].seen = positives.row_columns(user);
  }
  return people;
}

TEST(ItemItem, RowsAndListsAreThoseOfThePlainDenseComputation) {
  for (const std::size_t items : {1, 2, 17, 60}) {
    for (const ItemItemOptions& options :
         {ItemItemOptions{.neighbors = 1}, ItemItemOptions{.neighbors = 7, .shrinkage = 2.5F},
          ItemItemOptions{.neighbors = 100}}) {
      const SparseMatrix positives = random_positives(40, items, 0.2, items);
      const Dense expected = plain_rows(positives, options);
      ThreadPool pool(3);
      const SparseMatrix rows = item_item_rows(positives, options, pool);
      kindred::validate(rows, "rows");
      std::size_t expected_count = 0;
      for (std::size_t i = 0; i < items; ++i) {
        expected_count += static_cast<std::size_t>(
            std::ranges::count_if(expected[i], [](double value) { return value != 0.0; }));
        for (std::size_t n = 0; n < rows.row_size(i); ++n) {
          EXPECT_EQ(rows.row_values(i)[n], expected[i][rows.row_columns(i)[n]]);
        }
      }
      EXPECT_EQ(rows.entry_count(), expected_count);

      const ItemItemRanker ranker(rows, positives, {});
      const auto lists = ranker.best(everybody(positives), 5, pool);
      for (std::size_t user = 0; user < positives.rows; ++user) {
        EXPECT_EQ(lists[user], plain_best(expected, positives, user, 5)) << "user " << user;
      }
    }
  }
}

TEST(ItemItem, ReasonsAreTheTermsOfTheScore) {
  const SparseMatrix positives = random_positives(50, 30, 0.25, 3);
  ThreadPool pool(2);
  const SparseMatrix rows = item_item_rows(positives, {.neighbors = 10}, pool);
  const ItemItemRanker ranker(rows, positives, {});
  const auto lists = ranker.best(everybody(positives), 5, pool);
  std::size_t explained = 0;
  for (std::uint32_t user = 0; user < positives.rows; ++user) {
    const Asked known{.user = user, .liked = {}, .weights = {}, .seen = {}};
    const Asked made_up{.user = {},
                        .liked = positives.row_columns(user),
                        .weights = positives.row_values(user),
                        .seen = positives.row_columns(user)};
    EXPECT_EQ(ranker.best(std::span(&made_up, 1), 5, pool).front(), lists[user]);
    for (const search::Neighbor& chosen : lists[user]) {
      const auto reasons = ranker.reasons(known, chosen.id, 1000);
      EXPECT_EQ(reasons, ranker.reasons(made_up, chosen.id, 1000));
      double sum = 0.0;
      for (const Reason& reason : reasons) {
        // The share times the score is the term.
        const auto near = rows.row_columns(reason.item);
        const auto at = std::ranges::find(near, chosen.id) - near.begin();
        const auto liked = positives.row_columns(user);
        const auto n = std::ranges::find(liked, reason.item) - liked.begin();
        const double term = double{rows.row_values(reason.item)[static_cast<std::size_t>(at)]} *
                            positives.row_values(user)[static_cast<std::size_t>(n)];
        EXPECT_NEAR(double{reason.share} * chosen.score, term, 1e-5);
        sum += reason.share;
      }
      EXPECT_NEAR(sum, 1.0, 1e-5);
      std::vector<float> score(1);
      ranker.scores(known, std::vector<std::uint32_t>{chosen.id}, score);
      EXPECT_EQ(score[0], chosen.score);
      ++explained;
    }
  }
  EXPECT_GT(explained, 100U);
}

TEST(ItemItem, LeavesOutWhatIsNotAllowedAndFindsOthersInstead) {
  const SparseMatrix positives = random_positives(50, 30, 0.25, 4);
  ThreadPool pool(1);
  const SparseMatrix rows = item_item_rows(positives, {}, pool);
  std::vector<bool> allowed(30, true);
  for (std::size_t item = 0; item < 30; item += 2) allowed[item] = false;
  const ItemItemRanker ranker(rows, positives, {.allowed = allowed});
  for (const RankedItems& list : ranker.best(everybody(positives), 4, pool)) {
    EXPECT_EQ(list.size(), 4U);
    for (const search::Neighbor& chosen : list) EXPECT_EQ(chosen.id % 2, 1U);
  }
  for (const search::Neighbor& near : ranker.similar_items(3, 5, pool)) {
    EXPECT_EQ(near.id % 2, 1U);
    EXPECT_NE(near.id, 3U);
  }
}

TEST(ItemItem, SameBytesForAnyNumberOfThreads) {
  const SparseMatrix positives = random_positives(90, 70, 0.1, 5);
  ThreadPool one(1);
  ThreadPool four(4);
  EXPECT_EQ(item_item_rows(positives, {}, one), item_item_rows(positives, {}, four));
}

TEST(ItemItem, TrainsAndValidatesAsEveryFamilyDoes) {
  const data::Interactions data = test::two_tastes(200, 40);
  ThreadPool pool(2);
  const WatchResult result = train_watching(data,
                                            {.family = ItemItemOptions{.neighbors = 20},
                                             .positive_rule = {.threshold = 3.0F},
                                             .validation_users = 20},
                                            {.pool = pool});
  EXPECT_NO_THROW(model::validate(result.model));
  const WatchResult ials =
      train_watching(data,
                     {.family = factorization::IalsOptions{.dimensions = 4, .epochs = 4},
                      .positive_rule = {.threshold = 3.0F},
                      .validation_users = 20},
                     {.pool = pool});
  ASSERT_EQ(result.model.history.size(), 1U);
  EXPECT_NEAR(*result.model.history[0].validation, *ials.model.history.back().validation, 0.1);
  EXPECT_STREQ(model::kind_of(result.model), "item-item");
  // Somebody who liked nothing is not known, everybody else is.
  const auto ranker = make_ranker(result.model, {}, pool);
  const SparseMatrix positives = data::positives(data.by_user, {.threshold = 3.0F});
  for (std::uint32_t user = 0; user < 200; ++user) {
    EXPECT_EQ(ranker->knows({.user = user, .liked = {}, .weights = {}, .seen = {}}),
              positives.row_size(user) > 0);
  }
}

TEST(ItemItem, OptionsOutOfRangeAreNamed) {
  const SparseMatrix positives = random_positives(5, 5, 0.5, 6);
  EXPECT_THROW(ItemItemLearner(positives, {.neighbors = 0}), Error);
  EXPECT_THROW(ItemItemLearner(positives, {.shrinkage = -1.0F}), Error);
  EXPECT_THROW(ItemItemLearner(positives, {.shrinkage = std::nanf("")}), Error);
}

}  // namespace
}  // namespace kindred::learning
