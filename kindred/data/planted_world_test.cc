#include "kindred/data/planted_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/npy.h"
#include "kindred/data/planted_world_files.h"
#include "kindred/data/ratings_reader.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

PlantedWorldOptions small() {
  return {.user_count = 600, .item_count = 300, .rating_count = 24000, .taste_count = 6};
}

std::vector<std::vector<PlantedRating>> all_ratings(const PlantedWorld& world) {
  std::vector<std::vector<PlantedRating>> all(world.options().user_count);
  for (std::size_t user = 0; user < all.size(); ++user) {
    world.rate(user, world.person(user), 0, all[user]);
  }
  return all;
}

TEST(PlantedWorld, GivesExactlyTheRatingsAskedFor) {
  for (const std::uint64_t count : {600ULL, 601ULL, 24000ULL, 90000ULL}) {
    PlantedWorldOptions options = small();
    options.rating_count = count;
    const PlantedWorld world(options);
    std::uint64_t given = 0;
    for (const auto& ratings : all_ratings(world)) {
      ASSERT_GE(ratings.size(), 1U);
      std::set<std::uint32_t> items;
      for (const PlantedRating& rating : ratings) {
        ASSERT_LT(rating.item, options.item_count);
        ASSERT_TRUE(rating.half_stars >= 1 && rating.half_stars <= 10);
        items.insert(rating.item);
      }
      EXPECT_EQ(items.size(), ratings.size());  // Nobody rates a movie twice.
      EXPECT_TRUE(std::ranges::is_sorted(ratings, {}, &PlantedRating::time));
      given += ratings.size();
    }
    EXPECT_EQ(given, count);
  }
}

// The first movie of many people is drawn by the very chances that the truth names.
TEST(PlantedWorld, TheTruthIsTheChanceOfAMovie) {
  PlantedWorldOptions options = small();
  options.user_count = 40000;
  options.item_count = 40;
  options.rating_count = 40000;
  options.drift = 0.0;
  const PlantedWorld world(options);
  std::vector<double> expected(options.item_count, 0.0);
  std::vector<double> found(options.item_count, 0.0);
  std::vector<float> user_row(world.truth_columns());
  std::vector<std::vector<float>> item_rows(options.item_count);
  for (std::size_t item = 0; item < item_rows.size(); ++item) {
    item_rows[item].resize(world.truth_columns());
    world.item_truth(item, item_rows[item]);
  }
  std::vector<PlantedRating> ratings;
  for (std::size_t user = 0; user < options.user_count; ++user) {
    const PlantedPerson person = world.person(user);
    world.user_truth(person, user_row);
    double total = 0.0;
    for (std::size_t item = 0; item < item_rows.size(); ++item) {
      const double chance =
          std::inner_product(user_row.begin(), user_row.end(), item_rows[item].begin(), 0.0);
      expected[item] += chance;
      total += chance;
    }
    ASSERT_NEAR(total, 1.0, 1e-5);
    world.rate(user, person, 0, ratings);
    found[ratings.front().item] += 1.0;
  }
  for (std::size_t item = 0; item < found.size(); ++item) {
    EXPECT_NEAR(found[item], expected[item], 5.0 * std::sqrt(expected[item]) + 1.0) << item;
  }
}

TEST(PlantedWorld, PeopleLikeWhatMatchesTheirTaste) {
  const PlantedWorld world(small());
  std::vector<float> user_row(world.truth_columns());
  std::vector<float> item_row(world.truth_columns());
  double liked = 0.0;
  double others = 0.0;
  std::size_t liked_count = 0;
  std::size_t other_count = 0;
  const auto all = all_ratings(world);
  for (std::size_t user = 0; user < all.size(); ++user) {
    world.user_truth(world.person(user), user_row);
    for (const PlantedRating& rating : all[user]) {
      world.item_truth(rating.item, item_row);
      const float length = std::accumulate(item_row.begin(), item_row.end() - 1, 0.0F);
      const float match =
          std::inner_product(user_row.begin(), user_row.end() - 1, item_row.begin(), 0.0F) / length;
      (rating.half_stars >= 8 ? liked : others) += static_cast<double>(match);
      ++(rating.half_stars >= 8 ? liked_count : other_count);
    }
  }
  ASSERT_GT(liked_count, 2000U);
  EXPECT_GT(liked / static_cast<double>(liked_count),
            1.15 * others / static_cast<double>(other_count));
}

TEST(PlantedWorld, TheAudienceIsAsOldAsTheMovieSays) {
  PlantedWorldOptions options = small();
  options.taste_strength = 1.0;
  options.rating_count = 60000;
  const PlantedWorld world(options);
  std::vector<double> ages(options.item_count, 0.0);
  std::vector<double> counts(options.item_count, 0.0);
  const auto all = all_ratings(world);
  for (std::size_t user = 0; user < all.size(); ++user) {
    const int age = world.person(user).age;
    for (const PlantedRating& rating : all[user]) {
      ages[rating.item] += age;
      counts[rating.item] += 1.0;
    }
  }
  // The correlation of what is said with what is seen.
  double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t item = 0; item < ages.size(); ++item) {
    if (counts[item] < 20.0) continue;
    const double said = world.movie(item).audience_age;
    const double seen = ages[item] / counts[item];
    n += 1.0;
    x += said;
    y += seen;
    xx += said * said;
    yy += seen * seen;
    xy += said * seen;
  }
  ASSERT_GT(n, 100.0);
  const double correlation = (n * xy - x * y) / std::sqrt((n * xx - x * x) * (n * yy - y * y));
  EXPECT_GT(correlation, 0.7);
}

