#include "kindred/recommendation/person.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred::recommendation {
namespace {

// The rule of training applied to one row of ratings.
Person judged(const data::PositiveRule& rule, std::size_t item_count,
              std::vector<std::uint32_t> items, std::vector<float> values) {
  SparseMatrix row;
  row.rows = 1;
  row.cols = item_count;
  row.offsets = {0, items.size()};
  row.columns = std::move(items);
  row.values = std::move(values);
  SparseMatrix liked = data::positives(row, rule);
  return {std::move(liked.columns), std::move(liked.values), std::move(row.columns)};
}

// Watched without a rating: just enough to count as liked.
float value_of(const HistoryEntry& entry, const data::PositiveRule& rule) {
  return entry.rating.value_or(rule.threshold.value_or(1.0F));
}

Wording wording_of(const HistoryEntry& entry) {
  Wording wording;
  if (!entry.where.empty()) wording.before = entry.where + ": ";
  if (entry.where.empty() && entry.item.find(',') != std::string::npos) {
    wording.after_missing =
        "\n(a comma belongs to the title unless '=number' stands before it; ';' always "
        "separates titles)";
  }
  return wording;
}

// The scale that ratings of this range are most likely on: not all who were asked used its ends.
std::pair<float, float> whole_scale(float low, float high) {
  for (const float top : {5.0F, 10.0F, 100.0F}) {
    if (low >= 0.0F && high <= top) return {0.0F, std::max(high, top)};
  }
  return {low, high};
}

// A rating far off the scale would drown all that the model has learned.
void require_on_scale(const model::Model& model, const HistoryEntry& entry) {
  if (!entry.rating || !model.ratings) return;
  const auto& scale = model.ratings->scale;
  const auto [low, high] = whole_scale(scale.low, scale.high);
  if (*entry.rating >= low && *entry.rating <= high) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}the rating {} of '{}' is not on the scale of the model, from {} to {}",
                          wording_of(entry).before, *entry.rating, printable(entry.item), scale.low,
                          scale.high));
}

}  // namespace

Person known_person(const model::Model& model, std::size_t user) {
  KINDRED_CHECK(user < model.users.size());
  const auto items = model.seen.row_columns(user);
  const auto values = model.seen.row_values(user);
  return judged(model.positive_rule, model.items.size(), {items.begin(), items.end()},
                {values.begin(), values.end()});
}

std::vector<FoundEntry> find_entries(const model::Model& model, const TitleMatcher& titles,
                                     const std::vector<HistoryEntry>& history) {
  std::vector<FoundEntry> found;
  for (const HistoryEntry& entry : history) {
    require_on_scale(model, entry);
    const std::uint32_t item = titles.find_one(entry.item, wording_of(entry));
    std::erase_if(found, [item](const FoundEntry& earlier) { return earlier.item == item; });
    const Person judgement = judged(model.positive_rule, model.items.size(), {item},
                                    {value_of(entry, model.positive_rule)});
    found.push_back({item, entry, !judgement.liked.empty()});
  }
  return found;
}

Person made_up_person(const model::Model& model, const std::vector<FoundEntry>& entries) {
  std::vector<FoundEntry> sorted = entries;
  std::ranges::sort(sorted, {}, &FoundEntry::item);
  std::vector<std::uint32_t> items;
  std::vector<float> values;
  for (const FoundEntry& found : sorted) {
    items.push_back(found.item);
    values.push_back(value_of(found.entry, model.positive_rule));
  }
  return judged(model.positive_rule, model.items.size(), std::move(items), std::move(values));
}

}  // namespace kindred::recommendation
