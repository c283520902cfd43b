#include "kindred/features/adapt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/data/vocabulary.h"
#include "kindred/features/moments.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/quantiles.h"

namespace kindred::features {
namespace {

[[noreturn]] void refuse_key(const std::string& key, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("column '{}': {}", printable(key), problem));
}

bool is_unlearned(const Normalizer& normalizer) {
  if (const auto* zscore = std::get_if<ZScore>(&normalizer)) return zscore->mean.empty();
  if (const auto* minmax = std::get_if<MinMax>(&normalizer)) return minmax->minimum.empty();
  return false;
}

// Calls visit(element, value) for the numbers of a tensor that are not missing.
template <typename Visit>
void for_each_number(const NumericColumn& column, const data::Tensor& tensor, bool is_sequence,
                     const Visit& visit) {
  const NumberReader numbers(tensor, column.key);
  const std::size_t width = column.width();
  for (std::size_t row = 0; row < tensor.row_count(); ++row) {
    std::size_t begin = tensor.row_begin(row);
    std::size_t end = tensor.row_begin(row + 1);
    if (!is_sequence) {
      const std::optional<std::size_t> elements = elements_begin(column, tensor, row);
      begin = elements.value_or(begin);
      end = elements ? begin + width : begin;
    }
    for (std::size_t i = begin; i < end; ++i) {
      const double value = numbers[i];
      if (!std::isnan(value))
        visit((i - begin) % width, normalize(column, (i - begin) % width, value));
    }
  }
}

class NumberLearner {
 public:
  NumberLearner(NumericColumn recipe, bool is_sequence)
      : recipe_(std::move(recipe)), is_sequence_(is_sequence), moments_(recipe_.width()) {
    const auto first = std::ranges::find_if(recipe_.normalizers, is_unlearned);
    place_ = static_cast<std::size_t>(first - recipe_.normalizers.begin());
    before_ = recipe_;
    before_.normalizers.resize(place_);
    if (std::any_of(first + 1, recipe_.normalizers.end(), is_unlearned)) {
      refuse_key(recipe_.key, "two normalizers are still to be learned; one pass can learn one");
    }
  }
  const NumericColumn& recipe() const noexcept { return recipe_; }
  bool is_empty() const {
    return std::ranges::any_of(moments_, [](const Moments& one) { return one.count == 0; });
  }

  void learn(const data::Batch& rows) {
    for_each_number(before_, rows.at(recipe_.key), is_sequence_,
                    [&](std::size_t element, double value) { moments_[element].add(value); });
  }

  NumericColumn learned(std::vector<std::string>& warnings) const {
    ZScore zscore;
    MinMax range;
    for (const Moments& moments : moments_) {
      if (moments.count == 0)
        refuse_key(recipe_.key, "all values are missing; nothing can be learned");
      zscore.mean.push_back(moments.mean);
      zscore.stddev.push_back(moments.stddev());
      range.minimum.push_back(moments.minimum);
      range.maximum.push_back(moments.maximum);
      if (moments.minimum == moments.maximum) {
        warnings.push_back(
            fmt::format("column '{}' is {} in all training rows; it becomes 0 and "
                        "can teach nothing",
                        printable(recipe_.key), moments.minimum));
      }
    }
    NumericColumn column = recipe_;
    Normalizer& normalizer = column.normalizers[place_];
    if (std::holds_alternative<ZScore>(normalizer)) {
      normalizer = std::move(zscore);
    } else {
      normalizer = std::move(range);
    }
    return column;
  }

 private:
  NumericColumn recipe_;
  NumericColumn before_;  // With the normalizers before the one that learns.
  bool is_sequence_;
  std::size_t place_ = 0;
  std::vector<Moments> moments_;
};

class BoundaryLearner {
 public:
  explicit BoundaryLearner(BucketizedColumn recipe) : recipe_(std::move(recipe)) {
    if (std::ranges::any_of(recipe_.source.normalizers, is_unlearned)) {
      refuse_key(recipe_.source.key,
                 "quantiles of numbers whose normalizer is still to be learned; "
                 "bucketize the raw numbers, the buckets are the same");
    }
  }
  const BucketizedColumn& recipe() const noexcept { return recipe_; }
  bool is_empty() const { return summary_.count() == 0; }

