#include "kindred/data/value_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "kindred/base/progress.h"

namespace kindred::data {
namespace {

using CountsByValue = std::map<float, std::size_t>;

constexpr std::size_t kExactMax = 4096;
// Strays: one of twenty or more values, or half a percent of them, of two kinds at most.
constexpr std::size_t kStrayRowsMin = 20;
constexpr std::size_t kStraysOneIn = 200;
constexpr std::size_t kStrayValuesMax = 2;
constexpr std::size_t kStraysShown = 3;

float rounded_to_three_digits(float value) {
  if (value == 0.0F) return 0.0F;
  const double exponent = std::floor(std::log10(std::abs(double{value})));
  const double unit = std::pow(10.0, exponent - 2.0);
  return static_cast<float>(std::round(double{value} / unit) * unit);
}

// Sums over a part of the values, and the questions that the rules below ask.
class ValueBag {
 public:
  explicit ValueBag(const CountsByValue& counts) : counts_(counts) {
    for (const auto& [value, count] : counts) total_ += count;
  }

  std::size_t total() const noexcept { return total_; }
  float low() const { return counts_.begin()->first; }
  float high() const { return counts_.rbegin()->first; }

  template <typename Keep>
  std::size_t count(Keep keep) const {
    std::size_t sum = 0;
    for (const auto& [value, count] : counts_) sum += keep(value) ? count : 0;
    return sum;
  }

  // Whether so few values miss a condition that they are strays.
  template <typename Miss>
  bool is_stray(Miss misses) const {
    std::size_t kinds = 0;
    for (const auto& [value, count] : counts_) kinds += misses(value) ? 1 : 0;
    if (kinds == 0) return true;
    if (total_ < kStrayRowsMin || kinds > kStrayValuesMax) return false;
    return count(misses) <= std::max<std::size_t>(1, total_ / kStraysOneIn);
  }

  bool whole_up_to(float high) const {
    return is_stray(
        [high](float value) { return std::abs(value) <= high && value != std::floor(value); });
  }

  // The middle one of the values above 0.
  float median_above_zero() const {
    const std::size_t above = count([](float value) { return value > 0.0F; });
    std::size_t sum = 0;
    for (const auto& [value, count] : counts_) {
      if (value <= 0.0F) continue;
      sum += count;
      if (2 * sum >= above) return value;
    }
    return 0.0F;
  }

  // Each value above 0 rarer than the one before, and the least more than half of them: few
  // scales are used so, most counts are.
  bool falls_like_counts() const {
    std::size_t first = 0;
    std::size_t before = 0;
    std::size_t above = 0;
    std::size_t kinds = 0;
    for (const auto& [value, count] : counts_) {
      if (value <= 0.0F) continue;
      if (kinds++ == 0) {
        first = count;
      } else if (kinds <= 4 && count > before) {
        return false;
      }
      before = count;
      above += count;
    }
    return total_ >= kStrayRowsMin && kinds >= 3 && 2 * first > above;
  }

  // Falls, or lies low: half at most a fifth of the way up to `top`, and few high.
  bool looks_like_counts(float top) const {
    const bool low = total_ >= kStrayRowsMin && top > 5.0F && 5.0F * median_above_zero() <= top &&
                     4 * count([top](float value) { return value > 0.55F * top; }) <
                         count([](float value) { return value > 0.0F; });
    return low || falls_like_counts();
  }

  const CountsByValue& counts() const noexcept { return counts_; }

