// What can be wrong with a column, before any row is seen.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/features/column.h"

namespace kindred::features {
namespace {

// Numbers of a row that one column may hold: pictures, not tables.
constexpr std::uint64_t kElementsMax = std::uint64_t{1} << 24U;
// Beyond it buckets tell single values apart, and the summary of them does not.
constexpr std::size_t kQuantilesMax = std::size_t{1} << 16U;

[[noreturn]] void refuse_column(const std::string& column, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("column '{}': {}", printable(column), problem));
}

void check_statistics(const NumericColumn& column, const std::vector<double>& first,
                      const std::vector<double>& second, const char* what) {
  if (first.size() != second.size() ||
      !(first.empty() || first.size() == 1 || first.size() == column.width())) {
    refuse_column(column.key,
                  fmt::format("{} has {} and {} numbers; one is needed, or one for each of "
                              "{} elements",
                              what, first.size(), second.size(), column.width()));
  }
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (std::isfinite(first[i]) && std::isfinite(second[i])) continue;
    refuse_column(column.key, fmt::format("{} holds a number that is not finite", what));
  }
}

void check_normalizer(const NumericColumn& column, const Normalizer& normalizer) {
  std::visit(Overloaded{[&](const ZScore& z) {
                          check_statistics(column, z.mean, z.stddev, "the z-score");
                          for (const double stddev : z.stddev) {
                            if (stddev < 0.0)
                              refuse_column(column.key, "the standard deviation is below 0");
                          }
                        },
                        [&](const MinMax& m) {
                          check_statistics(column, m.minimum, m.maximum, "the min-max range");
                        },
                        [](const Log1p&) {},
                        [&](const Clip& clip) {
                          if (clip.low <= clip.high) return;
                          refuse_column(column.key,
                                        fmt::format("clips from {} to {}, which is no range",
                                                    clip.low, clip.high));
                        },
                        [&](const Affine& affine) {
                          if (std::isfinite(affine.scale) && std::isfinite(affine.offset)) return;
                          refuse_column(column.key, "scale and offset must be finite");
                        }},
             normalizer);
}

// The shape's axes may be anything, and so may their product.
void check_shape(const NumericColumn& column) {
  std::uint64_t width = 1;
  for (const std::size_t axis : column.shape) {
    if (axis == 0) refuse_column(column.key, "its shape has an axis of 0 elements");
    if (__builtin_mul_overflow(width, axis, &width) || width > kElementsMax) {
      refuse_column(column.key, fmt::format("its shape has more than {} elements",
                                            std::uint64_t{kElementsMax}));
    }
  }
}

void check(const NumericColumn& column) {
  if (column.key.empty()) refuse_column(column.key, "a column needs the name of a feature");
  check_shape(column);
  const std::size_t default_count = column.default_value.size();
  if (default_count > 1 && default_count != column.width()) {
    refuse_column(column.key,
                  fmt::format("{} default values for {} elements", default_count, column.width()));
  }
  for (const Normalizer& normalizer : column.normalizers) check_normalizer(column, normalizer);
}

void check_boundaries(const BucketizedColumn& kind) {
  const std::string& key = kind.source.key;
  if (kind.boundaries.empty() && kind.quantile_count < 2) {
    refuse_column(key, "needs boundaries, or the number of quantiles to learn (2 or more)");
  }
  if (kind.quantile_count > kQuantilesMax) {
    refuse_column(key, fmt::format("{} quantiles; up to {} can be learned", kind.quantile_count,
                                   std::size_t{kQuantilesMax}));
  }
  if (kind.quantile_count > 0 && kind.boundaries.size() >= kind.quantile_count) {
    refuse_column(key, fmt::format("{} boundaries make more buckets than its {} quantiles",
                                   kind.boundaries.size(), kind.quantile_count));
  }
  for (std::size_t i = 0; i < kind.boundaries.size(); ++i) {
    const float here = kind.boundaries[i];
    if (std::isnan(here)) refuse_column(key, fmt::format("boundary {} is not a number", i + 1));
    if (i > 0 && !(kind.boundaries[i - 1] < here)) {
      refuse_column(key, fmt::format("boundaries must ascend strictly, but {} comes before {}",
                                     kind.boundaries[i - 1], here));
    }
  }
}

void check_bucket_count(const std::string& name, std::int64_t count) {
  if (count < 1) refuse_column(name, fmt::format("{} buckets; at least one is needed", count));
}

// Decimal text of an int64 as std::to_string would write it.
bool is_whole_number(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return stop == end && error == std::errc() && text == std::to_string(value);
}

void check_words(const VocabularyColumn& kind) {
  std::unordered_set<std::string_view> seen;
  seen.reserve(kind.words.size());
  for (std::size_t i = 0; i < kind.words.size(); ++i) {
    if (!seen.insert(kind.words[i]).second) {
      refuse_column(kind.key, fmt::format("the word '{}' is twice in the vocabulary",
                                          printable(kind.words[i])));
    }
    if (kind.value_type == data::ElementType::int64 && !is_whole_number(kind.words[i])) {
      refuse_column(kind.key, fmt::format("the word '{}' of a vocabulary of whole numbers is none",
                                          printable(kind.words[i])));
    }
  }
}

void check_value_type(const std::string& key, const std::optional<data::ElementType>& type) {
  if (!type || *type == data::ElementType::text || *type == data::ElementType::int64) return;
  refuse_column(key, fmt::format("values of type {} cannot be categories; text and int64 can",
                                 data::name_of(*type)));
}

