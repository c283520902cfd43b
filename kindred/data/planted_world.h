// A made-up world of movies and ratings whose truth is known, at any size.
//
// Each of K tastes is a genre or two, an age and a decade. A movie has up to three of
// them, a person two or three, and what they watch follows from both: the chance that the
// next movie of user u is movie i is
//
//    p(i | u) = s sum over k of w_uk h_ik + (1 - s) b_i
//
// with h_ik the movie's share of taste k, b_i its share of what everybody watches, w_u the
// person's mixture of tastes and s the strength of taste. So the truth is a product of two
// matrices of K + 1 columns (user_truth, item_truth): what a factorisation ought to find.
//
// Popularity falls as a power of the rank. Stars follow how well movie and person match,
// the movie's quality, the person's mildness, and noise; tastes drift over the years. What
// is known of the movies (genres, year, age of the audience, tickets) and of the people
// (age) agrees with the tastes, so that it can be found from ratings alone.
//
// Cost: 40 bytes an item and 4 a user; a rating costs about 0.1 microseconds: a taste from
// a short list, a movie from an alias table, whatever the size of the world.
//
// Everything about user u is drawn from (seed, u): any thread may make any user.
// Thread safety: const members from any number of threads.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kindred/data/alias_table.h"

namespace kindred::data {

struct PlantedWorldOptions {
  std::size_t user_count = 10000;
  std::size_t item_count = 5000;
  std::uint64_t rating_count = 1000000;  // Between one a user and half of all pairs.
  int taste_count = 48;                  // K in 2..250. More: finer taste, harder to learn.
  double popularity_exponent = 1.0;      // Of 1 / rank. 0: all movies are equally popular.
  double norm_skew = 1.0;       // How much of that the movies' taste vectors have: their length
                                // is popularity to this power. 0: all are equally long.
  double taste_strength = 0.9;  // s. 0: everybody draws from the same movies.
  double star_noise = 0.6;      // Standard deviation, in stars.
  double drift = 0.3;           // Share of a taste that the years replace by another.
  std::uint64_t seed = 1;
};

// Throws Error(invalid_argument) naming the option that is out of range.
void validate(const PlantedWorldOptions& options);

struct PlantedMovie {
  std::string title;   // "Comedy 417 (1997)"; distinct.
  std::string genres;  // "Comedy|Drama", in alphabetical order.
  int year = 0;
  double audience_age = 0.0;
  std::uint64_t tickets = 0;
};

struct PlantedRating {
  std::uint32_t item = 0;
  std::uint8_t half_stars = 0;  // 1..10.
  std::int64_t time = 0;        // Seconds since 1970.
};

// Two or three tastes and how much of each: they sum to 1.
struct TasteMixture {
  std::array<std::uint8_t, 3> tastes{};
  std::array<float, 3> weights{};
  std::size_t size = 0;
};

struct PlantedPerson {
  int age = 0;
  float mildness = 0.0F;     // Added to all stars.
  TasteMixture taste;        // At the beginning of time,
  TasteMixture later_taste;  // and what drift mixes into it.
  std::int64_t joined = 0;   // Their first and last possible rating.
  std::int64_t left = 0;
};

class PlantedWorld {
 public:
  explicit PlantedWorld(const PlantedWorldOptions& options);

  const PlantedWorldOptions& options() const noexcept { return options_; }
  // The columns of the truth: K + 1.
  std::size_t truth_columns() const noexcept {
    return static_cast<std::size_t>(options_.taste_count) + 1;
  }

  // How many ratings each user gives; they add up to options().rating_count.
  std::span<const std::uint32_t> rating_counts() const noexcept { return rating_counts_; }

  PlantedMovie movie(std::size_t item) const;
  PlantedPerson person(std::size_t user) const;

  // Replaces `ratings` by those of a user, in order of time, of distinct items. The last
  // `held_out` of them are beyond the user's count and have the latest time.
  void rate(std::size_t user, const PlantedPerson& person, std::size_t held_out,
            std::vector<PlantedRating>& ratings) const;

  // The row of either matrix; their product is p(i | u) at the time the user left.
  // Requires: row.size() == truth_columns().
  void user_truth(const PlantedPerson& person, std::span<float> row) const;
  void item_truth(std::size_t item, std::span<float> row) const;

 private:
  struct Taste {
    std::array<std::uint8_t, 2> genres{};  // Main and second.
    double age = 0.0;
    double decade = 0.0;  // A year.
    double scale = 0.0;   // 1 / the sum of the movies' lengths along this taste.
  };
  // A movie's direction among the tastes; unused ones weigh 0. The weights sum to 1.
  struct Item {
    std::array<float, 3> weights{};
    float quality = 0.0F;  // In stars.
    std::array<std::uint8_t, 3> tastes{};
    std::uint32_t rank = 0;  // By popularity, from 0.
  };

  void make_tastes();
  void make_items();
  void make_tables();
  void make_rating_counts();
  double popularity(const Item& item) const;
  double length(const Item& item) const;
  TasteMixture draw_mixture(Rng& rng, double age) const;

  PlantedWorldOptions options_;
  std::vector<Taste> tastes_;
  std::vector<Item> items_;
  std::vector<AliasTable> items_of_taste_;
  AliasTable items_of_all_;
  double popularity_scale_ = 0.0;  // 1 / the sum of all popularities.
  std::vector<std::uint32_t> rating_counts_;
  std::vector<float> noise_;  // Quantiles of the star noise.
};

}  // namespace kindred::data