  void learn(const data::Batch& rows) {
    for_each_number(recipe_.source, rows.at(recipe_.source.key), false,
                    [&](std::size_t, double value) { summary_.add(value); });
  }

  BucketizedColumn learned(std::vector<std::string>& warnings) const {
    const std::string& key = recipe_.source.key;
    if (summary_.count() == 0) refuse_key(key, "all values are missing; nothing can be learned");
    BucketizedColumn column = recipe_;
    // No more buckets than values: between two values that were seen nothing can be told.
    const std::size_t bucket_count = std::min<std::uint64_t>(
        recipe_.quantile_count, std::max<std::uint64_t>(2, summary_.count()));
    for (const double boundary : summary_.boundaries(bucket_count)) {
      const auto number = static_cast<float>(boundary);
      if (column.boundaries.empty() || number > column.boundaries.back()) {
        column.boundaries.push_back(number);
      }
    }
    if (column.boundaries.size() + 1 < recipe_.quantile_count) {
      warnings.push_back(
          fmt::format("column '{}' has {} buckets instead of {}, because many of "
                      "its values are equal or because there are few",
                      printable(key), column.boundaries.size() + 1, recipe_.quantile_count));
    }
    return column;
  }

 private:
  BucketizedColumn recipe_;
  QuantileSummary summary_;
};

class WordLearner {
 public:
  explicit WordLearner(VocabularyColumn recipe) : recipe_(std::move(recipe)) {}
  const VocabularyColumn& recipe() const noexcept { return recipe_; }
  bool is_empty() const { return uses_.empty(); }

  void learn(const data::Batch& rows) {
    const data::Tensor& tensor = rows.at(recipe_.key);
    if (recipe_.value_type && tensor.type() != *recipe_.value_type) {
      refuse_key(recipe_.key,
                 fmt::format("needs values of type {}, but the feature holds {}",
                             data::name_of(*recipe_.value_type), data::name_of(tensor.type())));
    }
    if (tensor.is_text()) {
      const data::TextList& texts = tensor.texts();
      for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!texts[i].empty()) count(texts[i]);
      }
    } else if (tensor.type() == data::ElementType::int64) {
      for (const std::int64_t number : tensor.integers()) {
        if (number != -1 || tensor.is_ragged()) count(std::to_string(number));
      }
    } else {
      refuse_key(recipe_.key,
                 fmt::format("words are text or whole numbers, but the feature holds {}",
                             data::name_of(tensor.type())));
    }
  }

  VocabularyColumn learned(std::vector<std::string>& warnings) const {
    std::vector<std::size_t> order(words_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.empty()) refuse_key(recipe_.key, "no words to learn in the training rows");
    const auto is_rare = [&](std::size_t word) { return uses_[word] < recipe_.word_uses_min; };
    if (std::ranges::all_of(order, is_rare)) {
      warnings.push_back(
          fmt::format("column '{}': none of its {} words comes {} times in the training rows; all "
                      "of them are learned",
                      printable(recipe_.key), order.size(), recipe_.word_uses_min));
    } else {
      std::erase_if(order, is_rare);
    }
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      if (uses_[a] != uses_[b]) return uses_[a] > uses_[b];
      return words_.label(a) < words_.label(b);
    });
    if (order.size() > recipe_.word_count_max) {
      warnings.push_back(fmt::format("column '{}' keeps the {} most frequent of {} words",
                                     printable(recipe_.key), recipe_.word_count_max, order.size()));
      order.resize(recipe_.word_count_max);
    }
    VocabularyColumn column = recipe_;
    for (const std::size_t word : order) {
      column.words.push_back(words_.label(word));
      column.uses.push_back(uses_[word]);
    }
    return column;
  }

 private:
  void count(std::string_view word) {
    const std::uint32_t row = words_.insert(word);
    if (row == uses_.size()) uses_.push_back(0);
    ++uses_[row];
  }

  VocabularyColumn recipe_;
  data::Vocabulary words_;
  std::vector<std::uint64_t> uses_;
};

