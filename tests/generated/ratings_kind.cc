// Ratings files: users, items, and perhaps ratings and times, in any style, with or without a
// header; with one, in any order and with columns beside them.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "kindred/base/printable.h"
#include "kindred/data/ratings_reader.h"
#include "tests/generated/kind.h"
#include "tests/generated/text_file.h"
#include "tests/generated/times.h"
#include "tests/generated/words.h"

namespace kindred::generated {
namespace {

struct Event {
  std::string user;
  std::string item;
  std::string rating;  // "" where the file has none.
  WrittenTime time;
};

struct RatingsTruth {
  Style style;
  bool header = false;
  bool has_rating = false;
  std::optional<TimeManner> times;
  std::vector<Event> events;  // One a row; pairs differ.
};

// Manners whose ids the style can hold.
std::vector<IdManner> manners_for(const Style& style) {
  std::vector<IdManner> manners = {IdManner::small_number, IdManner::small_number,
                                   IdManner::large_number, IdManner::leading_zero,
                                   IdManner::code,         IdManner::word,
                                   IdManner::unicode};
  if (style.separator == " ") return manners;
  manners.push_back(IdManner::two_words);
  manners.push_back(IdManner::title);
  if (style.separator != "," || style.quoting != Quoting::none) {
    manners.push_back(IdManner::last_first);
  }
  if (style.quoting != Quoting::none) manners.push_back(IdManner::quoted_title);
  return manners;
}

std::string draw_rating(Rng& rng, int scale) {
  switch (scale) {
    case 0:
      return fmt::format("{}", between(rng, 1, 5));
    case 1:
      return fmt::format("{}", 0.5 * static_cast<double>(between(rng, 1, 10)));
    case 2:
      return fmt::format("{}", between(rng, 0, 100));
    default:
      return fmt::format("{:.2f}", 10.0 * rng.uniform() - (scale == 3 ? 0.0 : 5.0));
  }
}

RatingsTruth draw_truth(Rng& rng) {
  RatingsTruth truth;
  truth.style = draw_style(rng);
  const auto manners = manners_for(truth.style);
  const auto users =
      draw_ids(rng, pick(rng, manners), static_cast<std::size_t>(between(rng, 3, 15)));
  const auto items =
      draw_ids(rng, pick(rng, manners), static_cast<std::size_t>(between(rng, 3, 25)));
  truth.header = chance(rng, 0.6);
  truth.has_rating = chance(rng, 0.7);
  const int scale = static_cast<int>(rng.below(5));
  // Without a header, times follow ratings; with spaces between columns they hold none.
  if (chance(rng, 0.6)) {
    truth.times = truth.style.separator == " "
                      ? static_cast<TimeManner>(rng.below(6))
                      : static_cast<TimeManner>(rng.below(kTimeMannerCount));
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t user = 0; user < users.size(); ++user) {
    for (std::size_t item = 0; item < items.size(); ++item) {
      if (chance(rng, 0.3) || pairs.empty()) pairs.emplace_back(user, item);
    }
  }
  if (chance(rng, 0.5)) rng.shuffle(std::span(pairs));
  constexpr std::int64_t kYear = 31'556'952'000'000;
  const std::int64_t begin = between(rng, 10 * kYear, 50 * kYear);
  for (const auto& [user, item] : pairs) {
    Event event{.user = users[user], .item = items[item], .rating = {}, .time = {}};
    if (truth.has_rating) event.rating = draw_rating(rng, scale);
    if (truth.times) event.time = write_time(rng, *truth.times, begin + between(rng, 0, kYear));
    truth.events.push_back(std::move(event));
  }
  return truth;
}

std::string render(Rng& rng, const RatingsTruth& truth) {
  enum Part { user, item, rating, time, note };
  std::vector<Part> parts = {user, item};
  if (truth.has_rating) parts.push_back(rating);
  if (truth.times) parts.push_back(time);
  if (truth.header && chance(rng, 0.3)) parts.push_back(note);
  if (truth.header && chance(rng, 0.5)) rng.shuffle(std::span(parts));
  std::vector<Row> rows;
  if (truth.header) {
    Row names;
    for (const Part part : parts) {
      names.push_back(part == user     ? draw_name(rng, NameOf::user)
                      : part == item   ? draw_name(rng, NameOf::item)
                      : part == rating ? draw_name(rng, NameOf::rating)
                      : part == time   ? draw_name(rng, NameOf::time)
                                       : "country");
    }
    rows.push_back(std::move(names));
  }
  const std::vector<std::string> countries = {"DE", "FR", "NO", "NL"};
  for (const Event& event : truth.events) {
    Row cells;
    for (const Part part : parts) {
      cells.push_back(part == user     ? event.user
                      : part == item   ? event.item
                      : part == rating ? event.rating
                      : part == time   ? event.time.text
                                       : pick(rng, countries));
    }
    rows.push_back(std::move(cells));
  }
  return render(rows, truth.style);
}

std::string describe(const RatingsTruth& truth) {
  return fmt::format(
      "{}, {}, {}{}, {} rows", truth.style.describe(), truth.header ? "header" : "no header",
      truth.has_rating ? "ratings" : "no ratings",
      truth.times ? fmt::format(", times like {}", truth.events.front().time.text) : ", no times",
      truth.events.size());
}

struct Entry {
  float value = 0.0F;
  std::int64_t time = 0;
};

// "" where the entries of the file are those of the truth.
std::string difference(const RatingsTruth& truth, const data::Ratings& ratings) {
  const data::Interactions& all = ratings.interactions;
  std::map<std::pair<std::string, std::string>, Entry> entries;
  for (std::size_t user = 0; user < all.by_user.rows; ++user) {
    for (std::uint64_t i = all.by_user.offsets[user]; i < all.by_user.offsets[user + 1]; ++i) {
      entries[{std::string(all.users.label(user)),
               std::string(all.items.label(all.by_user.columns[i]))}] = {
          all.by_user.values[i], all.timestamps.empty() ? 0 : all.timestamps[i]};
    }
  }
  if (entries.size() != truth.events.size()) {
    return fmt::format("{} pairs where there are {}", entries.size(), truth.events.size());
  }
  if (all.has_values != truth.has_rating) return "ratings where there are none, or none of them";
  if (all.timestamps.empty() == truth.times.has_value()) return "times where there are none";
  std::vector<std::pair<std::int64_t, std::int64_t>> times;
  for (const Event& event : truth.events) {
    const auto found = entries.find({event.user, event.item});
    if (found == entries.end()) {
      return fmt::format("no pair {} {}", printable(event.user), printable(event.item));
    }
    const float value = truth.has_rating ? std::stof(event.rating) : 1.0F;
    if (found->second.value != value) return "the rating " + event.rating + " is another";
    times.emplace_back(event.time.microseconds, found->second.time);
  }
  // Times are compared with each other, never counted: their order is what they say.
  std::ranges::sort(times);
  for (std::size_t i = 1; i < times.size() && truth.times; ++i) {
    const bool same = times[i].first == times[i - 1].first;
    if (same ? times[i].second != times[i - 1].second : times[i].second <= times[i - 1].second) {
      return fmt::format("times of {} and {} us read as {} and {}", times[i - 1].first,
                         times[i].first, times[i - 1].second, times[i].second);
    }
  }
  return "";
}

}  // namespace

std::string try_ratings(Rng& rng, Bench& bench, std::string& truth) {
  const RatingsTruth ratings = draw_truth(rng);
  truth = describe(ratings);
  const auto file = bench.write("ratings.txt", render(rng, ratings));
  return difference(ratings, data::read_ratings(file, {}, bench.pool()));
}

}  // namespace kindred::generated
