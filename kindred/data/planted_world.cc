#include "kindred/data/planted_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "kindred/base/error.h"
#include "kindred/data/planted_streams.h"

namespace kindred::data {
namespace {

constexpr std::uint64_t kItemCountMax = 0xFFFFFFF0U;
// Popularity is 1 / (rank + offset)^s, so that no single movie is everybody's.
constexpr double kRankOffset = 20.0;
// The least active people give this share of the mean number of ratings; the rest of it
// is log-normal, as the activity of people is.
constexpr double kActivityFloor = 0.2;
constexpr double kActivitySpread = 1.0;

// Stars of a movie that does not match at all, and what a full match adds.
constexpr double kStarsWithoutMatch = 2.9;
constexpr double kStarsOfMatch = 2.0;
constexpr std::size_t kNoiseQuantiles = 4096;

// Draws of a movie that was drawn before; then the next one in order is taken.
constexpr int kRepeatsMax = 64;

// The movies that a user has rated so far: an open table of ids, emptied for each user.
class SeenItems {
 public:
  explicit SeenItems(std::size_t count) : slots_(std::bit_ceil(2 * count + 1), 0) {}

  bool insert(std::uint32_t item) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = (item * 0x9E3779B9U >> 7U) & mask;
    while (slots_[slot] != 0) {
      if (slots_[slot] == item + 1) return false;
      slot = (slot + 1) & mask;
    }
    slots_[slot] = item + 1;
    return true;
  }

 private:
  std::vector<std::uint32_t> slots_;  // Id plus one; 0 is free.
};

template <typename T>
void require_world(bool holds, const char* name, T value, const std::string& range) {
  if (holds) return;
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}, not {}", name, value, range));
}

std::uint8_t pick(const TasteMixture& mixture, double uniform) noexcept {
  std::size_t i = 0;
  while (i + 1 < mixture.size && uniform >= static_cast<double>(mixture.weights[i])) {
    uniform -= static_cast<double>(mixture.weights[i]);
    ++i;
  }
  return mixture.tastes[i];
}

// The x at which the normal distribution function is p, by bisection: a table is made once.
double normal_quantile(double p) {
  double low = -10.0;
  double high = 10.0;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

// How late in history a moment is, in 0..1.
double lateness(std::int64_t time) noexcept {
  return static_cast<double>(time - kWorldBegin) / static_cast<double>(kWorldEnd - kWorldBegin);
}

}  // namespace

void validate(const PlantedWorldOptions& options) {
  const auto users = static_cast<double>(options.user_count);
  const auto items = static_cast<double>(options.item_count);
  require_world(options.user_count >= 1 && options.user_count < kItemCountMax, "users",
                options.user_count, "in 1..4294967279");
  require_world(options.item_count >= 10 && options.item_count < kItemCountMax, "items",
                options.item_count, "in 10..4294967279");
  require_world(options.rating_count >= options.user_count &&
                    static_cast<double>(options.rating_count) <= users * items / 2,
                "ratings", options.rating_count,
                fmt::format("between one for each user and half of all pairs, {}..{:.0f}",
                            options.user_count, users * items / 2));
  require_world(options.taste_count >= 2 && options.taste_count <= 250, "tastes",
                options.taste_count, "in 2..250");
  const auto require_in = [](const char* name, double value, double high) {
    require_world(value >= 0.0 && value <= high, name, value, fmt::format("in 0..{:g}", high));
  };
  require_in("popularity exponent", options.popularity_exponent, 3.0);
  require_in("norm skew", options.norm_skew, 2.0);
  require_in("taste strength", options.taste_strength, 1.0);
  require_in("star noise", options.star_noise, 10.0);
  require_in("drift", options.drift, 1.0);
}