void check(const VocabularyColumn& kind) {
  check_value_type(kind.key, kind.value_type);
  check_words(kind);
  if (kind.oov_bucket_count > kSizeMax - std::min<std::size_t>(kSizeMax, kind.words.size())) {
    refuse_column(kind.key, fmt::format("{} oov_buckets beside {} words; {} ids are possible",
                                        kind.oov_bucket_count, kind.words.size(), kSizeMax));
  }
  if (!kind.uses.empty() && kind.uses.size() != kind.words.size()) {
    refuse_column(kind.key, fmt::format("uses of {} words, but there are {}", kind.uses.size(),
                                        kind.words.size()));
  }
  if (kind.oov_bucket_count > 0 && kind.default_id != -1) {
    refuse_column(kind.key, "has both buckets for unknown words and a default id; choose one");
  }
  const auto size = static_cast<std::int64_t>(kind.words.size());
  if (size > 0 && kind.default_id >= size) {
    refuse_column(kind.key,
                  fmt::format("the default id {} is not in [0, {})", kind.default_id, size));
  }
  if (kind.word_count_max == 0) refuse_column(kind.key, "keeps no words at all");
}

void check(const IdentityColumn& kind) {
  check_bucket_count(kind.key, kind.bucket_count);
  if (!kind.default_id || (*kind.default_id >= 0 && *kind.default_id < kind.bucket_count)) return;
  refuse_column(kind.key, fmt::format("the default id {} is not in [0, {})", *kind.default_id,
                                      kind.bucket_count));
}

void check(const CategoricalColumn& column, bool is_key);

void check(const CrossedColumn& kind) {
  const std::string name = name_of(CategoricalColumn{.kind = kind});
  if (kind.keys.size() < 2) {
    refuse_column(name, fmt::format("a cross needs two keys or more, not {}", kind.keys.size()));
  }
  check_bucket_count(name, kind.bucket_count);
  for (const CategoricalColumn& key : kind.keys) {
    if (std::holds_alternative<HashedColumn>(key.kind)) {
      refuse_column(name,
                    fmt::format("'{}' is hashed already, which would collide twice; cross its "
                                "values as they are (raw)",
                                printable(name_of(key))));
    }
    if (!key.weight_key.empty()) {
      refuse_column(name, fmt::format("'{}' has weights, which a cross cannot keep",
                                      printable(name_of(key))));
    }
    if (key.is_sequence) {
      refuse_column(name, fmt::format("'{}' is a sequence, which a cross would take apart",
                                      printable(name_of(key))));
    }
    check(key, true);
  }
}

void check(const BucketizedColumn& kind) {
  check(kind.source);
  if (kind.source.shape.size() > 1) {
    refuse_column(kind.source.key, "only numbers with at most one axis can be bucketized");
  }
  check_boundaries(kind);
}

void check(const CategoricalColumn& column, bool is_key) {
  const std::vector<std::string> keys = keys_of(column);
  if (std::ranges::find(keys, std::string()) != keys.end()) {
    refuse_column(name_of(column), "a column needs the name of a feature");
  }
  if (!column.weight_key.empty() && std::holds_alternative<BucketizedColumn>(column.kind)) {
    refuse_column(name_of(column), "buckets of numbers cannot be weighted");
  }
  std::visit(Overloaded{[&](const RawKey& kind) {
                          if (is_key) return;
                          refuse_column(kind.key,
                                        "values as they are (raw) can be crossed only; use a "
                                        "vocabulary or hash buckets");
                        },
                        [](const HashedColumn& kind) {
                          check_value_type(kind.key, kind.value_type);
                          check_bucket_count(kind.key, kind.bucket_count);
                        },
                        [](const auto& kind) { check(kind); }},
             column.kind);
}

// What has a row or a column for each id; an unlearned vocabulary has none yet.
std::uint64_t checked_bucket_count(const CategoricalColumn& column, const char* what) {
  const std::uint64_t count = bucket_count(column);
  if (count <= kSizeMax) return count;
  refuse_column(name_of(column),
                fmt::format("{} buckets; {} can have up to {}", count, what, kSizeMax));
}

void check(const IndicatorColumn& column) {
  check(column.categorical, false);
  checked_bucket_count(column.categorical, "an indicator");
}

void check(const EmbeddingColumn& column) {
  check(column.categorical, false);
  const std::uint64_t count = checked_bucket_count(column.categorical, "an embedding");
  const bool is_small = column.dimensions <= kSizeMax;
  if (!is_small || count > kCellsMax / std::max<std::uint64_t>(1, column.dimensions)) {
    refuse_column(name_of(column),
                  fmt::format("{} buckets of {} dimensions are more than {} numbers", count,
                              column.dimensions, kCellsMax));
  }
  const bool ordered = column.combiner == Combiner::last || column.combiner == Combiner::max;
  if (ordered && !column.categorical.is_sequence) {
    refuse_column(name_of(column), "only sequences can be combined by 'last' and 'max'");
  }
  if (column.max_norm && !(*column.max_norm > 0.0F)) {
    refuse_column(name_of(column),
                  fmt::format("max_norm is {}; it must be above 0", *column.max_norm));
  }
}

}  // namespace

void check_column(const Column& column) {
  std::visit(Overloaded{[](const NumericColumn& kind) { check(kind); },
                        [](const SequenceNumericColumn& kind) {
                          check(kind.numeric);
                          if (kind.pooling != Combiner::sqrtn) return;
                          refuse_column(kind.numeric.key,
                                        "a sequence of numbers is pooled by sum, mean, "
                                        "last or max");
                        },
                        [](const CategoricalColumn& kind) { check(kind, false); },
                        [](const IndicatorColumn& kind) { check(kind); },
                        [](const EmbeddingColumn& kind) { check(kind); }},
             column);
}

}  // namespace kindred::features
