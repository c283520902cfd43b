#include "kindred/features/table_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kindred/data/number_text.h"
#include "kindred/data/vocabulary.h"
#include "kindred/features/moments.h"
#include "kindred/features/quantiles.h"

namespace kindred::features {
namespace {

constexpr std::size_t kFrequentCount = 3;

// Numbers in order, each with how often it is there.
class SortedNumbers {
 public:
  // Requires: ascending, not empty; counts above 0.
  explicit SortedNumbers(std::vector<std::pair<double, std::uint64_t>> numbers)
      : numbers_(std::move(numbers)) {
    for (const auto& [value, count] : numbers_) up_to_.push_back(this->count() + count);
  }

  std::uint64_t count() const { return up_to_.empty() ? 0 : up_to_.back(); }

  // The number of a rank, from 0. Requires: rank < count().
  double at(std::uint64_t rank) const {
    const auto found = std::ranges::upper_bound(up_to_, rank);
    return numbers_[static_cast<std::size_t>(found - up_to_.begin())].first;
  }

  // The least and the largest, but for the few that lie far from all others.
  std::pair<double, double> without_outliers() const {
    const std::pair all(numbers_.front().first, numbers_.back().first);
    const double low = at((count() - 1) / 4);
    const double high = at(count() - 1 - (count() - 1) / 4);
    const double reach = kFarAway * (high - low);
    if (!(reach > 0.0)) return all;
    std::pair inside(high, low);
    std::uint64_t outside = 0;
    for (const auto& [value, count] : numbers_) {
      if (value < low - reach || value > high + reach) {
        outside += count;
      } else {
        inside = {std::min(inside.first, value), std::max(inside.second, value)};
      }
    }
    return outside <= std::max(kFewOutliers, count() / 200) ? inside : all;
  }

 private:
  static constexpr double kFarAway = 15.0;  // Times the distance of the quartiles.
  static constexpr std::uint64_t kFewOutliers = 3;

  std::vector<std::pair<double, std::uint64_t>> numbers_;
  std::vector<std::uint64_t> up_to_;
};

class ColumnObserver {
 public:
  explicit ColumnObserver(const data::CsvColumn& column) {
    facts_.name = column.name;
    facts_.type = column.type;
  }

  void observe(const data::Tensor& tensor) {
    facts_.row_count += tensor.row_count();
    if (tensor.is_text()) {
      observe_texts(tensor);
    } else {
      observe_numbers(tensor);
    }
  }

  ColumnFacts finish() {
    facts_.distinct_count = values_.size();
    double total = 0.0;
    for (const std::uint64_t count : counts_) total += static_cast<double>(count);
    double entropy = 0.0;
    for (const std::uint64_t count : counts_) {
      const double share = static_cast<double>(count) / total;
      entropy -= share * std::log(share);
    }
    facts_.effective_count = counts_.empty() ? 0.0 : std::exp(entropy);
    choose_frequent();
    for (const std::uint64_t count : counts_) facts_.repeated_count += count > 1 ? 1U : 0U;
    if (moments_.count > 0) finish_numbers();
    return std::move(facts_);
  }

 private:
  void observe_texts(const data::Tensor& tensor) {
    const data::TextList& texts = tensor.texts();
    for (std::size_t row = 0; row < tensor.row_count(); ++row) {
      bool is_missing = true;
      for (std::size_t i = tensor.row_begin(row); i < tensor.row_begin(row + 1); ++i) {
        if (texts[i].empty()) continue;
        is_missing = false;
        count(texts[i]);
      }
      if (is_missing) ++facts_.missing_count;
    }
  }

  void observe_numbers(const data::Tensor& tensor) {
    for (std::size_t row = 0; row < tensor.row_count(); ++row) {
      bool is_missing = true;
      for (std::size_t i = tensor.row_begin(row); i < tensor.row_begin(row + 1); ++i) {
        is_missing = !observe_number(tensor, i) && is_missing;
      }
      if (is_missing) ++facts_.missing_count;
    }
  }

