#include "kindred/data/movie_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

TEST(Movies, AreAboutAHundredAndFiftyPlausibleRows) {
  EXPECT_GE(movies().size(), 140U);
  EXPECT_LE(movies().size(), 170U);
  std::set<std::string_view> titles;
  for (const Movie& movie : movies()) {
    EXPECT_TRUE(titles.insert(movie.title).second) << movie.title;
    EXPECT_TRUE(movie.title.ends_with(fmt::format(" ({})", movie.year))) << movie.title;
    EXPECT_TRUE(movie.audience_age >= 10 && movie.audience_age <= 50) << movie.title;
    EXPECT_TRUE(movie.tickets >= 1 && movie.tickets <= 400) << movie.title;
  }
}

TEST(Movies, HaveGenresInAlphabeticalOrder) {
  for (const Movie& movie : movies()) {
    std::vector<std::string> genres;
    for (std::size_t begin = 0; begin <= movie.genres.size();) {
      const std::size_t end = std::min(movie.genres.find('|', begin), movie.genres.size());
      genres.emplace_back(movie.genres.substr(begin, end - begin));
      EXPECT_TRUE(has_genre(movie, genres.back())) << movie.title;
      begin = end + 1;
    }
    EXPECT_TRUE(std::is_sorted(genres.begin(), genres.end())) << movie.title;
    EXPECT_FALSE(has_genre(movie, "")) << movie.title;
    EXPECT_FALSE(has_genre(movie, "Anim")) << movie.title;
  }
}

TEST(Movies, AreFoundByTitle) {
  EXPECT_EQ(movies()[movie_row("Shrek (2001)")].year, 2001);
  EXPECT_THROW(movie_row("Shrek"), Error);
}

TEST(MovieWorld, EqualOptionsGiveEqualWorlds) {
  const MovieWorld world = simulate_movie_world({.people = 50, .seed = 7});
  EXPECT_EQ(world.ratings, simulate_movie_world({.people = 50, .seed = 7}).ratings);
  EXPECT_NE(world.ratings, simulate_movie_world({.people = 50, .seed = 8}).ratings);
}

TEST(MovieWorld, MorePeopleLeaveTheFirstOnesAsTheyAre) {
  const MovieWorld few = simulate_movie_world({.people = 20});
  const MovieWorld many = simulate_movie_world({.people = 30});
  const auto& few_columns = few.ratings.by_user.columns;
  ASSERT_LE(few_columns.size(), many.ratings.by_user.columns.size());
  EXPECT_TRUE(
      std::equal(few_columns.begin(), few_columns.end(), many.ratings.by_user.columns.begin()));
}

TEST(MovieWorld, PeopleWatchTenToSixtyMoviesAndRateOneToFive) {
  const MovieWorld world = simulate_movie_world({.people = 500});
  const SparseMatrix& ratings = world.ratings.by_user;
  EXPECT_NO_THROW(validate(ratings, "ratings"));
  EXPECT_EQ(ratings.cols, movies().size());
  EXPECT_EQ(world.ratings.users.size(), 500U);
  EXPECT_EQ(world.people.row_count(), 500U);
  for (std::size_t person = 0; person < ratings.rows; ++person) {
    EXPECT_GE(ratings.row_size(person), 10U);
    EXPECT_LE(ratings.row_size(person), 60U);
  }
  std::set<float> stars(ratings.values.begin(), ratings.values.end());
  EXPECT_EQ(stars, (std::set<float>{1, 2, 3, 4, 5}));
}

// How many people watched the movie, and their mean age.
struct Audience {
  double count = 0;
  double age = 0;
};

std::vector<Audience> audiences(const MovieWorld& world) {
  std::vector<Audience> all(movies().size());
  const NumberColumn& ages = world.people.at("age").numbers();
  for (std::size_t person = 0; person < ages.size(); ++person) {
    for (const std::uint32_t movie : world.ratings.by_user.row_columns(person)) {
      all[movie].count += 1;
      all[movie].age += ages[person];
    }
  }
  for (Audience& audience : all) audience.age /= audience.count;
  return all;
}

TEST(MovieWorld, TheAudienceFollowsTicketsAndAge) {
  const std::vector<Audience> all = audiences(simulate_movie_world({}));
  const auto of = [&](std::string_view title) { return all[movie_row(title)]; };
  EXPECT_GT(of("Titanic (1997)").count, 3 * of("Metropolis (1927)").count);
  EXPECT_GT(of("Finding Nemo (2003)").count, of("Ice Age (2002)").count);
  EXPECT_LT(of("Shrek (2001)").age + 5, of("Three Colours: Blue (1993)").age);
}

TEST(MovieWorld, AnImpossibleAudienceIsAnError) {
  EXPECT_THROW(simulate_movie_world({.people = 0}), Error);
  EXPECT_THROW(simulate_movie_world({.people = 2'000'000}), Error);
}

}  // namespace
}  // namespace kindred::data