PlantedWorld::PlantedWorld(const PlantedWorldOptions& options) : options_(options) {
  validate(options);
  make_tastes();
  make_items();
  make_tables();
  make_rating_counts();
  noise_.resize(kNoiseQuantiles);
  for (std::size_t i = 0; i < kNoiseQuantiles; ++i) {
    const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(kNoiseQuantiles);
    noise_[i] = static_cast<float>(options.star_noise * normal_quantile(p));
  }
}

double PlantedWorld::popularity(const Item& item) const {
  return std::pow(static_cast<double>(item.rank) + kRankOffset, -options_.popularity_exponent);
}

double PlantedWorld::length(const Item& item) const {
  return std::pow(popularity(item), options_.norm_skew);
}

// An alias table for each taste, of the movies that have it, and one of all movies.
void PlantedWorld::make_tables() {
  const auto taste_count = static_cast<std::size_t>(options_.taste_count);
  std::vector<std::vector<std::uint32_t>> ids(taste_count);
  std::vector<std::vector<double>> weights(taste_count);
  std::vector<std::uint32_t> all_ids(items_.size());
  std::vector<double> all_weights(items_.size());
  std::iota(all_ids.begin(), all_ids.end(), 0U);
  for (const std::uint32_t id : all_ids) {
    const Item& item = items_[id];
    const double item_length = length(item);
    all_weights[id] = popularity(item);
    for (std::size_t j = 0; j < item.tastes.size() && item.weights[j] > 0.0F; ++j) {
      ids[item.tastes[j]].push_back(id);
      weights[item.tastes[j]].push_back(item_length * static_cast<double>(item.weights[j]));
    }
  }
  for (std::size_t taste = 0; taste < taste_count; ++taste) {
    const double sum = std::accumulate(weights[taste].begin(), weights[taste].end(), 0.0);
    tastes_[taste].scale = 1.0 / sum;
    items_of_taste_.emplace_back(ids[taste], weights[taste]);
    ids[taste] = {};
    weights[taste] = {};
  }
  items_of_all_ = AliasTable(all_ids, all_weights);
  popularity_scale_ = 1.0 / std::accumulate(all_weights.begin(), all_weights.end(), 0.0);
}

// Activities are scaled to the total asked for; rounding errors and what is past the most
// that a user can rate go to the next user.
void PlantedWorld::make_rating_counts() {
  std::vector<float> activities(options_.user_count);
  double sum = 0.0;
  for (std::size_t user = 0; user < activities.size(); ++user) {
    Rng rng(options_.seed, kActivityStream, user);
    const double spread = std::exp(kActivitySpread * rng.normal() -
                                   kActivitySpread * kActivitySpread / 2);  // Its mean is 1.
    activities[user] = static_cast<float>(kActivityFloor + (1.0 - kActivityFloor) * spread);
    sum += static_cast<double>(activities[user]);
  }
  const auto count_max = static_cast<std::uint64_t>(options_.item_count / 2);
  const double scale = static_cast<double>(options_.rating_count - options_.user_count) / sum;
  rating_counts_.assign(options_.user_count, 1);
  std::uint64_t left = options_.rating_count - options_.user_count;
  double wanted = 0.0;  // By the users so far, beyond one each.
  double given = 0.0;
  for (std::size_t user = 0; user < activities.size(); ++user) {
    wanted += scale * static_cast<double>(activities[user]);
    const auto more =
        std::min({static_cast<std::uint64_t>(std::max(0.0, wanted - given)), left, count_max - 1});
    rating_counts_[user] += static_cast<std::uint32_t>(more);
    given += static_cast<double>(more);
    left -= more;
  }
  for (std::size_t user = 0; left > 0; user = (user + 1) % activities.size()) {
    if (rating_counts_[user] >= count_max) continue;
    ++rating_counts_[user];
    --left;
  }
}

