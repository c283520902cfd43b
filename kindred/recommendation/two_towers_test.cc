#include "kindred/recommendation/two_towers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/recommendation/attribute_rows.h"
#include "kindred/recommendation/recommender.h"
#include "tests/support/temporary_folder.h"

namespace kindred::recommendation {
namespace {

constexpr std::size_t kTastes = 4;
constexpr std::size_t kPeople = 160;
constexpr std::size_t kMovies = 100;
constexpr std::size_t kRatedMovies = 80;  // The others are new.
constexpr std::size_t kRatingPeople = 140;

// Person i likes genre i % 4 and says so by their age; nobody has rated the last movies, and
// the last people have rated nothing.
struct World {
  data::Interactions pairs;
  data::Table people{kPeople};
  data::Table movies{kMovies};
};

World world() {
  World made;
  Rng rng(5);
  data::NumberColumn age;
  for (std::size_t person = 0; person < kPeople; ++person) {
    made.pairs.users.insert("u" + std::to_string(person));
    age.push_back(static_cast<double>(20 + 10 * (person % kTastes)));
  }
  made.people.add({"age", age});
  data::TextColumn genre;
  const std::vector<std::string> genres = {"Comedy", "Drama", "War", "Horror"};
  for (std::size_t movie = 0; movie < kMovies; ++movie) {
    made.pairs.items.insert("m" + std::to_string(movie));
    genre.push_back(genres[movie % kTastes]);
  }
  made.movies.add({"genre", genre});
  made.pairs.by_user.cols = kMovies;
  for (std::size_t person = 0; person < kPeople; ++person) {
    for (std::uint32_t movie = 0; person < kRatingPeople && movie < kRatedMovies; ++movie) {
      if (rng.uniform() > (movie % kTastes == person % kTastes ? 0.5 : 0.05)) continue;
      made.pairs.by_user.columns.push_back(movie);
      made.pairs.by_user.values.push_back(1.0F);
    }
    made.pairs.by_user.close_row();
  }
  return made;
}

TwoTowerOptions options_for(const World& world) {
  TwoTowerOptions options;
  options.user_columns = attribute_columns(world.people, {});
  options.item_columns = attribute_columns(world.movies, {});
  options.dimensions = 8;
  options.hidden = 16;
  options.epochs = 8;
  options.batch_size = 64;
  options.learning_rate = 0.01F;
  return options;
}

model::Model train(const TwoTowerOptions& options, int threads = 1,
                   const training::CheckpointPolicy& checkpoint = {}) {
  const World made = world();
  ThreadPool pool(threads);
  return train_two_towers(made.pairs, made.people, made.movies, options,
                          {.pool = pool, .checkpoint = checkpoint})
      .model;
}

// The share of the best four of each of these people that are of their genre.
double share_of_taste(const model::Model& model, std::size_t first, std::size_t last,
                      const std::vector<bool>& allowed) {
  ThreadPool pool(1);
  const Recommender recommender(model, {.allowed = allowed});
  std::size_t hits = 0;
  for (std::size_t person = first; person < last; ++person) {
    const std::vector<std::uint32_t> user = {static_cast<std::uint32_t>(person)};
    const RecommendationList list = recommender.for_users(user, 4, pool).front();
    EXPECT_FALSE(list.by_popularity);
    for (const Recommendation& one : list.items) {
      hits += one.item % kTastes == person % kTastes ? 1U : 0U;
    }
  }
  return static_cast<double>(hits) / static_cast<double>(4 * (last - first));
}

TEST(TwoTowers, NewMoviesAndNewPeopleFindEachOtherByTheirAttributes) {
  const model::Model model = train(options_for(world()));
  std::vector<bool> new_movies(kMovies);
  std::fill(new_movies.begin() + kRatedMovies, new_movies.end(), true);
  EXPECT_GT(share_of_taste(model, 0, kRatingPeople, new_movies), 0.95);
  EXPECT_GT(share_of_taste(model, kRatingPeople, kPeople, new_movies), 0.95);
  EXPECT_GT(share_of_taste(model, kRatingPeople, kPeople, {}), 0.95);
  for (std::size_t movie = 0; movie < kMovies; ++movie) {
    const auto vector = model.items.vectors.row(movie);
    EXPECT_NEAR(linalg::dot(vector, vector), 1.0F, 1e-5F);
  }
}

TEST(TwoTowers, WhoHasNeitherAttributesNorPairsHasNoVector) {
  TwoTowerOptions options = options_for(world());
  options.user_columns.clear();
  options.epochs = 1;
  const model::Model model = train(options);
  EXPECT_TRUE(embedding::is_learned(model.users.vectors.row(0)));
  EXPECT_FALSE(embedding::is_learned(model.users.vectors.row(kPeople - 1)));
  EXPECT_TRUE(embedding::is_learned(model.items.vectors.row(kMovies - 1)));
}

TEST(TwoTowers, AnyNumberOfThreadsAndAnInterruptionGiveTheSameBytes) {
  const test::TemporaryFolder folder;
  TwoTowerOptions options = options_for(world());
  options.epochs = 3;
  const model::Model whole = train(options);
  EXPECT_EQ(train(options, 3).items.vectors, whole.items.vectors);
  TwoTowerOptions shorter = options;
  shorter.epochs = 1;
  train(shorter, 1, {.path = folder / "c"});
  const model::Model resumed = train(options, 1, {.path = folder / "c", .resume = true});
  EXPECT_EQ(resumed.items.vectors, whole.items.vectors);
  EXPECT_EQ(resumed.users.vectors, whole.users.vectors);
  options.seed = 2;
  EXPECT_NE(train(options).items.vectors, whole.items.vectors);
}

TEST(TwoTowers, WhoeverStopsThemIsToldSoAndMayGoOn) {
  const test::TemporaryFolder folder;
  const World made = world();
  TwoTowerOptions options = options_for(made);
  options.epochs = 3;
  const model::Model whole = train(options);
  ThreadPool pool(1);
  std::atomic<bool> cancelled = true;
  training::Run run{.pool = pool, .cancelled = &cancelled, .checkpoint = {.path = folder / "c"}};
  const auto learn = [&] {
    return train_two_towers(made.pairs, made.people, made.movies, options, run);
  };
  EXPECT_EQ(learn().ended, training::Ended::cancelled) << "before the first epoch";
  cancelled = false;
  run.observe = [&](const training::Epoch& epoch) { cancelled = epoch.epoch == 2; };
  const TowerTrainResult stopped = learn();
  EXPECT_EQ(stopped.ended, training::Ended::cancelled);
  EXPECT_EQ(stopped.model.items.size(), 0U);
  cancelled = false;
  run.observe = {};
  run.checkpoint.resume = true;
  const TowerTrainResult resumed = learn();
  EXPECT_EQ(resumed.ended, training::Ended::finished);
  EXPECT_EQ(resumed.model.items.vectors, whole.items.vectors);
  EXPECT_EQ(resumed.model.history.size(), 3U);
}

TEST(TwoTowers, OptionsAndDataThatCannotBeAreErrors) {
  for (void (*const spoil)(TwoTowerOptions&) : {
           +[](TwoTowerOptions& options) { options.dimensions = 0; },
           +[](TwoTowerOptions& options) { options.hidden = 0; },
           +[](TwoTowerOptions& options) { options.dropout = 1.0F; },
           +[](TwoTowerOptions& options) { options.sharpness = 0.0F; },
           +[](TwoTowerOptions& options) { options.hidden_ids = 1.5; },
           +[](TwoTowerOptions& options) { options.epochs = 0; },
           +[](TwoTowerOptions& options) { options.batch_size = 1; },
           +[](TwoTowerOptions& options) { options.positive_rule.threshold = 5.0F; },
       }) {
    TwoTowerOptions options = options_for(world());
    spoil(options);
    EXPECT_THROW(train(options), Error);
  }
}

}  // namespace
}  // namespace kindred::recommendation
