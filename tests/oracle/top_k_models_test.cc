// Recommendations from trained models against the plain loop: every id, score and order.
//
// For every user of a model of the same data: benchmarks/top_k_bench MODEL --verify all

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "kindred/data/positives.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/recommendation/recommender.h"
#include "kindred/search/best_k.h"
#include "tests/support/data_path.h"

namespace kindred {
namespace {

using recommendation::Recommendation;
using recommendation::RecommendationList;
using recommendation::Recommender;

// All that a recommender asks of a model.
model::Model trained(const data::Interactions& pairs, int dimensions, ThreadPool& pool) {
  const SparseMatrix positives = data::positives(pairs.by_user, data::PositiveRule{});
  factorization::Ials ials(positives, {.dimensions = dimensions, .epochs = 3});
  for (int epoch = 0; epoch < 3; ++epoch) ials.run_epoch(pool);
  const auto copy = [](MatrixView view) {
    return Matrix(view.rows, view.cols, {view.values().begin(), view.values().end()});
  };
  model::Model model;
  model.items.labels = pairs.items;
  model.users.labels = pairs.users;
  model.items.vectors = copy(ials.item_vectors());
  model.users.vectors = copy(ials.user_vectors());
  model.seen = pairs.by_user;
  return model;
}

std::vector<Recommendation> plain_list(const model::Model& model, std::uint32_t user,
                                       std::size_t k) {
  search::BestK best(k);
  for (std::uint32_t item = 0; item < model.items.size(); ++item) {
    if (std::ranges::binary_search(model.seen.row_columns(user), item)) continue;
    if (!embedding::is_learned(model.items.vectors.row(item))) continue;
    best.offer(
        {item, linalg::dot_plain(model.users.vectors.row(user), model.items.vectors.row(item))});
  }
  std::vector<Recommendation> list;
  for (const search::Neighbor& near : best.take()) {
    list.push_back({near.id, list.size() + 1, near.score});
  }
  return list;
}

// Every `step`-th user, asked together, and a few asked alone.
void check_models(const model::Model& model, std::uint32_t step, std::size_t k) {
  std::vector<std::uint32_t> users;
  for (std::uint32_t user = 0; user < model.users.size(); user += step) {
    if (embedding::is_learned(model.users.vectors.row(user))) users.push_back(user);
  }
  ThreadPool pool(2);
  const Recommender batch(model, {.allowed = {}, .many_people = true});
  const Recommender single(model, {});
  const auto lists = batch.for_users(users, k, pool);
  ASSERT_EQ(lists.size(), users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto expected = plain_list(model, users[i], k);
    ASSERT_EQ(lists[i].items, expected) << "user " << users[i];
    if (i % 50 != 0) continue;
    const std::vector<std::uint32_t> one = {users[i]};
    EXPECT_EQ(single.for_users(one, k, pool).front().items, expected);
    const auto person = recommendation::known_person(model, users[i]);
    for (const Recommender* recommender : {&batch, &single}) {
      EXPECT_EQ(recommender->for_person(model.users.vectors.row(users[i]), person, k, pool).items,
                expected);
    }
  }
}

TEST(TopKOfModels, MovieLens1M) {
  const auto ratings = test::data_file("ml-1m/ratings_uir.dat.gz");
  if (!ratings) GTEST_SKIP() << test::missing_data("ml-1m/ratings_uir.dat.gz");
  ThreadPool pool(2);
  const auto pairs = data::read_ratings(*ratings, {}, pool).interactions;
  check_models(trained(pairs, 32, pool), 10, 10);
}

TEST(TopKOfModels, Gowalla) {
  const char* name = "lightgcn-gowalla/train_lightgcn.txt.gz";
  const auto ratings = test::data_file(name);
  if (!ratings) GTEST_SKIP() << test::missing_data(name);
  ThreadPool pool(2);
  const auto pairs = data::read_ratings(*ratings, {.item_lists = true}, pool).interactions;
  check_models(trained(pairs, 25, pool), 200, 50);
}

}  // namespace
}  // namespace kindred