void PlantedWorld::rate(std::size_t user, const PlantedPerson& person, std::size_t held_out,
                        std::vector<PlantedRating>& ratings) const {
  const std::size_t count = rating_counts_[user] + held_out;
  ratings.clear();
  ratings.reserve(count);
  Rng rng(options_.seed, kRatingStream, user);
  SeenItems seen(count);
  std::vector<float> first_taste(tastes_.size(), 0.0F);
  std::vector<float> second_taste(tastes_.size(), 0.0F);
  const auto fill = [](const TasteMixture& mixture, std::vector<float>& dense) {
    for (std::size_t j = 0; j < mixture.size; ++j) dense[mixture.tastes[j]] += mixture.weights[j];
  };
  fill(person.taste, first_taste);
  fill(person.later_taste, second_taste);
  const double step =
      static_cast<double>(person.left - person.joined) / static_cast<double>(rating_counts_[user]);
  for (std::size_t n = 0; n < count; ++n) {
    PlantedRating rating;
    const double place = static_cast<double>(n) + 0x1p-32 * rng.next_u32();
    rating.time = n < rating_counts_[user] ? person.joined + static_cast<std::int64_t>(step * place)
                                           : person.left;
    const double drifted = options_.drift * lateness(rating.time);

    // 1. A taste or none, then a movie of it that is new to the user.
    int repeats = 0;
    do {
      const double choice = 0x1p-32 * rng.next_u32();
      if (choice >= options_.taste_strength) {
        rating.item = items_of_all_.draw(rng);
      } else {
        // The same number, spread over 0..1 again, twice.
        double rest = choice / options_.taste_strength;
        const bool late = rest < drifted;
        rest = late ? rest / drifted : (rest - drifted) / (1.0 - drifted);
        const std::uint8_t taste = pick(late ? person.later_taste : person.taste, rest);
        rating.item = items_of_taste_[taste].draw(rng);
      }
      if (++repeats > kRepeatsMax) {
        while (!seen.insert(rating.item)) {
          rating.item = rating.item + 1 == items_.size() ? 0 : rating.item + 1;
        }
        break;
      }
    } while (!seen.insert(rating.item));

    // 2. Stars: how well the two match, and all that is not taste.
    const Item& item = items_[rating.item];
    float match = 0.0F;
    const auto late = static_cast<float>(drifted);
    for (std::size_t j = 0; j < item.tastes.size(); ++j) {
      const std::uint8_t taste = item.tastes[j];
      match += item.weights[j] * ((1.0F - late) * first_taste[taste] + late * second_taste[taste]);
    }
    const double stars = kStarsWithoutMatch + kStarsOfMatch * static_cast<double>(match) +
                         static_cast<double>(person.mildness + item.quality +
                                             noise_[rng.next_u32() % kNoiseQuantiles]);
    rating.half_stars = static_cast<std::uint8_t>(std::clamp(2.0 * stars + 0.5, 1.0, 10.0));
    ratings.push_back(rating);
  }
}

void PlantedWorld::user_truth(const PlantedPerson& person, std::span<float> row) const {
  std::ranges::fill(row, 0.0F);
  const auto late = static_cast<float>(options_.drift * lateness(person.left));
  const auto strength = static_cast<float>(options_.taste_strength);
  const auto add = [&](const TasteMixture& mixture, float share) {
    for (std::size_t j = 0; j < mixture.size; ++j) {
      row[mixture.tastes[j]] += strength * share * mixture.weights[j];
    }
  };
  add(person.taste, 1.0F - late);
  add(person.later_taste, late);
  row.back() = 1.0F - strength;
}

void PlantedWorld::item_truth(std::size_t item, std::span<float> row) const {
  std::ranges::fill(row, 0.0F);
  const Item& facts = items_[item];
  for (std::size_t j = 0; j < facts.tastes.size(); ++j) {
    row[facts.tastes[j]] += static_cast<float>(
        length(facts) * static_cast<double>(facts.weights[j]) * tastes_[facts.tastes[j]].scale);
  }
  row.back() = static_cast<float>(popularity(facts) * popularity_scale_);
}

}  // namespace kindred::data