// The most popular tenth has a share that grows with the exponent; a world without skew has
// none to speak of.
TEST(PlantedWorld, PopularityFallsAsAPowerOfTheRank) {
  const auto share_of_hits = [](double exponent) {
    PlantedWorldOptions options = small();
    options.popularity_exponent = exponent;
    std::vector<double> counts(options.item_count, 0.0);
    for (const auto& ratings : all_ratings(PlantedWorld(options))) {
      for (const PlantedRating& rating : ratings) counts[rating.item] += 1.0;
    }
    std::ranges::sort(counts, std::greater<>());
    return std::accumulate(counts.begin(), counts.begin() + 30, 0.0) /
           std::accumulate(counts.begin(), counts.end(), 0.0);
  };
  const double none = share_of_hits(0.0);
  const double some = share_of_hits(1.0);
  const double much = share_of_hits(2.0);
  EXPECT_LT(none, 0.25);
  EXPECT_GT(some, 1.2 * none);
  EXPECT_GT(much, 1.2 * some);
}

// Lengths of the planted vectors, apart from what everybody watches.
TEST(PlantedWorld, NormSkewIsTheSpreadOfTheLengths) {
  const auto spread = [](double skew) {
    PlantedWorldOptions options = small();
    options.norm_skew = skew;
    const PlantedWorld world(options);
    double low = 1e9;
    double high = 0.0;
    std::vector<float> row(world.truth_columns());
    for (std::size_t item = 0; item < options.item_count; ++item) {
      world.item_truth(item, row);
      const double length = std::accumulate(row.begin(), row.end() - 1, 0.0);
      low = std::min(low, length);
      high = std::max(high, length);
    }
    return high / low;
  };
  EXPECT_LT(spread(0.0), 3.0);
  EXPECT_GT(spread(1.0), 3.0 * spread(0.0));
}

TEST(PlantedWorld, OptionsOutOfRangeAreNamed) {
  const auto message = [](auto change) {
    PlantedWorldOptions options = small();
    change(options);
    try {
      validate(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message([](auto& o) { o.rating_count = 599; }),
            "ratings is 599, not between one for each user and half of all pairs, 600..90000");
  EXPECT_EQ(message([](auto& o) { o.taste_count = 1; }), "tastes is 1, not in 2..250");
  EXPECT_EQ(message([](auto& o) { o.drift = NAN; }), "drift is nan, not in 0..1");
}

PlantedFiles write(const std::filesystem::path& path, PlantedFilesOptions options) {
  Progress progress(stderr, ProgressStyle::silent, "", 0, "");
  return write_planted_world(PlantedWorld(small()), path, options, progress);
}

TEST(PlantedWorldFiles, SameBytesForAnyNumberOfThreads) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "1");
  std::filesystem::create_directory(folder / "3");
  const PlantedFiles one = write(folder / "1/w.csv", {.test_user_count = 50, .threads = 1});
  const PlantedFiles three = write(folder / "3/w.csv", {.test_user_count = 50, .threads = 3});
  ASSERT_EQ(one.paths.size(), three.paths.size());
  for (std::size_t i = 0; i < one.paths.size(); ++i) {
    EXPECT_EQ(test::read_bytes(one.paths[i]), test::read_bytes(three.paths[i])) << one.paths[i];
  }
  EXPECT_EQ(one.ratings_bytes, std::filesystem::file_size(folder / "1/w.csv"));
}

TEST(PlantedWorldFiles, ReadBackAsTheyWereMade) {
  const test::TemporaryFolder folder;
  const PlantedFiles files = write(folder / "w.csv", {.test_user_count = 50, .threads = 2});
  ThreadPool pool(2);
  const Ratings known = read_ratings(folder / "w.csv", {}, pool);
  EXPECT_EQ(known.summary.pair_count, 24000U);
  EXPECT_EQ(known.summary.user_count, 600U);
  EXPECT_EQ(known.summary.duplicate_count, 0U);
  const Ratings held_out = read_ratings(folder / "w.test.csv", {}, pool);
  EXPECT_EQ(held_out.summary.user_count, 50U);
  EXPECT_EQ(held_out.summary.pair_count, 500U);
  // What is held out is nowhere else.
  for (std::size_t row = 0; row < held_out.interactions.users.size(); ++row) {
    const auto user = known.interactions.users.find(held_out.interactions.users.label(row));
    ASSERT_TRUE(user);
    const auto seen = known.interactions.by_user.row_columns(*user);
    for (const std::uint32_t item : held_out.interactions.by_user.row_columns(row)) {
      const auto column = known.interactions.items.find(held_out.interactions.items.label(item));
      EXPECT_FALSE(column && std::ranges::binary_search(seen, *column));
    }
  }
  EXPECT_EQ(read_npy(folder / "w.user_truth.npy").row_count(), 600U);
  EXPECT_EQ(read_npy(folder / "w.item_truth.npy").row_count(), 300U);
}

TEST(PlantedWorldFiles, LeavesOutWhatIsNotWanted) {
  const test::TemporaryFolder folder;
  write(folder / "w.csv", {.timestamps = false, .truth = false, .threads = 1});
  std::vector<std::string> names = folder.names();
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"w.csv", "w.items.csv", "w.json", "w.users.csv"}));
  EXPECT_TRUE(test::read_bytes(folder / "w.csv").starts_with("user,item,rating\n1,"));
}

TEST(PlantedWorldFiles, StoppedLeavesNothingBehind) {
  const test::TemporaryFolder folder;
  const std::atomic<bool> cancelled = true;
  EXPECT_THROW(write(folder / "w.csv", {.threads = 2, .cancelled = &cancelled}), Error);
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace kindred::data
