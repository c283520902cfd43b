#include "kindred/features/column_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"

namespace kindred::features {
namespace {

[[noreturn]] void fail_column(const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, problem);
}

// ---- Reading.

// Ids are 64 bits wide, and buckets that no table has a row for may be as many.
constexpr std::uint64_t kBucketsMax = std::numeric_limits<std::int64_t>::max();
// A cap may be any number: it allocates nothing.
constexpr std::uint64_t kCapMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kUsesMax = std::uint64_t{1} << 48U;

std::string quoted(std::string_view name) { return fmt::format("'{}'", name); }

// As a mistake of whoever wrote it.
std::uint64_t sized(const Json& json, const std::string& name, std::uint64_t largest) {
  try {
    return read_size(json, name, largest);
  } catch (const Error& error) {
    fail_column(error.what());
  }
}

// The settings of one object; those that nobody asked for are mistakes.
class Settings {
 public:
  explicit Settings(const Json& json) : json_(json) {
    if (!json.is_object()) fail_column(fmt::format("{} is no column", json.dump()));
  }

  const Json* find(const char* name) {
    known_.emplace_back(name);
    return json_.find(name);
  }
  // Wraps what reads a setting, so that its error names it.
  template <typename Read>
  void read(const char* name, const Read& read) {
    const Json* value = find(name);
    if (value == nullptr) return;
    try {
      read(*value);
    } catch (const Error& error) {
      fail_column(fmt::format("'{}': {}", name, error.what()));
    }
  }
  template <typename Read>
  void need(const char* name, const Read& read_value) {
    if (json_.find(name) == nullptr) fail_column(fmt::format("the setting '{}' is missing", name));
    read(name, read_value);
  }
  void text(const char* name, std::string& value) {
    read(name, [&](const Json& json) { value = json.as_string(); });
  }
  // A count of at most `largest`.
  template <typename Integer>
  void size(const char* name, Integer& value, std::uint64_t largest = kSizeMax) {
    const Json* found = find(name);
    if (found != nullptr) value = static_cast<Integer>(sized(*found, quoted(name), largest));
  }
  template <typename Integer>
  void need_size(const char* name, Integer& value, std::uint64_t largest = kSizeMax) {
    if (json_.find(name) == nullptr) fail_column(fmt::format("the setting '{}' is missing", name));
    size(name, value, largest);
  }
  void flag(const char* name, bool& value) {
    read(name, [&](const Json& json) { value = json.as_bool(); });
  }

  void finish() const {
    for (const auto& [name, value] : json_.as_object()) {
      if (std::ranges::find(known_, name) != known_.end()) continue;
      fail_column(fmt::format("there is no setting '{}' here; the settings are: {}",
                              printable(name), fmt::join(known_, ", ")));
    }
  }

