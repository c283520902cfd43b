#include "kindred/features/id_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/features/numeric_encoding.h"

namespace kindred::features {
namespace {

[[noreturn]] void refuse_id(const CategoricalColumn& column, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("column '{}': {}", printable(name_of(column)), problem));
}

// What stands for "no value" in a dense tensor.
bool is_missing(std::string_view text) noexcept { return text.empty(); }
bool is_missing(std::int64_t number) noexcept { return number == -1; }

// Decimal text without an allocation.
struct NumberText {
  explicit NumberText(std::int64_t number) {
    end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  }
  std::string_view view() const {
    return {digits.data(), static_cast<std::size_t>(end - digits.data())};
  }
  std::array<char, 20> digits;
  char* end;
};

std::uint64_t hash(const std::optional<SipKey>& salt, std::string_view text) {
  return salt ? sip_hash(*salt, text) : fingerprint64(text);
}
std::uint64_t hash(const std::optional<SipKey>& salt, std::int64_t number) {
  return hash(salt, NumberText(number).view());
}

// What a raw value is to a cross: a text by its fingerprint, a number by itself.
std::int64_t raw_id(std::string_view text) {
  return static_cast<std::int64_t>(fingerprint64(text));
}
std::int64_t raw_id(std::int64_t number) { return number; }

bool is_mask(const HashedColumn& kind, std::string_view text) { return text == *kind.mask_value; }
bool is_mask(const HashedColumn& kind, std::int64_t number) {
  return NumberText(number).view() == *kind.mask_value;
}

template <typename Value>
std::int64_t hashed_id(const HashedColumn& kind, Value value) {
  const auto count = static_cast<std::uint64_t>(kind.bucket_count);
  if (!kind.mask_value || count == 1) {
    return static_cast<std::int64_t>(hash(kind.salt, value) % count);
  }
  if (is_mask(kind, value)) return 0;
  return static_cast<std::int64_t>(1 + hash(kind.salt, value) % (count - 1));
}

std::int64_t identity_id(const IdentityColumn& kind, std::int64_t value) {
  if (value >= 0 && value < kind.bucket_count) return value;
  return kind.default_id.value_or(value);
}

// The ids of all values that are not missing, by `id_of`.
template <typename Values, typename IdOf>
void fill_bag(const data::Tensor& tensor, const Values& values, bool keep_all, const IdOf& id_of,
              IdBag& bag) {
  const std::size_t row_count = tensor.row_count();
  bag.row_offsets.resize(row_count + 1);
  bag.row_offsets[0] = 0;
  bag.ids.resize(values.size());
  const bool drops = !tensor.is_ragged() && !keep_all;
  std::size_t kept = 0;
  std::size_t value = 0;
  const std::size_t width = tensor.row_width();
  for (std::size_t row = 0; row < row_count; ++row) {
    const std::size_t end = tensor.is_ragged() ? tensor.row_offsets[row + 1] : value + width;
    for (; value < end; ++value) {
      if (drops && is_missing(values[value])) continue;
      bag.ids[kept++] = id_of(values[value]);
    }
    bag.row_offsets[row + 1] = kept;
  }
  bag.ids.resize(kept);
}

// Whether value `index` of the feature has an id.
bool has_id(const CategoricalColumn& column, const data::Tensor& tensor, std::size_t index) {
  if (tensor.is_ragged() || keeps_all_values(column)) return true;
  return tensor.is_text() ? !is_missing(tensor.texts()[index])
                          : !is_missing(tensor.integers()[index]);
}

// The weights of the bag's ids: one for each value of the feature, or one for each of those
// that are not missing.
void encode_weights(const CategoricalColumn& column, const data::Tensor& values,
                    const data::Tensor& weights, IdBag& bag) {
  const NumberReader numbers(weights, column.weight_key);
  bag.weights.resize(bag.ids.size());
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    const std::size_t id_begin = bag.row_offsets[row];
    const std::size_t id_count = bag.row_offsets[row + 1] - id_begin;
    const std::size_t weight_begin = weights.row_begin(row);
    const std::size_t weight_count = weights.row_begin(row + 1) - weight_begin;
    const std::size_t value_begin = values.row_begin(row);
    const std::size_t value_count = values.row_begin(row + 1) - value_begin;
    if (weight_count != value_count && weight_count != id_count) {
      refuse_id(column,
                fmt::format("row {}: {} weights for {} values", row, weight_count, value_count));
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < weight_count; ++i) {
      if (weight_count == value_count && !has_id(column, values, value_begin + i)) continue;
      const auto weight = static_cast<float>(numbers[weight_begin + i]);
      if (!std::isfinite(weight)) {
        refuse_id(column, fmt::format("row {}: the weight {} is not a finite number", row, weight));
      }
      bag.weights[id_begin + kept++] = weight;
    }
  }
}

const std::string& key_of(const CategoricalColumn& column) {
  static const std::string kNone;
  return std::visit(
      Overloaded{[](const BucketizedColumn& kind) -> const std::string& { return kind.source.key; },
                 [](const CrossedColumn&) -> const std::string& { return kNone; },
                 [](const auto& kind) -> const std::string& { return kind.key; }},
      column.kind);
}

