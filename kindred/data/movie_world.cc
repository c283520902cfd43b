#include "kindred/data/movie_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"

namespace kindred::data {
namespace {

// Streams of the random generator, one for each purpose.
enum Stream : std::uint32_t { kMoviePersonStream = 1, kMovieQualityStream = 2 };

// What tastes are about. A movie is of several kinds, each to a degree.
constexpr std::size_t kKindCount = 16;
using Kinds = std::array<double, kKindCount>;

constexpr int kClassicYear = 1970;  // Classics are from before.

// How choices are made; the values were set so that people watch as people do: mostly
// their own kinds, with a long tail of hits that everybody has seen.
constexpr double kPopularityPull = 0.5;  // Exponent of the tickets.
constexpr double kTastePull = 1.5;
constexpr double kAgeSpread = 14.0;   // Years; how far people stray from their age.
constexpr double kMainTaste = 2.2;    // Strength of a person's favourite kind,
constexpr double kSecondTaste = 1.3;  // of the second favourite,
constexpr double kOtherTaste = 0.35;  // and the spread of all the rest.

struct Person {
  double age = 0.0;
  Kinds taste{};
  std::size_t watch_count = 0;
  double mildness = 0.0;  // Added to every rating of this person.
};

// The degrees say how much of a movie's appeal lies in a genre: nobody goes to see
// "drama", but an art-house film draws the art-house crowd whatever it is about. A hero's
// journey is action and adventure in one.
Kinds kinds_of(const Movie& movie) {
  const auto has = [&](std::string_view genre) { return has_genre(movie, genre) ? 1.0 : 0.0; };
  const double art = has("Art-house");
  const double hero = has("Action") * has("Adventure");
  return {
      1.3 * hero,
      1.3 * art,
      1.0 * has("Animation") * (1.0 - 0.5 * art),
      1.0 * has("Comedy"),
      1.0 * has("Horror"),
      1.0 * has("Musical"),
      1.0 * (movie.year < kClassicYear ? 1.0 : 0.0),
      0.9 * has("Mystery"),
      0.8 * (has("Action") - hero),
      0.8 * has("Romance"),
      0.7 * has("Fantasy"),
      0.7 * has("Sci-Fi"),
      0.6 * std::max(has("Crime"), has("Thriller")),
      0.5 * (has("Adventure") - hero),
      0.5 * has("Family"),
      0.4 * std::max(has("Drama"), has("War")),
  };
}

// The kinds of all movies, each row of length 1, so that no movie pleases everyone by
// being of many kinds.
std::vector<Kinds> all_kinds() {
  std::vector<Kinds> all;
  for (const Movie& movie : movies()) {
    Kinds kinds = kinds_of(movie);
    const double length =
        std::sqrt(std::inner_product(kinds.begin(), kinds.end(), kinds.begin(), 0.0));
    for (double& degree : kinds) degree /= length;
    all.push_back(kinds);
  }
  return all;
}

// Mean age of the audience of each kind: whom it appeals to.
Kinds mean_ages(const std::vector<Kinds>& kinds) {
  Kinds ages{};
  for (std::size_t kind = 0; kind < kKindCount; ++kind) {
    double weight = 0.0;
    for (std::size_t row = 0; row < kinds.size(); ++row) {
      ages[kind] += kinds[row][kind] * movies()[row].audience_age;
      weight += kinds[row][kind];
    }
    ages[kind] /= weight;
  }
  return ages;
}

// A kind at random, the likelier the nearer its audience's age is to the person's.
std::size_t draw_kind(double age, const Kinds& ages, Rng& rng) {
  Kinds cumulative{};
  double sum = 0.0;
  for (std::size_t kind = 0; kind < kKindCount; ++kind) {
    const double years = (age - ages[kind]) / kAgeSpread;
    sum += std::exp(-0.5 * years * years);
    cumulative[kind] = sum;
  }
  const auto drawn =
      std::upper_bound(cumulative.begin(), cumulative.end() - 1, rng.uniform() * sum);
  return static_cast<std::size_t>(drawn - cumulative.begin());
}

Person draw_person(const Kinds& ages, Rng& rng) {
  Person person;
  person.age = std::clamp(std::round(31.0 + 14.0 * rng.normal()), 7.0, 79.0);
  for (double& liking : person.taste) liking = kOtherTaste * rng.normal();
  person.taste[draw_kind(person.age, ages, rng)] += kMainTaste;
  person.taste[draw_kind(person.age, ages, rng)] += kSecondTaste;
  // Ten to sixty, most near twenty.
  const double count = 20.0 * std::exp(0.45 * rng.normal());
  person.watch_count = static_cast<std::size_t>(std::clamp(count, 10.0, 60.0));
  person.mildness = 0.25 * rng.normal();
  return person;
}

double affinity(const Person& person, const Kinds& kinds) {
  return std::inner_product(kinds.begin(), kinds.end(), person.taste.begin(), 0.0);
}

// The movies that the person watches, ascending. Drawing without replacement in
// proportion to exp(pull) is taking the largest of pull + Gumbel noise.
std::vector<std::uint32_t> draw_watched(const Person& person, const std::vector<Kinds>& kinds,
                                        Rng& rng) {
  std::vector<std::pair<double, std::uint32_t>> pulls;
  for (std::uint32_t row = 0; row < kinds.size(); ++row) {
    const Movie& movie = movies()[row];
    const double years = (person.age - movie.audience_age) / kAgeSpread;
    const double exponential = -std::log1p(-rng.uniform());
    const double gumbel = -std::log(std::max(exponential, 1e-300));
    pulls.emplace_back(kPopularityPull * std::log(movie.tickets) +
                           kTastePull * affinity(person, kinds[row]) - 0.5 * years * years + gumbel,
                       row);
  }
  const std::size_t count = std::min(person.watch_count, pulls.size());
  std::partial_sort(pulls.begin(), pulls.begin() + static_cast<std::ptrdiff_t>(count), pulls.end(),
                    std::greater<>());
  std::vector<std::uint32_t> watched;
  for (std::size_t i = 0; i < count; ++i) watched.push_back(pulls[i].second);
  std::sort(watched.begin(), watched.end());
  return watched;
}

float draw_rating(const Person& person, const Kinds& kinds, double quality, Rng& rng) {
  const double opinion =
      3.3 + 0.5 * affinity(person, kinds) + quality + person.mildness + 0.6 * rng.normal();
  return static_cast<float>(std::clamp(std::round(opinion), 1.0, 5.0));
}

Table movie_table() {
  TextColumn titles;
  TextColumn genres;
  NumberColumn years;
  NumberColumn ages;
  NumberColumn tickets;
  for (const Movie& movie : movies()) {
    titles.emplace_back(movie.title);
    genres.emplace_back(movie.genres);
    years.push_back(movie.year);
    ages.push_back(movie.audience_age);
    tickets.push_back(movie.tickets);
  }
  Table table(titles.size());
  table.add({"title", std::move(titles)});
  table.add({"year", std::move(years)});
  table.add({"genres", std::move(genres)});
  table.add({"audience_age", std::move(ages)});
  table.add({"tickets", std::move(tickets)});
  return table;
}

}  // namespace

bool has_genre(const Movie& movie, std::string_view genre) noexcept {
  std::string_view rest = movie.genres;
  while (!rest.empty()) {
    const std::size_t bar = rest.find('|');
    if (rest.substr(0, bar) == genre) return true;
    rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
  }
  return false;
}

std::size_t movie_row(std::string_view title) {
  const auto all = movies();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Movie& movie) { return movie.title == title; });
  if (found == all.end()) {
    throw Error(ErrorCode::not_found, fmt::format("the movie world has no '{}'", title));
  }
  return static_cast<std::size_t>(found - all.begin());
}