  // False where there is none. A float is the decimal that it prints as, which is what was read.
  bool observe_number(const data::Tensor& tensor, std::size_t i) {
    text_.clear();
    double value = 0.0;
    switch (tensor.type()) {
      case data::ElementType::int64: {
        const std::int64_t whole = tensor.integers()[i];
        is_whole_ = true;
        facts_.whole_minimum = moments_.count == 0 ? whole : std::min(facts_.whole_minimum, whole);
        facts_.whole_maximum = moments_.count == 0 ? whole : std::max(facts_.whole_maximum, whole);
        ascends_ = ascends_ && (moments_.count == 0 || whole > last_);
        last_ = whole;
        fmt::format_to(std::back_inserter(text_), "{}", whole);
        value = static_cast<double>(whole);
        break;
      }
      case data::ElementType::float32: {
        const float number = tensor.floats()[i];
        if (std::isnan(number)) return false;
        fmt::format_to(std::back_inserter(text_), "{}", number);
        if (data::parse_number(text_, value) != data::NumberFault::none) {
          value = static_cast<double>(number);
        }
        break;
      }
      default: {
        value = tensor.doubles()[i];
        if (std::isnan(value)) return false;
        fmt::format_to(std::back_inserter(text_), "{}", value);
      }
    }
    moments_.add(value);
    quantiles_.add(value);
    count(text_);
    return true;
  }

  void finish_numbers() {
    facts_.minimum = moments_.minimum;
    facts_.maximum = moments_.maximum;
    facts_.mean = moments_.mean;
    facts_.stddev = moments_.stddev();
    facts_.ascends = is_whole_ && ascends_ && moments_.count > 1;
    if (facts_.has_more_distinct) {
      facts_.median = quantiles_.value_at(0.5);
      facts_.low = quantiles_.value_at(0.001);
      facts_.high = quantiles_.value_at(0.999);
      return;
    }
    const SortedNumbers numbers = sorted_numbers();
    const std::uint64_t last = numbers.count() - 1;
    const double left = numbers.at(last / 2);
    facts_.median = left + (numbers.at(last - last / 2) - left) / 2.0;
    const auto tail = static_cast<std::uint64_t>(static_cast<double>(last) / 1000.0);
    const auto [low, high] = numbers.without_outliers();
    facts_.low = std::max(numbers.at(tail), low);
    facts_.high = std::min(numbers.at(last - tail), high);
  }

  SortedNumbers sorted_numbers() const {
    std::vector<std::pair<double, std::uint64_t>> sorted;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      double value = 0.0;
      data::parse_number(values_.label(i), value);
      sorted.emplace_back(value, counts_[i]);
    }
    std::ranges::sort(sorted);
    return SortedNumbers(std::move(sorted));
  }

  void count(std::string_view value) {
    if (values_.size() >= kDistinctMax) {
      const auto known = values_.find(value);
      if (!known) {
        facts_.has_more_distinct = true;
        return;
      }
      ++counts_[*known];
      return;
    }
    const std::uint32_t row = values_.insert(value);
    if (row == counts_.size()) counts_.push_back(0);
    ++counts_[row];
  }

  void choose_frequent() {
    std::vector<std::size_t> order(counts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t kept = std::min(kFrequentCount, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      [&](std::size_t a, std::size_t b) {
                        if (counts_[a] != counts_[b]) return counts_[a] > counts_[b];
                        return values_.label(a) < values_.label(b);
                      });
    for (std::size_t i = 0; i < kept; ++i) {
      facts_.frequent.push_back({std::string(values_.label(order[i])), counts_[order[i]]});
    }
  }

  ColumnFacts facts_;
  data::Vocabulary values_;
  std::vector<std::uint64_t> counts_;
  Moments moments_;
  QuantileSummary quantiles_;
  std::string text_;
  bool is_whole_ = false;
  std::int64_t last_ = 0;  // Whole number.
  bool ascends_ = true;
};

// The feature of a name, which is asked for in the order of the features: tables may have any
// number of them.
const data::Tensor& next_feature(const data::Batch& rows, const std::string& name,
                                 std::size_t& hint) {
  while (hint < rows.features.size() && rows.features[hint].name != name) ++hint;
  if (hint < rows.features.size()) return rows.features[hint++].tensor;
  return rows.at(name);  // Says that it is not there.
}

}  // namespace

TableFacts gather_facts(const data::CsvSchema& schema, const data::Dataset& rows) {
  std::vector<ColumnObserver> observers;
  std::vector<const data::CsvColumn*> columns;
  for (const data::CsvColumn& column : schema.columns) {
    if (!column.used) continue;
    columns.push_back(&column);
    observers.emplace_back(column);
  }
  TableFacts facts;
  facts.label = schema.label;
  data::DatasetIterator iterator = rows.start();
  for (data::Batch block; iterator.next(block);) {
    facts.row_count += block.row_count;
    std::size_t hint = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& name = columns[i]->name;
      if (name == schema.label) {
        observers[i].observe(*block.label);
      } else if (name == schema.weight) {
        observers[i].observe(*block.weight);
      } else {
        observers[i].observe(next_feature(block, name, hint));
      }
    }
  }
  for (ColumnObserver& observer : observers) facts.columns.push_back(observer.finish());
  return facts;
}

}  // namespace kindred::features