void check_type(const CategoricalColumn& column, const data::Tensor& tensor) {
  const auto wanted =
      std::visit(Overloaded{[](const VocabularyColumn& kind) { return kind.value_type; },
                            [](const HashedColumn& kind) { return kind.value_type; },
                            [](const IdentityColumn&) {
                              return std::optional<data::ElementType>(data::ElementType::int64);
                            },
                            [](const auto&) { return std::optional<data::ElementType>(); }},
                 column.kind);
  if (wanted && tensor.type() != *wanted) {
    refuse_id(column, fmt::format("needs values of type {}, but the feature holds {}",
                                  data::name_of(*wanted), data::name_of(tensor.type())));
  }
  if (tensor.type() == data::ElementType::int64 || tensor.is_text()) return;
  refuse_id(column, fmt::format("categories are text or whole numbers, but the feature holds {}; "
                                "bucketize it, or read it as int64 or text",
                                data::name_of(tensor.type())));
}

}  // namespace

bool keeps_all_values(const CategoricalColumn& column) noexcept {
  const auto* hashed = std::get_if<HashedColumn>(&column.kind);
  return std::holds_alternative<RawKey>(column.kind) || (hashed != nullptr && hashed->mask_value);
}

IdEncoder::IdEncoder(CategoricalColumn column) : column_(std::move(column)) {
  const auto* kind = std::get_if<VocabularyColumn>(&column_.kind);
  if (kind == nullptr) return;
  for (std::size_t i = 0; i < kind->words.size(); ++i) {
    const std::string_view word = kind->words[i];
    words_.insert(word);
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool whole = error == std::errc() && stop == word.data() + word.size();
    // "007" is a word; only "7" is the number.
    if (whole && NumberText(number).view() == word) {
      numbers_.emplace(number, static_cast<std::int64_t>(i));
    }
  }
}

std::int64_t IdEncoder::id_of_unlisted(const VocabularyColumn& kind,
                                       std::uint64_t fingerprint) const {
  if (kind.oov_bucket_count == 0) return kind.default_id;
  return static_cast<std::int64_t>(kind.words.size() + fingerprint % kind.oov_bucket_count);
}

std::int64_t IdEncoder::id_of(const VocabularyColumn& kind, std::string_view word) const {
  if (const auto found = words_.find(word)) return *found;
  return id_of_unlisted(kind, kind.oov_bucket_count == 0 ? 0 : fingerprint64(word));
}

std::int64_t IdEncoder::id_of(const VocabularyColumn& kind, std::int64_t number) const {
  if (const auto found = numbers_.find(number); found != numbers_.end()) return found->second;
  return id_of_unlisted(kind, kind.oov_bucket_count == 0 ? 0 : fingerprint64(number));
}

void IdEncoder::encode(const data::Batch& batch, IdBag& bag) const {
  const data::Tensor& tensor = batch.at(key_of(column_));
  bag.weights.clear();
  if (const auto* buckets = std::get_if<BucketizedColumn>(&column_.kind)) {
    encode_buckets(*buckets, tensor, bag);
  } else {
    check_type(column_, tensor);
    encode_values(tensor, bag);
  }
  if (!column_.weight_key.empty()) {
    encode_weights(column_, tensor, batch.at(column_.weight_key), bag);
  }
}

void IdEncoder::encode_values(const data::Tensor& tensor, IdBag& bag) const {
  const auto fill = [&](const auto& values) {
    const bool keep_all = keeps_all_values(column_);
    std::visit(
        Overloaded{
            [&](const VocabularyColumn& kind) {
              fill_bag(
                  tensor, values, keep_all, [&](auto value) { return id_of(kind, value); }, bag);
            },
            [&](const HashedColumn& kind) {
              fill_bag(
                  tensor, values, keep_all, [&](auto value) { return hashed_id(kind, value); },
                  bag);
            },
            [&](const IdentityColumn& kind) {
              if constexpr (!std::is_same_v<std::decay_t<decltype(values)>, data::TextList>) {
                fill_bag(
                    tensor, values, keep_all,
                    [&](std::int64_t value) { return identity_id(kind, value); }, bag);
              }
            },
            [&](const RawKey&) {
              fill_bag(
                  tensor, values, keep_all, [](auto value) { return raw_id(value); }, bag);
            },
            [](const auto&) {}},
        column_.kind);
  };
  if (tensor.is_text()) {
    fill(tensor.texts());
  } else {
    fill(std::get<std::vector<std::int64_t>>(tensor.values));
  }
}

void IdEncoder::encode_buckets(const BucketizedColumn& kind, const data::Tensor& tensor,
                               IdBag& bag) const {
  const std::size_t row_count = tensor.row_count();
  const std::size_t width = kind.source.width();
  const std::size_t buckets = kind.boundaries.size() + 1;
  const NumberReader numbers(tensor, kind.source.key);
  bag.ids.clear();
  bag.row_offsets.assign(1, 0);
  for (std::size_t row = 0; row < row_count; ++row) {
    const std::optional<std::size_t> begin = elements_begin(kind.source, tensor, row);
    for (std::size_t i = 0; i < width; ++i) {
      double value = begin ? numbers[*begin + i] : std::nan("");
      if (std::isnan(value)) {
        const auto& defaults = kind.source.default_value;
        if (defaults.empty()) continue;  // A missing value is in no bucket.
        value = defaults.size() == 1 ? defaults.front() : defaults[i];
      }
      const auto number = static_cast<float>(normalize(kind.source, i, value));
      bag.ids.push_back(
          static_cast<std::int64_t>(i * buckets + bucket_of(kind.boundaries, number)));
    }
    bag.row_offsets.push_back(bag.ids.size());
  }
}

}  // namespace kindred::features