MovieWorld simulate_movie_world(const AudienceOptions& options) {
  if (options.people < 1 || options.people > 1'000'000) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("an audience of {} people; 1 to 1000000 can be made", options.people));
  }
  const std::vector<Kinds> kinds = all_kinds();
  const Kinds ages = mean_ages(kinds);
  std::vector<double> quality;
  for (std::size_t row = 0; row < kinds.size(); ++row) {
    quality.push_back(0.25 * Rng(options.seed, kMovieQualityStream, row).normal());
  }

  MovieWorld world;
  world.movies = movie_table();
  for (std::size_t row = 0; row < kinds.size(); ++row) {
    world.ratings.items.insert(fmt::format("{}", row + 1));
  }
  SparseMatrix& pairs = world.ratings.by_user;
  pairs.rows = options.people;
  pairs.cols = kinds.size();
  NumberColumn people_ages;
  for (std::size_t row = 0; row < options.people; ++row) {
    Rng rng(options.seed, kMoviePersonStream, row);
    const Person person = draw_person(ages, rng);
    for (const std::uint32_t movie : draw_watched(person, kinds, rng)) {
      pairs.columns.push_back(movie);
      pairs.values.push_back(draw_rating(person, kinds[movie], quality[movie], rng));
    }
    pairs.offsets.push_back(pairs.columns.size());
    people_ages.push_back(person.age);
    world.ratings.users.insert(fmt::format("{}", row + 1));
  }
  world.ratings.has_values = true;
  world.people = Table(options.people);
  world.people.add({"age", std::move(people_ages)});
  return world;
}

}  // namespace kindred::data
