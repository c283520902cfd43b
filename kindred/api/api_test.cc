#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <string>

#include "kindred/api/evaluate.h"
#include "kindred/api/predict.h"
#include "kindred/api/ratings.h"
#include "kindred/api/recommend.h"
#include "kindred/api/similar.h"
#include "kindred/api/train.h"
#include "kindred/base/error.h"
#include "kindred/model/io.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/two_tastes.h"

namespace kindred::api {
namespace {

Ratings tastes() {
  return {.interactions = test::two_tastes(120, 30),
          .items = data::Table(30),
          .users = data::Table(120)};
}

TrainOptions small_options(Objective objective) {
  TrainOptions options;
  options.objective = objective;
  options.watching = factorization::IalsOptions{.dimensions = 4, .epochs = 4};
  options.rating.model.als = {.dimensions = 4, .epochs = 3};
  return options;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Api, EveryObjectiveGivesAModelThatCanBeSavedAndAsked) {
  const test::TemporaryFolder folder;
  ThreadPool pool(2);
  const Ratings ratings = tastes();
  for (const Objective objective : {Objective::watch, Objective::rate, Objective::both}) {
    const Trained trained = train(ratings, small_options(objective), {.pool = pool});
    EXPECT_EQ(trained.ended, training::Ended::finished);
    EXPECT_EQ(trained.rating_error.has_value(), objective != Objective::watch);
    model::save(trained.model, folder / "m");
    const model::Model model = model::load(folder / "m");
    EXPECT_EQ(model.knows_watching(), objective != Objective::rate);
    EXPECT_EQ(model.ratings.has_value(), objective != Objective::watch);
    const Recommendations recommendations(model, {.count = 3}, pool);
    const std::vector<std::uint32_t> users = {0, 7, 119};
    for (const RecommendedList& list : recommendations.for_users(users, pool)) {
      EXPECT_EQ(list.list.items.size(), 3U);
    }
    EXPECT_EQ(similar(model, 2, {.count = 4}, pool).size(), 4U);
  }
}

TEST(Api, AMadeUpPersonWithAKnownHistoryGetsThatPersonsListAndReasons) {
  ThreadPool pool(2);
  const Ratings ratings = tastes();
  for (const learning::WatchOptions& family :
       {learning::WatchOptions(factorization::IalsOptions{.dimensions = 4, .epochs = 4}),
        learning::WatchOptions(learning::ItemItemOptions{.neighbors = 10})}) {
    TrainOptions options = small_options(Objective::watch);
    options.watching = family;
    options.validation_users = 0;
    const model::Model model = train(ratings, options, {.pool = pool}).model;
    const Recommendations recommendations(model, {.count = 5, .reason_count = 2}, pool);
    const std::vector<std::uint32_t> user = {3};
    std::vector<recommendation::FoundEntry> history;
    for (std::size_t n = 0; n < model.seen.row_size(3); ++n) {
      history.push_back({.item = model.seen.row_columns(3)[n],
                         .entry = {.item = "", .rating = model.seen.row_values(3)[n], .where = ""},
                         .liked = false});
    }
    const RecommendedList known = recommendations.for_users(user, pool).front();
    const RecommendedList made_up = recommendations.for_history(history, pool);
    ASSERT_EQ(known.list.items.size(), made_up.list.items.size());
    for (std::size_t i = 0; i < known.list.items.size(); ++i) {
      EXPECT_EQ(known.list.items[i].item, made_up.list.items[i].item);
      EXPECT_NEAR(known.list.items[i].score, made_up.list.items[i].score, 1e-4);
    }
    EXPECT_EQ(known.reasons, made_up.reasons);
    EXPECT_EQ(known.reasons.size(), known.list.items.size());
  }
}

TEST(Api, AStoppedTrainingIsNoErrorAndGoesOn) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  const Ratings ratings = tastes();
  const TrainOptions options = small_options(Objective::watch);
  const Trained whole = train(ratings, options, {.pool = pool});
  std::atomic<bool> cancelled = false;
  const Trained stopped =
      train(ratings, options,
            {.pool = pool,
             .cancelled = &cancelled,
             .checkpoints_of = folder / "m",
             .observe = [&](Stage, const auto& epoch) { cancelled = epoch.epoch == 2; }});
  EXPECT_EQ(stopped.ended, training::Ended::cancelled);
  EXPECT_EQ(stopped.epochs_done, 2);
  const Trained resumed =
      train(ratings, options, {.pool = pool, .checkpoints_of = folder / "m", .resume = true});
  EXPECT_EQ(resumed.model.items.vectors, whole.model.items.vectors);
}

TEST(Api, EvaluatesEveryFamily) {
  ThreadPool pool(2);
  const Ratings ratings = tastes();
  for (const learning::WatchOptions& family :
       {learning::WatchOptions(factorization::IalsOptions{.dimensions = 4, .epochs = 4}),
        learning::WatchOptions(learning::ItemItemOptions{})}) {
    for (const Protocol protocol : {Protocol::leave_one_out, Protocol::ratio, Protocol::strong}) {
      const Evaluation evaluation = evaluate(
          ratings, {.protocol = protocol, .metrics = {"ndcg@10", "auc"}, .watching = family}, pool);
      ASSERT_EQ(evaluation.comparison.model.size(), 2U);
      if (protocol == Protocol::strong) continue;  // Two people: too few to tell from chance.
      EXPECT_GT(evaluation.comparison.model[0].value, evaluation.comparison.random[0].value);
    }
  }
}

TEST(Api, PredictionsAreThoseOfTheModelOfRatings) {
  ThreadPool pool(1);
  const model::Model model = train(tastes(), small_options(Objective::rate), {.pool = pool}).model;
  const Predictions predictions(model);
  const std::vector<std::uint32_t> items = {4, 2};
  EXPECT_EQ(predictions.for_user(1, items).size(), 2U);
  EXPECT_EQ(predictions.for_ratings({{3, 5.0F}, {1, 2.0F}}, items).size(), 2U);
}

// What a caller may get wrong is an Error with a message, never the end of the process.
TEST(Api, WhatCannotBeIsAnErrorThatSaysSo) {
  ThreadPool pool(1);
  const auto train_with = [&](const std::function<void(Ratings&, TrainOptions&)>& spoil) {
    Ratings ratings = tastes();
    TrainOptions options = small_options(Objective::both);
    spoil(ratings, options);
    return refusal([&] { train(ratings, options, {.pool = pool}); });
  };
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) { r.interactions.users.insert("one more"); }),
            "");
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) { r.interactions.by_user.columns[0] = 99; }),
            "");
  EXPECT_NE(
      train_with([](Ratings& r, TrainOptions&) { r.interactions.by_user.offsets[1] = 1000000; }),
      "");
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) { r.interactions.by_user.values[0] = NAN; }),
            "");
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) { r.interactions.timestamps = {1, 2}; }), "");
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) {
              r.items = data::Table(7);
              r.items.add({"year", data::NumberColumn(7)});
            }),
            "");
  EXPECT_NE(train_with([](Ratings&, TrainOptions& o) {
              o.watching = factorization::IalsOptions{.dimensions = 0};
            }),
            "");
  EXPECT_NE(train_with([](Ratings&, TrainOptions& o) { o.patience = -1; }), "");
  EXPECT_NE(train_with([](Ratings&, TrainOptions& o) { o.rating.kept_draws = 1000; }), "");
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) { r.interactions = {}; }), "");
  EXPECT_NE(train_with([](Ratings& r, TrainOptions&) { r.interactions.has_values = false; }), "");

  const model::Model model = train(tastes(), small_options(Objective::watch), {.pool = pool}).model;
  const auto ask = [&](const RecommendOptions& options) {
    return refusal([&] { Recommendations(model, options, pool); });
  };
  EXPECT_NE(ask({.count = 0}), "");
  EXPECT_NE(ask({.allowed = std::vector<bool>(3)}), "");
  EXPECT_NE(ask({.by = recommendation::RankBy::rate}), "");
  const Recommendations recommendations(model, {}, pool);
  const std::vector<std::uint32_t> nobody = {120};
  EXPECT_NE(refusal([&] { recommendations.for_users(nobody, pool); }), "");
  EXPECT_NE(refusal([&] { recommendations.for_history({{.item = 30, .entry = {}}}, pool); }), "");
  EXPECT_NE(
      refusal([&] {
        recommendations.for_history({{.item = 3, .entry = {}}, {.item = 3, .entry = {}}}, pool);
      }),
      "");
  EXPECT_NE(refusal([&] { similar(model, 30, {}, pool); }), "");
  EXPECT_NE(refusal([&] { similar(model, 3, {.count = 0}, pool); }), "");
  EXPECT_NE(refusal([&] { Predictions{model}; }), "");
  EXPECT_NE(refusal([&] { evaluate(tastes(), {.share = 1.5}, pool); }), "");
  EXPECT_NE(refusal([&] { evaluate(tastes(), {.metrics = {"good@10"}}, pool); }), "");
  EXPECT_NE(refusal([&] { evaluate(tastes(), {.seed_count = 0}, pool); }), "");
}

}  // namespace
}  // namespace kindred::api
