#include "kindred/features/table_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/data/vocabulary.h"
#include "kindred/features/moments.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/quantiles.h"

namespace kindred::features {
namespace {

constexpr std::size_t kFrequentCount = 3;

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
    if (moments_.count > 0) {
      facts_.minimum = moments_.minimum;
      facts_.maximum = moments_.maximum;
      facts_.mean = moments_.mean;
      facts_.stddev = moments_.stddev();
      facts_.median = quantiles_.boundaries(2).front();
    }
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
    const NumberReader numbers(tensor, facts_.name);
    for (std::size_t row = 0; row < tensor.row_count(); ++row) {
      bool is_missing = true;
      for (std::size_t i = tensor.row_begin(row); i < tensor.row_begin(row + 1); ++i) {
        const double value = numbers[i];
        if (std::isnan(value)) continue;
        is_missing = false;
        moments_.add(value);
        quantiles_.add(value);
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{}", value);
        count(text_);
      }
      if (is_missing) ++facts_.missing_count;
    }
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
};

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
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& name = columns[i]->name;
      if (name == schema.label) {
        observers[i].observe(*block.label);
      } else if (name == schema.weight) {
        observers[i].observe(*block.weight);
      } else {
        observers[i].observe(block.at(name));
      }
    }
  }
  for (ColumnObserver& observer : observers) facts.columns.push_back(observer.finish());
  return facts;
}

}  // namespace kindred::features