// The learners of all columns; what several columns name is learned once.
class Learners {
 public:
  void add(const Column& column) {
    std::visit(Overloaded{[&](const NumericColumn& kind) { add(kind, false); },
                          [&](const SequenceNumericColumn& kind) { add(kind.numeric, true); },
                          [&](const CategoricalColumn& kind) { add(kind); },
                          [&](const auto& kind) { add(kind.categorical); }},
               column);
  }

  void learn(const data::Batch& rows) {
    for (NumberLearner& learner : numbers_) learner.learn(rows);
    for (BoundaryLearner& learner : boundaries_) learner.learn(rows);
    for (WordLearner& learner : words_) learner.learn(rows);
  }

  // Whether a column finds nothing to learn.
  bool finds_nothing(const Column& column) const {
    return std::visit(
        Overloaded{[&](const NumericColumn& kind) { return finds_nothing(kind); },
                   [&](const SequenceNumericColumn& kind) { return finds_nothing(kind.numeric); },
                   [&](const CategoricalColumn& kind) { return finds_nothing(kind); },
                   [&](const auto& kind) { return finds_nothing(kind.categorical); }},
        column);
  }

  // Gathers what was learned, with its warnings, once; of learners that found something, or, with
  // `passes_over_empty` false, of all: then those that found nothing are an error.
  void finish(bool passes_over_empty, std::vector<std::string>& warnings) {
    const auto gather = [&](const auto& learners, auto& learned) {
      for (const auto& learner : learners) {
        const bool skips = passes_over_empty && learner.is_empty();
        learned.push_back(skips ? learner.recipe() : learner.learned(warnings));
      }
    };
    gather(numbers_, learned_numbers_);
    gather(boundaries_, learned_boundaries_);
    gather(words_, learned_words_);
  }

  void replace(Column& column) const {
    std::visit(Overloaded{[&](NumericColumn& kind) { replace(kind); },
                          [&](SequenceNumericColumn& kind) { replace(kind.numeric); },
                          [&](CategoricalColumn& kind) { replace(kind); },
                          [&](auto& kind) { replace(kind.categorical); }},
               column);
  }

 private:
  static const std::string& key_of(const NumericColumn& recipe) { return recipe.key; }
  static const std::string& key_of(const BucketizedColumn& recipe) { return recipe.source.key; }
  static const std::string& key_of(const VocabularyColumn& recipe) { return recipe.key; }

  // The learner of a recipe, among those of its field: tables may have any number of fields.
  template <typename Learner>
  std::size_t find(const std::vector<Learner>& learners, const auto& recipe) const {
    const auto places = places_.find(key_of(recipe));
    if (places == places_.end()) return learners.size();
    for (const auto& [list, place] : places->second) {
      if (list == &learners && learners[place].recipe() == recipe) return place;
    }
    return learners.size();
  }
  template <typename Learner>
  void note_place(const std::vector<Learner>& learners) {
    places_[key_of(learners.back().recipe())].emplace_back(&learners, learners.size() - 1);
  }

  template <typename Learner>
  bool is_empty_in(const std::vector<Learner>& learners, const auto& recipe) const {
    const std::size_t place = find(learners, recipe);
    return place < learners.size() && learners[place].is_empty();
  }
  bool finds_nothing(const NumericColumn& column) const { return is_empty_in(numbers_, column); }
  bool finds_nothing(const CategoricalColumn& column) const {
    if (const auto* buckets = std::get_if<BucketizedColumn>(&column.kind)) {
      return finds_nothing(buckets->source) || is_empty_in(boundaries_, *buckets);
    }
    if (const auto* words = std::get_if<VocabularyColumn>(&column.kind)) {
      return is_empty_in(words_, *words);
    }
    const auto* cross = std::get_if<CrossedColumn>(&column.kind);
    return cross != nullptr &&
           std::ranges::any_of(cross->keys, [&](const auto& key) { return finds_nothing(key); });
  }

