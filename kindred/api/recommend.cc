#include "kindred/api/recommend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kindred/base/error.h"

namespace kindred::api {
namespace {

using recommendation::FoundEntry;
using recommendation::Person;
using recommendation::RankBy;
using recommendation::RecommendationList;

constexpr std::size_t kTilePeople = 4096;
constexpr std::size_t kTileRecommendations = std::size_t{1} << 22U;

[[noreturn]] void refuse_question(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, message);
}

// How many items by watching are needed for `count` in the order asked for.
std::size_t watch_count(RankBy by, std::size_t count) {
  return by == RankBy::both ? recommendation::RatingRanker::candidates_for(count) : count;
}

void require_sizes(const model::Model& model) {
  const SparseMatrix& seen = model.seen;
  const auto* items = std::get_if<model::ItemItemPart>(&model.watching);
  const bool fits =
      seen.rows == model.users.size() && seen.cols == model.items.size() &&
      seen.offsets.size() == seen.rows + 1 && seen.values.size() == seen.columns.size() &&
      model.users.labels.size() == seen.rows && model.items.labels.size() == seen.cols &&
      model.users.dimensions() == model.items.dimensions() &&
      (items == nullptr || items->rows.rows == seen.cols);
  if (!fits) refuse_question("the parts of the model have sizes that do not fit together");
}

RecommendOptions checked(const model::Model& model, RecommendOptions options) {
  require_sizes(model);
  if (options.count == 0) refuse_question("0 recommendations were asked for");
  options.count = std::min(options.count, std::max<std::size_t>(1, model.items.size()));
  if (!options.allowed.empty() && options.allowed.size() != model.items.size()) {
    refuse_question(fmt::format("{} flags say which of {} items are allowed",
                                options.allowed.size(), model.items.size()));
  }
  return options;
}

// From the entries that have a rating.
recommendation::Rater rater_of(const recommendation::RatingPredictor& predictor,
                               const std::vector<FoundEntry>& history) {
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  for (const FoundEntry& found : history) {
    if (!found.entry.rating) continue;
    items.push_back(found.item);
    ratings.push_back(*found.entry.rating);
  }
  return predictor.fold_in(items, ratings);
}

void require_history(const model::Model& model, const std::vector<FoundEntry>& history) {
  std::vector<std::uint32_t> items;
  for (const FoundEntry& found : history) {
    if (found.item >= model.items.size()) {
      refuse_question(
          fmt::format("item {} is none of the model's {}", found.item, model.items.size()));
    }
    if (found.entry.rating && !std::isfinite(*found.entry.rating)) {
      refuse_question(fmt::format("a rating of {}", *found.entry.rating));
    }
    items.push_back(found.item);
  }
  std::ranges::sort(items);
  if (std::ranges::adjacent_find(items) == items.end()) return;
  refuse_question("an item is named twice");
}

}  // namespace

RankBy rank_by(const model::Model& model, const RecommendOptions& options) {
  const RankBy able = !model.ratings           ? RankBy::watch
                      : model.knows_watching() ? RankBy::both
                                               : RankBy::rate;
  const RankBy by = options.by ? *options.by : options.reason_count > 0 ? RankBy::watch : able;
  if (by != RankBy::watch && !model.ratings) {
    refuse_question("an order by ratings needs a model of ratings, which this one has not");
  }
  if (by != RankBy::rate && !model.knows_watching()) {
    refuse_question("the model knows what people would rate, not what they will watch");
  }
  if (options.reason_count == 0) return by;
  if (by != RankBy::watch) refuse_question("there are reasons for watching alone");
  if (std::holds_alternative<model::TowerPart>(model.watching)) {
    refuse_question("two towers score by what is known of both sides, and have no reasons");
  }
  return by;
}

Recommendations::Recommendations(const model::Model& model, const RecommendOptions& options,
                                 ThreadPool& pool)
    : model_(model),
      options_(checked(model, options)),
      by_(rank_by(model, options)),
      recommender_(model,
                   {.allowed = options_.allowed,
                    .many_people = options_.many_people,
                    .folds_in = options_.reason_count > 0 ||
                                (options_.made_up_people && by_ != RankBy::rate)},
                   pool) {
  if (by_ != RankBy::watch) {
    ranker_ = std::make_unique<recommendation::RatingRanker>(model, options_.allowed);
  }
}

std::size_t Recommendations::tile_people(RankBy by, std::size_t count) noexcept {
  return std::clamp<std::size_t>(kTileRecommendations / watch_count(by, count), 1, kTilePeople);
}

std::size_t Recommendations::tile_people() const noexcept {
  return tile_people(by_, options_.count);
}

RecommendedList Recommendations::finished(RecommendedList answer, const Person& person) const {
  if (options_.reason_count == 0) return answer;
  for (const recommendation::Recommendation& chosen : answer.list.items) {
    answer.reasons.push_back(
        answer.list.by_popularity
            ? std::vector<learning::Reason>()
            : recommender_.reasons(person, chosen.item, options_.reason_count));
  }
  return answer;
}

std::vector<RecommendedList> Recommendations::for_users(std::span<const std::uint32_t> users,
                                                        ThreadPool& pool) const {
  for (const std::uint32_t user : users) {
    if (user < model_.users.size()) continue;
    throw Error(ErrorCode::not_found,
                fmt::format("user {} is none of the model's {}", user, model_.users.size()));
  }
  std::vector<RecommendedList> answers(users.size());
  auto lists = by_ == RankBy::rate
                   ? std::vector<RecommendationList>(users.size())
                   : recommender_.for_users(users, watch_count(by_, options_.count), pool);
  pool.parallel_for(users.size(), [&](std::size_t i, int) {
    RecommendedList answer{.user = users[i], .list = std::move(lists[i]), .reasons = {}};
    if (ranker_) {
      const recommendation::Rater rater = ranker_->predictor().known(users[i]);
      answer.list = by_ == RankBy::rate
                        ? ranker_->by_rate(rater, model_.seen.row_columns(users[i]), options_.count)
                        : ranker_->by_both(answer.list, rater, options_.count);
    }
    const bool explains = options_.reason_count > 0;
    answers[i] = finished(std::move(answer),
                          explains ? recommendation::known_person(model_, users[i]) : Person());
  });
  return answers;
}

RecommendedList Recommendations::for_history(const std::vector<FoundEntry>& history,
                                             ThreadPool& pool) const {
  if (!options_.made_up_people) refuse_question("nobody made up was to be asked about");
  require_history(model_, history);
  const Person person = recommendation::made_up_person(model_, history);
  RecommendedList answer;
  if (by_ != RankBy::rate) {
    answer.list = recommender_.for_person(person, watch_count(by_, options_.count), pool);
  }
  if (ranker_) {
    const recommendation::Rater rater = rater_of(ranker_->predictor(), history);
    answer.list = by_ == RankBy::rate ? ranker_->by_rate(rater, person.seen, options_.count)
                                      : ranker_->by_both(answer.list, rater, options_.count);
  }
  return finished(std::move(answer), person);
}

}  // namespace kindred::api
