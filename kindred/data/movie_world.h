// A small built-in world of movies and of people who watch them, to try things on.
//
// The movies are real and well known: title, year, genres, and two numbers that are
// rough estimates, the mean age of the audience and the tickets sold. The people are
// invented: each has an age and a taste, watches a few dozen movies and rates them 1 to
// 5. Tastes are for kinds of movies (cartoons, adventures, art-house, horror, ...), so
// what is learned from the ratings can be compared with what was put in; but nothing
// that learns ever sees a taste, a genre or an age, only who rated what.
//
// How a person chooses: a movie is the more likely to be watched the more tickets it
// sold, the better its kinds match the taste, and the nearer its audience's age is to
// the person's. How they rate: by taste, the movie's quality, their own strictness, and
// chance. Both are drawn from (seed, person), so equal options give equal worlds.
//
// Cost: O(people * movies); 5,000 people take 0.1 s.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kindred/data/interactions.h"
#include "kindred/data/table.h"

namespace kindred::data {

struct Movie {
  std::string_view title;   // "Shrek (2001)"; UTF-8, distinct.
  int year = 0;             // Of the first release.
  std::string_view genres;  // "Animation|Comedy", in alphabetical order.
  double audience_age = 0;  // Mean, in years; approximate.
  double tickets = 0;       // Millions sold, worldwide, in the first runs; approximate.
};

// About 160 movies, grouped by kind.
std::span<const Movie> movies();

bool has_genre(const Movie& movie, std::string_view genre) noexcept;

// The row of the movie with exactly this title.
// Throws Error(not_found) when there is none.
std::size_t movie_row(std::string_view title);

struct AudienceOptions {
  std::size_t people = 5000;
  std::uint64_t seed = 1;
};

// Row r of `movies` is item r of `ratings` and movies()[r]; row u of `people` is user u.
struct MovieWorld {
  Interactions ratings;  // Users and items are labelled "1", "2", ... .
  Table movies;          // title, year, genres, audience_age, tickets.
  Table people;          // age.
};

// Throws Error(invalid_argument) unless 1 <= people <= 1,000,000.
MovieWorld simulate_movie_world(const AudienceOptions& options);

}  // namespace kindred::data