  void add(const NumericColumn& column, bool is_sequence) {
    if (std::ranges::none_of(column.normalizers, is_unlearned)) return;
    if (find(numbers_, column) < numbers_.size()) return;
    numbers_.emplace_back(column, is_sequence);
    note_place(numbers_);
  }
  void add(const CategoricalColumn& column) {
    if (const auto* buckets = std::get_if<BucketizedColumn>(&column.kind)) {
      add(buckets->source, false);
      const bool is_new = find(boundaries_, *buckets) == boundaries_.size();
      if (!buckets->boundaries.empty() || !is_new) return;
      boundaries_.emplace_back(*buckets);
      note_place(boundaries_);
    } else if (const auto* words = std::get_if<VocabularyColumn>(&column.kind)) {
      const bool is_new = find(words_, *words) == words_.size();
      if (!words->words.empty() || !is_new) return;
      words_.emplace_back(*words);
      note_place(words_);
    } else if (const auto* cross = std::get_if<CrossedColumn>(&column.kind)) {
      for (const CategoricalColumn& key : cross->keys) add(key);
    }
  }

  void replace(NumericColumn& column) const {
    const std::size_t place = find(numbers_, column);
    if (place < numbers_.size()) column = learned_numbers_[place];
  }
  void replace(CategoricalColumn& column) const {
    if (auto* buckets = std::get_if<BucketizedColumn>(&column.kind)) {
      const std::size_t place = find(boundaries_, *buckets);
      if (place < boundaries_.size()) *buckets = learned_boundaries_[place];
      replace(buckets->source);
    } else if (auto* words = std::get_if<VocabularyColumn>(&column.kind)) {
      const std::size_t place = find(words_, *words);
      if (place < words_.size()) *words = learned_words_[place];
    } else if (auto* cross = std::get_if<CrossedColumn>(&column.kind)) {
      for (CategoricalColumn& key : cross->keys) replace(key);
    }
  }

  std::vector<NumberLearner> numbers_;
  std::vector<BoundaryLearner> boundaries_;
  std::vector<WordLearner> words_;
  std::unordered_map<std::string, std::vector<std::pair<const void*, std::size_t>>> places_;
  std::vector<NumericColumn> learned_numbers_;  // In the order of their learners,
  std::vector<BucketizedColumn> learned_boundaries_;
  std::vector<VocabularyColumn> learned_words_;
};

}  // namespace

Adapted adapt(std::vector<Column> recipes, const data::Dataset& rows, const AdaptOptions& options) {
  if (rows.cardinality() == data::kInfiniteCardinality) {
    throw Error(ErrorCode::invalid_argument, "columns cannot adapt to rows that never end");
  }
  Learners learners;
  for (const Column& recipe : recipes) {
    check_column(recipe);
    learners.add(recipe);
  }
  Adapted adapted{.columns = std::move(recipes), .row_count = 0, .warnings = {}};
  data::DatasetIterator iterator = rows.start();
  for (data::Batch block; iterator.next(block);) {
    throw_if_interrupted();
    learners.learn(block);
    adapted.row_count += block.row_count;
  }
  if (adapted.row_count == 0) {
    throw Error(ErrorCode::invalid_argument, "there are no rows to adapt to");
  }
  if (options.leaves_out_empty) {
    std::erase_if(adapted.columns, [&](const Column& column) {
      if (!learners.finds_nothing(column)) return false;
      adapted.warnings.push_back(
          fmt::format("column '{}' is left out: all its values are missing in the training rows",
                      printable(name_of(column))));
      return true;
    });
  }
  learners.finish(options.leaves_out_empty, adapted.warnings);
  for (Column& column : adapted.columns) learners.replace(column);
  return adapted;
}

}  // namespace kindred::features