 private:
  const CountsByValue& counts_;
  std::size_t total_ = 0;
};

std::string listed_strays(const ValueBag& values, float low, float high) {
  std::string text;
  std::size_t kinds = 0;
  for (const auto& [value, count] : values.counts()) {
    if (value >= low && value <= high) continue;
    if (++kinds > kStraysShown) continue;
    text += fmt::format("{}{:g}", text.empty() ? "" : ", ", value);
  }
  return kinds > kStraysShown ? text + ", ..." : text;
}

// "all 720 values lie in 1 to 5", "720 of 721 values lie in 1 to 5, not 0".
std::string evidence_of(const ValueBag& values, float low, float high) {
  const std::size_t inside =
      values.count([=](float value) { return value >= low && value <= high; });
  if (inside == values.total()) {
    return fmt::format("all {} values lie in {:g} to {:g}", format_count(inside), low, high);
  }
  return fmt::format("{} of {} values lie in {:g} to {:g}, not {}", format_count(inside),
                     format_count(values.total()), low, high, listed_strays(values, low, high));
}

ValueScale known_scale(ScaleKind kind, float liked_from, std::string description,
                       std::string evidence) {
  ValueScale scale;
  scale.kind = kind;
  scale.liked_from = liked_from;
  scale.description = std::move(description);
  scale.evidence = std::move(evidence);
  return scale;
}

ValueScale counts_scale(const ValueBag& values, const std::string& why) {
  const std::size_t none = values.count([](float value) { return value <= 0.0F; });
  std::string evidence = fmt::format("{}; {:g} to {:g}", why, values.low(), values.high());
  if (none > 0) evidence += fmt::format(", {} of them 0 or less", format_count(none));
  return known_scale(ScaleKind::counts, kAboveZero, "counts", std::move(evidence));
}

ValueScale unclear_scale(const ValueBag& values, const std::string& readings) {
  ValueScale scale;
  scale.kind = ScaleKind::unclear;
  scale.description = "unclear";
  scale.evidence = fmt::format("{} values from {:g} to {:g}", format_count(values.total()),
                               values.low(), values.high());
  scale.question = fmt::format(
      "what counts as liked is not clear: {}, {}; say it with --positive-from X, or all for every "
      "pair",
      scale.evidence, readings);
  return scale;
}

ValueScale constant_scale(const ValueBag& values) {
  const float value = values.low();
  if (value > 0.0F) {
    return known_scale(ScaleKind::constant, kAboveZero, "one value",
                       fmt::format("all {} values are {:g}", format_count(values.total()), value));
  }
  return unclear_scale(values,
                       fmt::format("and all are {:g}: nobody liked anything, or the values mean "
                                   "something else (--rating-column - leaves them out)",
                                   value));
}

// To one of the usual tops.
ValueScale steps_scale(const ValueBag& values, float top, float liked_from) {
  auto lowest = values.counts().lower_bound(0.0F);
  const bool zero_is_stray = lowest->first == 0.0F && std::next(lowest) != values.counts().end() &&
                             values.is_stray([](float value) { return value <= 0.0F; });
  if (zero_is_stray) ++lowest;
  const float least = std::max(0.0F, lowest->first);
  const float low = least >= 0.5F && top <= 10.0F ? std::min(1.0F, least) : 0.0F;
  const ScaleKind kind = top == 5.0F ? ScaleKind::stars : ScaleKind::steps;
  return known_scale(kind, liked_from,
                     top == 5.0F ? "stars to 5" : fmt::format("a scale to {:g}", top),
                     evidence_of(values, low, top));
}

// Tops of scales and where liking begins on them. Ratings to 3 or to 2 are whole numbers;
// with halves they are stars of which nobody gave many.
struct ScaleTop {
  float top;
  float liked_from;
};
constexpr std::array<ScaleTop, 3> kTops = {{{5.0F, 4.0F}, {7.0F, 5.0F}, {10.0F, 7.0F}}};

bool lies_within(const ValueBag& values, float top) {
  return values.is_stray([top](float value) { return value > top; });
}

ValueScale wide_scale(const ValueBag& values, ValueMeaning meaning) {
  const float middle = values.median_above_zero();
  const bool rating = meaning == ValueMeaning::rating;
  const bool whole = values.whole_up_to(values.high());
  if (!lies_within(values, 100.0F)) {
    if (!rating) return counts_scale(values, "they go beyond 100");
    return unclear_scale(values,
                         fmt::format("half of them at most {:g}: counts (--positive-from {}) or "
                                     "a scale of its own (perhaps --positive-from {:g})",
                                     middle, whole ? "1" : "0.001", 0.7 * double{values.high()}));
  }
  const float high = lies_within(values, 20.0F) ? 20.0F : 100.0F;
  const bool falls = values.falls_like_counts() || 5.0F * middle <= high;
  const bool fills =
      values.count([high](float value) { return value > 0.55F * high; }) * 20 >= values.total();
  if (!falls && fills && (rating || 3.0F * middle >= high)) {
    return steps_scale(values, high, 0.7F * high);
  }
  if (!rating && falls && 10.0F * middle <= high) {
    return counts_scale(values, fmt::format("half of them at most {:g}", middle));
  }
  return unclear_scale(values,
                       fmt::format("half of them at most {:g}: counts (--positive-from {}) or a "
                                   "scale to {:g} (--positive-from {:g})",
                                   middle, whole ? "1" : "0.001", high, 0.7 * double{high}));
}

ValueScale low_scale(const ValueBag& values, ValueMeaning meaning) {
  const float high = values.high();
  const bool whole = values.whole_up_to(5.0F);
  // The least of the usual tops that the values keep to; else their own.
  const auto usual = std::ranges::find_if(
      kTops, [&](const ScaleTop& top) { return lies_within(values, top.top); });
  const float reach = usual == kTops.end() ? high : usual->top;
  if (meaning != ValueMeaning::rating && whole && values.looks_like_counts(reach) && high > 2.0F) {
    const float top = usual == kTops.end() ? 10.0F : usual->top;
    return unclear_scale(values,
                         fmt::format("mostly the least of them: counts (--positive-from 1) or a "
                                     "scale to {:g} (--positive-from {:g})",
                                     top,
                                     top == 5.0F   ? 4.0
                                     : top == 7.0F ? 5.0
                                                   : 7.0));
  }
  if (whole && high == 2.0F) return steps_scale(values, 2.0F, 2.0F);
  if (whole && high == 3.0F) {
    const bool from_zero = values.count([](float value) { return value == 0.0F; }) > 0 &&
                           !values.is_stray([](float value) { return value == 0.0F; });
    return steps_scale(values, 3.0F, from_zero ? 2.0F : 3.0F);
  }
  for (const ScaleTop& top : kTops) {
    if (lies_within(values, top.top)) return steps_scale(values, top.top, top.liked_from);
  }
  return wide_scale(values, meaning);
}

// Of values that are hardly ever below 0.
ValueScale upward_scale(const ValueBag& values, ValueMeaning meaning) {
  if (values.is_stray([](float value) { return value != 0.0F && value != 1.0F; })) {
    return known_scale(ScaleKind::flag, 1.0F, "yes or no", evidence_of(values, 0.0F, 1.0F));
  }
  if (values.is_stray([](float value) { return value < 0.0F || value > 1.0F; })) {
    return known_scale(ScaleKind::unit, 0.7F, "shares of 1", evidence_of(values, 0.0F, 1.0F));
  }
  return low_scale(values, meaning);
}

// Marks that people write for "no rating": one negative value, or 99 among small ones.
bool is_mark(float value) {
  return value == -1.0F || value == -99.0F || value == -999.0F || value == -9999.0F;
}

std::optional<float> mark_of_nothing(const ValueBag& values) {
  for (const float mark : {99.0F, 999.0F, 9999.0F}) {
    const auto found = values.counts().find(mark);
    if (found == values.counts().end() || values.high() != mark) continue;
    const bool alone = found == values.counts().begin() || std::prev(found)->first <= mark / 5.0F;
    if (alone && found->second > std::max<std::size_t>(1, values.total() / kStraysOneIn)) {
      return mark;
    }
  }
  return std::nullopt;
}

ValueScale signed_scale(const ValueBag& values, ValueMeaning meaning) {
  CountsByValue upward = values.counts();
  std::erase_if(upward, [](const auto& entry) { return entry.first < 0.0F; });
  const std::size_t below = values.count([](float value) { return value < 0.0F; });
  const bool marks = values.count([](float value) { return value < 0.0F && !is_mark(value); }) == 0;
  if (marks && !upward.empty() && upward.rbegin()->first >= 3.0F && upward.size() >= 3) {
    ValueScale scale = upward_scale(ValueBag(upward), meaning);
    scale.evidence +=
        fmt::format("; {} are {:g}, which is never liked", format_count(below), values.low());
    return scale;
  }
  if (upward.empty() || upward.rbegin()->first <= 0.0F) {
    return unclear_scale(values, "none above 0, and what is not above 0 is never liked");
  }
  constexpr std::array kHalves = {1.0F, 2.0F, 3.0F, 5.0F, 10.0F, 20.0F, 50.0F, 100.0F};
  const auto half = std::ranges::find_if(kHalves, [&](float h) {
    return values.is_stray([h](float value) { return std::abs(value) > h; });
  });
  const bool few_below = 5 * below < values.total();
  const bool whole = values.whole_up_to(values.high());
  if (half == kHalves.end()) {
    if (meaning != ValueMeaning::rating && few_below) {
      return counts_scale(values, "few are below 0, as returns are");
    }
    return unclear_scale(values, "not one of the usual scales");
  }
  if (*half == 1.0F && whole) {
    return known_scale(ScaleKind::thumbs, 1.0F, "thumbs", evidence_of(values, -1.0F, 1.0F));
  }
  const bool balanced = 4 * below >= values.total() || !whole || meaning == ValueMeaning::rating;
  const float liked_from = whole ? std::ceil(*half / 2.0F) : *half / 2.0F;
  if (balanced) {
    return known_scale(ScaleKind::balanced, liked_from,
                       fmt::format("a scale from -{0:g} to {0:g}", *half),
                       evidence_of(values, -*half, *half));
  }
  if (few_below && values.falls_like_counts()) {
    return counts_scale(values, "few are below 0, as returns are");
  }
  return unclear_scale(values,
                       fmt::format("{} below 0: counts with returns (--positive-from 1) or a "
                                   "scale from -{:g} to {:g} (--positive-from {:g})",
                                   format_count(below), *half, *half, liked_from));
}

ValueScale scale_of(const ValueBag& values, ValueMeaning meaning) {
  if (meaning == ValueMeaning::count) return counts_scale(values, "by the name of the column");
  if (values.counts().size() == 1) return constant_scale(values);
  if (const auto mark = mark_of_nothing(values)) {
    return unclear_scale(values,
                         fmt::format("and {} of them {:g}, far from all others: a mark for \"no "
                                     "rating\"? Take these rows out of the file first; "
                                     "otherwise",
                                     format_count(values.counts().at(*mark)), *mark));
  }
  const bool upward = values.is_stray([](float value) { return value < 0.0F; });
  return upward ? upward_scale(values, meaning) : signed_scale(values, meaning);
}

}  // namespace

ValueCounts::ValueCounts() : slots_(1024) {}

void ValueCounts::add(std::span<const float> values) {
  for (const float given : values) insert(rounded_ ? rounded_to_three_digits(given) : given, 1);
}

void ValueCounts::insert(float value, std::size_t count) {
  value += 0.0F;  // One zero.
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = (std::bit_cast<std::uint32_t>(value) * 0x9E3779B97F4A7C15ULL >> 32U) & mask;
  while (slots_[slot].count != 0 && slots_[slot].value != value) slot = (slot + 1) & mask;
  if (slots_[slot].count == 0) {
    slots_[slot].value = value;
    ++used_;
  }
  slots_[slot].count += count;
  if (2 * used_ > slots_.size()) grow();
}

void ValueCounts::grow() {
  const bool round = !rounded_ && used_ > kExactMax;
  rounded_ = rounded_ || round;
  std::vector<Slot> old(round ? slots_.size() : 2 * slots_.size());
  std::swap(old, slots_);
  used_ = 0;
  for (const Slot& slot : old) {
    if (slot.count == 0) continue;
    insert(round ? rounded_to_three_digits(slot.value) : slot.value, slot.count);
  }
}

std::map<float, std::size_t> ValueCounts::counts() const {
  std::map<float, std::size_t> out;
  for (const Slot& slot : slots_) {
    if (slot.count != 0) out[slot.value] += slot.count;
  }
  return out;
}

ValueScale recognize_scale(const std::map<float, std::size_t>& counts, ValueMeaning meaning) {
  ValueScale scale;
  if (!counts.empty()) scale = scale_of(ValueBag(counts), meaning);
  scale.meaning = meaning;
  return scale;
}

}  // namespace kindred::data
