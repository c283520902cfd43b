// Who lives in a planted world and what plays there: tastes, movies and people.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <string_view>

#include "kindred/data/planted_streams.h"
#include "kindred/data/planted_world.h"

namespace kindred::data {
namespace {

constexpr std::array<std::string_view, 18> kGenres = {
    "Action",  "Adventure", "Animation", "Children", "Comedy",  "Crime",
    "Drama",   "Fantasy",   "History",   "Horror",   "Musical", "Mystery",
    "Romance", "Sci-Fi",    "Sport",     "Thriller", "War",     "Western"};

constexpr double kYearFirst = 1930.0;
constexpr double kYearLast = 2004.0;  // Every movie is out when the ratings begin.
constexpr double kYearSpread = 8.0;   // Of the movies of one taste.

constexpr double kQualitySpread = 0.35;   // Of movies, in stars.
constexpr double kMildnessSpread = 0.35;  // Of people.
constexpr double kQualityOfHits = 0.25;   // Stars from the least popular movie to the most.

constexpr double kAgeReach = 14.0;  // How far people's tastes stray from their age, in years.
constexpr double kAgeFloor = 0.1;   // The pull of a taste at any age.

constexpr double kTicketsPerRating = 250.0;

constexpr double kSecondTasteChance = 0.6;
constexpr double kThirdTasteChance = 0.25;

}  // namespace

void PlantedWorld::make_tastes() {
  const auto count = static_cast<std::size_t>(options_.taste_count);
  tastes_.resize(count);
  for (std::size_t k = 0; k < count; ++k) {
    Rng rng(options_.seed, kTasteStream, k);
    Taste& taste = tastes_[k];
    // Main genres go round, so that they differ as long as there are enough.
    taste.genres[0] = static_cast<std::uint8_t>(k % kGenres.size());
    const std::uint64_t shift = 1 + rng.below(kGenres.size() - 1);
    taste.genres[1] = static_cast<std::uint8_t>((k + shift) % kGenres.size());
    taste.age = 10.0 + 60.0 * rng.uniform();
    taste.decade = kYearFirst + 10.0 + (kYearLast - kYearFirst - 10.0) * rng.uniform();
  }
}

void PlantedWorld::make_items() {
  const auto taste_count = static_cast<std::uint64_t>(options_.taste_count);
  items_.resize(options_.item_count);
  std::vector<std::uint32_t> ranks(items_.size());
  std::iota(ranks.begin(), ranks.end(), 0U);
  Rng(options_.seed, kRankStream).shuffle(std::span(ranks));
  for (std::size_t id = 0; id < items_.size(); ++id) {
    Rng rng(options_.seed, kItemStream, id);
    Item& item = items_[id];
    item.rank = ranks[id];
    // The first movies see to it that every taste has some.
    item.tastes[0] = static_cast<std::uint8_t>(id < taste_count ? id : rng.below(taste_count));
    item.tastes[1] = static_cast<std::uint8_t>(rng.below(taste_count));
    item.tastes[2] = static_cast<std::uint8_t>(rng.below(taste_count));
    item.weights[0] = 1.0F;
    if (item.tastes[1] != item.tastes[0] && rng.uniform() < kSecondTasteChance) {
      item.weights[1] = static_cast<float>(0.2 + 0.5 * rng.uniform());
      const bool distinct = item.tastes[2] != item.tastes[0] && item.tastes[2] != item.tastes[1];
      if (distinct && rng.uniform() < kThirdTasteChance) {
        item.weights[2] = static_cast<float>(0.1 + 0.3 * rng.uniform());
      }
    }
    const float sum = item.weights[0] + item.weights[1] + item.weights[2];
    for (float& weight : item.weights) weight /= sum;
    const double place = static_cast<double>(item.rank) / static_cast<double>(items_.size());
    item.quality =
        static_cast<float>(kQualitySpread * rng.normal() + kQualityOfHits * (0.5 - place));
  }
}

PlantedMovie PlantedWorld::movie(std::size_t id) const {
  const Item& item = items_[id];
  Rng rng(options_.seed, kTicketStream, id);
  PlantedMovie movie;
  std::set<std::string_view> genres;
  const Taste& main = tastes_[item.tastes[0]];
  double chance = 0.0;  // That a rating of somebody of average tastes is of this movie.
  for (std::size_t j = 0; j < item.tastes.size() && item.weights[j] > 0.0F; ++j) {
    const Taste& taste = tastes_[item.tastes[j]];
    const auto weight = static_cast<double>(item.weights[j]);
    genres.insert(kGenres[taste.genres[0]]);
    movie.audience_age += weight * taste.age;
    chance += options_.taste_strength * length(item) * weight * taste.scale /
              static_cast<double>(options_.taste_count);
  }
  chance += (1.0 - options_.taste_strength) * popularity(item) * popularity_scale_;
  genres.insert(kGenres[main.genres[1]]);
  for (const std::string_view genre : genres) {
    movie.genres += movie.genres.empty() ? "" : "|";
    movie.genres += genre;
  }
  movie.audience_age = std::clamp(movie.audience_age + 2.0 * rng.normal(), 5.0, 90.0);
  movie.year =
      static_cast<int>(std::clamp(main.decade + kYearSpread * rng.normal(), kYearFirst, kYearLast));
  movie.tickets = static_cast<std::uint64_t>(chance * static_cast<double>(options_.rating_count) *
                                             kTicketsPerRating * std::exp(0.2 * rng.normal()));
  movie.title = fmt::format("{} {} ({})", kGenres[main.genres[0]], id + 1, movie.year);
  return movie;
}

TasteMixture PlantedWorld::draw_mixture(Rng& rng, double age) const {
  std::vector<double> pulls(tastes_.size());
  double total = 0.0;
  for (std::size_t k = 0; k < tastes_.size(); ++k) {
    const double distance = (tastes_[k].age - age) / kAgeReach;
    pulls[k] = kAgeFloor + std::exp(-distance * distance / 2);
    total += pulls[k];
  }
  TasteMixture mixture;
  mixture.size = std::min<std::size_t>(2 + rng.below(2), tastes_.size());
  double sum = 0.0;
  for (std::size_t j = 0; j < mixture.size; ++j) {
    double place = total * rng.uniform();
    std::size_t k = 0;
    while (k + 1 < pulls.size() && place >= pulls[k]) place -= pulls[k++];
    // Rounding may end on one that is taken.
    while (pulls[k] == 0.0) k = (k + 1) % pulls.size();
    total -= pulls[k];
    pulls[k] = 0.0;
    mixture.tastes[j] = static_cast<std::uint8_t>(k);
    const double weight = 0.3 - std::log(1.0 - rng.uniform());
    mixture.weights[j] = static_cast<float>(weight);
    sum += weight;
  }
  for (float& weight : mixture.weights) weight /= static_cast<float>(sum);
  return mixture;
}

PlantedPerson PlantedWorld::person(std::size_t user) const {
  Rng rng(options_.seed, kPersonStream, user);
  PlantedPerson person;
  const double age = 12.0 + 63.0 * rng.uniform();
  person.age = static_cast<int>(age);
  person.mildness = static_cast<float>(kMildnessSpread * rng.normal());
  person.taste = draw_mixture(rng, age);
  person.later_taste = draw_mixture(rng, age);
  const auto span = static_cast<double>(kWorldEnd - kWorldBegin);
  const double joined = 0.8 * rng.uniform();
  const double left = joined + (1.0 - joined) * (0.2 + 0.8 * rng.uniform());
  person.joined = kWorldBegin + static_cast<std::int64_t>(span * joined);
  person.left = kWorldBegin + static_cast<std::int64_t>(span * left);
  return person;
}

}  // namespace kindred::data
