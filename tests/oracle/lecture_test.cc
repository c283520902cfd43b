// The lecture's movies: why one attribute is too few, why two do better, and that the
// same pairs come out of nothing but who watched what.
//
// Six movies form three pairs: cartoons, art-house, blockbusters. Laid out by the age of
// the audience alone, Star Wars lies among horror, musicals and romances. By age and
// tickets each of the six is nearest to its partner. Learned from a simulated audience's
// ratings, each is among the ten nearest of all to its partner, whatever the seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "kindred/data/movie_world.h"
#include "kindred/data/positives.h"
#include "kindred/factorization/ials.h"
#include "kindred/search/exact.h"

namespace kindred {
namespace {

using data::Movie;
using data::movie_row;
using data::movies;

// Each even one's partner is the odd one that follows.
constexpr std::array<std::string_view, 6> kSix = {
    "Shrek (2001)",   "The Incredibles (2004)", "Three Colours: Blue (1993)",
    "Memento (2000)", "Star Wars (1977)",       "The Dark Knight Rises (2012)"};
constexpr std::string_view kHarryPotter = "Harry Potter and the Philosopher's Stone (2001)";

const Movie& movie(std::string_view title) { return movies()[movie_row(title)]; }

struct Point {
  double age = 0;  // Both standardised over all movies.
  double tickets = 0;
};

double mean_of(double Movie::*attribute) {
  double sum = 0;
  for (const Movie& each : movies()) sum += each.*attribute;
  return sum / static_cast<double>(movies().size());
}

double standardised(const Movie& one, double Movie::*attribute) {
  const double mean = mean_of(attribute);
  double squares = 0;
  for (const Movie& each : movies()) squares += std::pow(each.*attribute - mean, 2);
  return (one.*attribute - mean) / std::sqrt(squares / static_cast<double>(movies().size()));
}

Point point_of(std::string_view title) {
  return {standardised(movie(title), &Movie::audience_age),
          standardised(movie(title), &Movie::tickets)};
}

double distance(const Point& a, const Point& b) {
  return std::hypot(a.age - b.age, a.tickets - b.tickets);
}

// Vectors of all movies, learned from the ratings of a simulated audience.
Matrix learned_vectors(std::uint64_t seed, ThreadPool& pool) {
  const data::MovieWorld world = data::simulate_movie_world({.seed = seed});
  const SparseMatrix positives = data::positives(world.ratings.by_user, {.threshold = 4.0F});
  factorization::Ials ials(positives, {.dimensions = 12,
                                       .unobserved_weight = 0.3F,
                                       .regularization = 0.01F,
                                       .regularization_exponent = 1.0F,
                                       .seed = seed});
  for (int epoch = 0; epoch < 12; ++epoch) ials.run_epoch(pool);
  return ials.item_vectors();
}

// Titles of the ten movies nearest to `title` by cosine, nearest first.
std::vector<std::string_view> ten_nearest(const Matrix& vectors, std::string_view title,
                                          ThreadPool& pool) {
  const std::size_t row = movie_row(title);
  search::TopKFilter filter;
  filter.allowed.assign(vectors.rows(), true);
  filter.allowed[row] = false;
  const search::ExactIndex index(vectors, search::Metric::cosine);
  const auto found = index.search(vectors.view().slice(row, row + 1), 10, filter, pool);
  std::vector<std::string_view> titles;
  for (const search::Neighbor& neighbor : found[0]) titles.push_back(movies()[neighbor.id].title);
  return titles;
}

bool contains(const std::vector<std::string_view>& titles, std::string_view title) {
  return std::find(titles.begin(), titles.end(), title) != titles.end();
}

// Movies whose audience is within a year of that of Star Wars.
std::vector<std::string_view> same_age_as_star_wars() {
  std::vector<std::string_view> titles;
  const Movie& star_wars = movie("Star Wars (1977)");
  for (const Movie& other : movies()) {
    const bool near = std::abs(other.audience_age - star_wars.audience_age) <= 1.0;
    if (near && other.title != star_wars.title) titles.push_back(other.title);
  }
  return titles;
}

TEST(Lecture, ByAgeAloneStarWarsLiesAmongUnlikeMovies) {
  const std::vector<std::string_view> near = same_age_as_star_wars();
  ASSERT_GE(near.size(), 10U);
  for (const std::string_view title : near) {
    const Movie& other = movie(title);
    const bool alike = data::has_genre(other, "Action") || data::has_genre(other, "Sci-Fi");
    EXPECT_FALSE(alike) << title;
  }
  EXPECT_TRUE(contains(near, "The Notebook (2004)"));
  EXPECT_TRUE(contains(near, "The Blair Witch Project (1999)"));
}

TEST(Lecture, ByAgeAndTicketsTheNearestOfTheSixIsThePartner) {
  for (std::size_t i = 0; i < kSix.size(); ++i) {
    std::string_view nearest;
    double least = INFINITY;
    for (const std::string_view other : kSix) {
      const double away = distance(point_of(kSix[i]), point_of(other));
      if (other != kSix[i] && away < least) {
        least = away;
        nearest = other;
      }
    }
    EXPECT_EQ(nearest, kSix[i ^ 1U]) << "for " << kSix[i];
  }
}

TEST(Lecture, HarryPotterLiesBetweenTheCartoonsAndStarWars) {
  const Point harry = point_of(kHarryPotter);
  const Point star_wars = point_of("Star Wars (1977)");
  for (const std::string_view cartoon : {"Shrek (2001)", "The Incredibles (2004)"}) {
    const Point from = point_of(cartoon);
    EXPECT_LT(from.age, harry.age);
    EXPECT_LT(harry.age, star_wars.age);
    EXPECT_LT(from.tickets, harry.tickets);
    EXPECT_LT(harry.tickets, star_wars.tickets);
    EXPECT_LT(distance(harry, from), distance(from, star_wars));
    EXPECT_LT(distance(harry, star_wars), distance(from, star_wars));
  }
}

class LearnedLecture : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LearnedLecture, EachPartnerIsAmongTheTenNearestOfAll) {
  ThreadPool pool(2);
  const Matrix vectors = learned_vectors(GetParam(), pool);
  for (std::size_t i = 0; i < kSix.size(); ++i) {
    EXPECT_TRUE(contains(ten_nearest(vectors, kSix[i], pool), kSix[i ^ 1U]))
        << kSix[i ^ 1U] << " is not near " << kSix[i];
  }
}

TEST_P(LearnedLecture, StarWarsHasLeftTheMoviesOfItsAge) {
  ThreadPool pool(2);
  const Matrix vectors = learned_vectors(GetParam(), pool);
  const auto near = ten_nearest(vectors, "Star Wars (1977)", pool);
  for (const std::string_view title : same_age_as_star_wars()) {
    EXPECT_FALSE(contains(near, title)) << title;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LearnedLecture, ::testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace kindred