 private:
  const Json& json_;
  std::vector<std::string> known_;
};

// A list of numbers, or one number.
std::vector<double> numbers(const Json& json) {
  if (json.is_number()) return {json.as_double()};
  std::vector<double> values;
  for (const Json& value : json.as_array()) values.push_back(value.as_double());
  return values;
}

std::vector<std::size_t> sizes(const Json& json, std::uint64_t largest) {
  std::vector<std::size_t> values;
  for (const Json& value : json.as_array()) values.push_back(read_size(value, "one", largest));
  return values;
}

Normalizer normalizer_from_json(const Json& json) {
  Json object = json;
  if (json.is_string()) {
    object = Json();
    object.set("kind", json);
  }
  Settings settings(object);
  std::string kind;
  settings.need("kind", [&](const Json& value) { kind = value.as_string(); });
  const auto list_of = [&](const char* name, std::vector<double>& values) {
    settings.read(name, [&](const Json& value) { values = numbers(value); });
  };
  const auto number = [&](const char* name, double& value) {
    settings.read(name, [&](const Json& given) { value = given.as_double(); });
  };
  Normalizer normalizer;
  if (kind == "zscore") {
    ZScore z;
    list_of("mean", z.mean);
    list_of("stddev", z.stddev);
    normalizer = std::move(z);
  } else if (kind == "minmax") {
    MinMax m;
    list_of("minimum", m.minimum);
    list_of("maximum", m.maximum);
    normalizer = std::move(m);
  } else if (kind == "log1p") {
    normalizer = Log1p{};
  } else if (kind == "clip") {
    Clip clip;
    number("low", clip.low);
    number("high", clip.high);
    normalizer = clip;
  } else if (kind == "affine") {
    Affine affine;
    number("scale", affine.scale);
    number("offset", affine.offset);
    normalizer = affine;
  } else {
    fail_column(
        fmt::format("there is no normalizer '{}'; there are zscore, minmax, log1p, clip and "
                    "affine",
                    printable(kind)));
  }
  settings.finish();
  return normalizer;
}

NumericColumn read_numeric(Settings& settings) {
  NumericColumn column;
  settings.need("key", [&](const Json& json) { column.key = json.as_string(); });
  settings.read("shape", [&](const Json& json) { column.shape = sizes(json, kSizeMax); });
  settings.read("default", [&](const Json& json) { column.default_value = numbers(json); });
  settings.read("normalizers", [&](const Json& json) {
    for (const Json& normalizer : json.as_array()) {
      column.normalizers.push_back(normalizer_from_json(normalizer));
    }
  });
  return column;
}

Combiner read_combiner(const Json& json) {
  const auto found = std::ranges::find(kCombinerNames, json.as_string(),
                                       &std::pair<Combiner, const char*>::second);
  if (found != kCombinerNames.end()) return found->first;
  fail_column(
      fmt::format("there is no way '{}' to combine vectors; there are sum, mean, sqrtn, last and "
                  "max",
                  printable(json.as_string())));
}

std::optional<data::ElementType> read_type(const Json& json) {
  if (json.as_string() == "text") return data::ElementType::text;
  if (json.as_string() == "int64") return data::ElementType::int64;
  fail_column(
      fmt::format("categories are of type text or int64, not '{}'", printable(json.as_string())));
}

std::int64_t id(const Json& json) {
  return read_integer(json, "it", -1, std::numeric_limits<std::int64_t>::max());
}

BucketizedColumn read_bucketized(Settings& settings) {
  BucketizedColumn kind{.source = read_numeric(settings)};
  settings.read("boundaries", [&](const Json& json) {
    for (const double value : numbers(json)) kind.boundaries.push_back(static_cast<float>(value));
  });
  settings.size("quantiles", kind.quantile_count);
  settings.text("name", kind.name);
  return kind;
}

IdentityColumn read_identity(Settings& settings) {
  IdentityColumn kind;
  settings.need("key", [&](const Json& json) { kind.key = json.as_string(); });
  settings.need_size("buckets", kind.bucket_count, kBucketsMax);
  settings.read("default_id", [&](const Json& json) { kind.default_id = id(json); });
  return kind;
}

VocabularyColumn read_vocabulary(Settings& settings) {
  VocabularyColumn kind;
  settings.need("key", [&](const Json& json) { kind.key = json.as_string(); });
  settings.read("words", [&](const Json& json) {
    for (const Json& word : json.as_array()) {
      kind.words.push_back(word.is_integer() ? std::to_string(word.as_int()) : word.as_string());
    }
  });
  settings.size("oov_buckets", kind.oov_bucket_count);
  settings.read("default_id", [&](const Json& json) { kind.default_id = id(json); });
  settings.read("type", [&](const Json& json) { kind.value_type = read_type(json); });
  settings.size("max_words", kind.word_count_max, kCapMax);
  settings.size("min_uses", kind.word_uses_min, kCapMax);
  settings.read("uses", [&](const Json& json) {
    const std::vector<std::size_t> uses = sizes(json, kUsesMax);
    kind.uses.assign(uses.begin(), uses.end());
  });
  return kind;
}

HashedColumn read_hashed(Settings& settings) {
  HashedColumn kind;
  settings.need("key", [&](const Json& json) { kind.key = json.as_string(); });
  settings.need_size("buckets", kind.bucket_count, kBucketsMax);
  settings.read("salt", [&](const Json& json) {
    const Json::Array& words = json.as_array();
    if (words.size() != 2) fail_column("a salt is two whole numbers");
    kind.salt = SipKey{read_word(words[0], "one"), read_word(words[1], "one")};
  });
  settings.read("mask", [&](const Json& json) { kind.mask_value = json.as_string(); });
  settings.read("type", [&](const Json& json) { kind.value_type = read_type(json); });
  return kind;
}

CategoricalColumn categorical_from_json(const Json& json);

CrossedColumn read_crossed(Settings& settings) {
  CrossedColumn kind;
  settings.need("keys", [&](const Json& json) {
    for (const Json& key : json.as_array()) {
      kind.keys.push_back(key.is_string() ? raw(key.as_string()) : categorical_from_json(key));
    }
  });
  settings.need_size("buckets", kind.bucket_count, kBucketsMax);
  settings.read("hash_key", [&](const Json& json) { kind.hash_key = read_word(json, "it"); });
  return kind;
}

std::string read_kind(Settings& settings) {
  std::string kind;
  settings.need("kind", [&](const Json& json) { kind = json.as_string(); });
  return kind;
}

CategoricalColumn categorical_from_json(const Json& json) {
  Settings settings(json);
  const std::string name = read_kind(settings);
  CategoricalColumn column;
  if (name == "bucketized") {
    column.kind = read_bucketized(settings);
  } else if (name == "identity") {
    column.kind = read_identity(settings);
  } else if (name == "vocabulary") {
    column.kind = read_vocabulary(settings);
  } else if (name == "hashed") {
    column.kind = read_hashed(settings);
  } else if (name == "crossed") {
    column.kind = read_crossed(settings);
  } else if (name == "raw") {
    RawKey key;
    settings.need("key", [&](const Json& value) { key.key = value.as_string(); });
    column.kind = std::move(key);
  } else {
    fail_column(
        fmt::format("there is no kind '{}' of category; there are bucketized, identity, "
                    "vocabulary, hashed, crossed and, in crosses, raw",
                    printable(name)));
  }
  settings.text("weight", column.weight_key);
  settings.flag("sequence", column.is_sequence);
  settings.finish();
  return column;
}

EmbeddingColumn read_embedding(Settings& settings) {
  EmbeddingColumn column;
  settings.need("of", [&](const Json& json) { column.categorical = categorical_from_json(json); });
  settings.size("dimensions", column.dimensions);
  settings.read("combiner", [&](const Json& json) { column.combiner = read_combiner(json); });
  settings.read("max_norm",
                [&](const Json& json) { column.max_norm = static_cast<float>(json.as_double()); });
  settings.flag("trainable", column.trainable);
  settings.text("table", column.table);
  settings.text("initial_vectors", column.initial_vectors);
  return column;
}

}  // namespace

Column column_from_json(const Json& json) {
  Settings settings(json);
  const std::string kind = read_kind(settings);
  Column column;
  if (kind == "numeric") {
    column = read_numeric(settings);
  } else if (kind == "numeric_sequence") {
    SequenceNumericColumn sequence{.numeric = read_numeric(settings)};
    settings.read("pooling", [&](const Json& value) { sequence.pooling = read_combiner(value); });
    column = std::move(sequence);
  } else if (kind == "indicator") {
    IndicatorColumn wrapper;
    settings.need("of",
                  [&](const Json& value) { wrapper.categorical = categorical_from_json(value); });
    column = std::move(wrapper);
  } else if (kind == "embedding") {
    column = read_embedding(settings);
  } else {
    column = categorical_from_json(json);
    check_column(column);
    return column;
  }
  settings.finish();
  check_column(column);
  return column;
}

std::vector<Column> columns_from_json(const Json& json) {
  std::vector<Column> columns;
  for (const Json& column : json.as_array()) {
    try {
      columns.push_back(column_from_json(column));
    } catch (const Error& error) {
      fail_column(fmt::format("column {}: {}", columns.size() + 1, error.what()));
    }
  }
  return columns;
}

}  // namespace kindred::features
