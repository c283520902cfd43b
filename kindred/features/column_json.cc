#include "kindred/features/column_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"

namespace kindred::features {
namespace {

constexpr std::array<std::pair<Combiner, const char*>, 5> kCombiners = {{{Combiner::sum, "sum"},
                                                                         {Combiner::mean, "mean"},
                                                                         {Combiner::sqrtn, "sqrtn"},
                                                                         {Combiner::last, "last"},
                                                                         {Combiner::max, "max"}}};

[[noreturn]] void fail_column(const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, problem);
}

// ---- Writing. A setting that has its default is left out.

template <typename Number>
Json list(const std::vector<Number>& values) {
  Json out{Json::Array{}};
  for (const Number& value : values) {
    if constexpr (std::is_floating_point_v<Number>) {
      out.push(static_cast<double>(value));
    } else {
      out.push(std::uint64_t{value});
    }
  }
  return out;
}

Json list(const data::TextList& texts) {
  Json out{Json::Array{}};
  for (std::size_t i = 0; i < texts.size(); ++i) out.push(texts[i]);
  return out;
}

Json to_json(const Normalizer& normalizer) {
  Json out;
  std::visit(Overloaded{[&](const ZScore& z) {
                          out.set("kind", "zscore");
                          out.set("mean", list(z.mean));
                          out.set("stddev", list(z.stddev));
                        },
                        [&](const MinMax& m) {
                          out.set("kind", "minmax");
                          out.set("minimum", list(m.minimum));
                          out.set("maximum", list(m.maximum));
                        },
                        [&](const Log1p&) { out.set("kind", "log1p"); },
                        [&](const Clip& clip) {
                          out.set("kind", "clip");
                          out.set("low", clip.low);
                          out.set("high", clip.high);
                        },
                        [&](const Affine& affine) {
                          out.set("kind", "affine");
                          out.set("scale", affine.scale);
                          out.set("offset", affine.offset);
                        }},
             normalizer);
  return out;
}

void write_numeric(const NumericColumn& column, Json& out) {
  out.set("key", column.key);
  if (column.shape != std::vector<std::size_t>{1}) out.set("shape", list(column.shape));
  if (!column.default_value.empty()) out.set("default", list(column.default_value));
  if (column.normalizers.empty()) return;
  Json normalizers{Json::Array{}};
  for (const Normalizer& normalizer : column.normalizers) normalizers.push(to_json(normalizer));
  out.set("normalizers", std::move(normalizers));
}

void write_type(const std::optional<data::ElementType>& type, Json& out) {
  if (type) out.set("type", data::name_of(*type));
}

Json to_json(const CategoricalColumn& column);

void write_kind(const BucketizedColumn& kind, Json& out) {
  out.set("kind", "bucketized");
  write_numeric(kind.source, out);
  if (!kind.boundaries.empty()) out.set("boundaries", list(kind.boundaries));
  if (kind.quantile_count > 0) out.set("quantiles", std::uint64_t{kind.quantile_count});
  if (!kind.name.empty()) out.set("name", kind.name);
}

void write_kind(const IdentityColumn& kind, Json& out) {
  out.set("kind", "identity");
  out.set("key", kind.key);
  out.set("buckets", kind.bucket_count);
  if (kind.default_id) out.set("default_id", *kind.default_id);
}

void write_kind(const VocabularyColumn& kind, Json& out) {
  const VocabularyColumn usual;
  out.set("kind", "vocabulary");
  out.set("key", kind.key);
  if (!kind.words.empty()) out.set("words", list(kind.words));
  if (kind.oov_bucket_count > 0) out.set("oov_buckets", std::uint64_t{kind.oov_bucket_count});
  if (kind.default_id != usual.default_id) out.set("default_id", kind.default_id);
  write_type(kind.value_type, out);
  if (kind.word_count_max != usual.word_count_max) {
    out.set("max_words", std::uint64_t{kind.word_count_max});
  }
  if (kind.word_uses_min != usual.word_uses_min) out.set("min_uses", kind.word_uses_min);
  if (!kind.uses.empty()) out.set("uses", list(kind.uses));
}

void write_kind(const HashedColumn& kind, Json& out) {
  out.set("kind", "hashed");
  out.set("key", kind.key);
  out.set("buckets", kind.bucket_count);
  if (kind.salt) out.set("salt", Json::Array{kind.salt->first, kind.salt->second});
  if (kind.mask_value) out.set("mask", *kind.mask_value);
  write_type(kind.value_type, out);
}

void write_kind(const CrossedColumn& kind, Json& out) {
  out.set("kind", "crossed");
  Json keys{Json::Array{}};
  for (const CategoricalColumn& key : kind.keys) {
    const auto* raw_key = std::get_if<RawKey>(&key.kind);
    keys.push(raw_key == nullptr ? to_json(key) : Json(raw_key->key));
  }
  out.set("keys", std::move(keys));
  out.set("buckets", kind.bucket_count);
  if (kind.hash_key != kCrossHashKey) out.set("hash_key", kind.hash_key);
}

void write_kind(const RawKey& kind, Json& out) {
  out.set("kind", "raw");
  out.set("key", kind.key);
}

Json to_json(const CategoricalColumn& column) {
  Json out;
  std::visit([&](const auto& kind) { write_kind(kind, out); }, column.kind);
  if (!column.weight_key.empty()) out.set("weight", column.weight_key);
  if (column.is_sequence) out.set("sequence", true);
  return out;
}

Json name_of(Combiner combiner) {
  return std::ranges::find(kCombiners, combiner, &std::pair<Combiner, const char*>::first)->second;
}

Json embedding_json(const EmbeddingColumn& column) {
  Json out;
  out.set("kind", "embedding");
  if (column.dimensions > 0) out.set("dimensions", std::uint64_t{column.dimensions});
  if (column.combiner != Combiner::mean) out.set("combiner", name_of(column.combiner));
  if (column.max_norm) out.set("max_norm", static_cast<double>(*column.max_norm));
  if (!column.trainable) out.set("trainable", false);
  if (!column.table.empty()) out.set("table", column.table);
  if (!column.initial_vectors.empty()) out.set("initial_vectors", column.initial_vectors);
  out.set("of", to_json(column.categorical));
  return out;
}

// ---- Reading.

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
  void size(const char* name, std::size_t& value) {
    read(name, [&](const Json& json) { value = json.as_uint(); });
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

template <typename Unsigned>
std::vector<Unsigned> counts(const Json& json) {
  std::vector<Unsigned> values;
  for (const Json& value : json.as_array()) values.push_back(value.as_uint());
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
  settings.read("shape", [&](const Json& json) { column.shape = counts<std::size_t>(json); });
  settings.read("default", [&](const Json& json) { column.default_value = numbers(json); });
  settings.read("normalizers", [&](const Json& json) {
    for (const Json& normalizer : json.as_array()) {
      column.normalizers.push_back(normalizer_from_json(normalizer));
    }
  });
  return column;
}

Combiner read_combiner(const Json& json) {
  const auto found =
      std::ranges::find(kCombiners, json.as_string(), &std::pair<Combiner, const char*>::second);
  if (found != kCombiners.end()) return found->first;
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
  settings.need("buckets", [&](const Json& json) { kind.bucket_count = json.as_int(); });
  settings.read("default_id", [&](const Json& json) { kind.default_id = json.as_int(); });
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
  settings.read("default_id", [&](const Json& json) { kind.default_id = json.as_int(); });
  settings.read("type", [&](const Json& json) { kind.value_type = read_type(json); });
  settings.size("max_words", kind.word_count_max);
  settings.read("min_uses", [&](const Json& json) { kind.word_uses_min = json.as_uint(); });
  settings.read("uses", [&](const Json& json) { kind.uses = counts<std::uint64_t>(json); });
  return kind;
}

HashedColumn read_hashed(Settings& settings) {
  HashedColumn kind;
  settings.need("key", [&](const Json& json) { kind.key = json.as_string(); });
  settings.need("buckets", [&](const Json& json) { kind.bucket_count = json.as_int(); });
  settings.read("salt", [&](const Json& json) {
    const auto words = counts<std::uint64_t>(json);
    if (words.size() != 2) fail_column("a salt is two whole numbers");
    kind.salt = SipKey{words[0], words[1]};
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
  settings.need("buckets", [&](const Json& json) { kind.bucket_count = json.as_int(); });
  settings.read("hash_key", [&](const Json& json) { kind.hash_key = json.as_uint(); });
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

Json to_json(const Column& column) {
  Json out;
  std::visit(Overloaded{[&](const NumericColumn& kind) {
                          out.set("kind", "numeric");
                          write_numeric(kind, out);
                        },
                        [&](const SequenceNumericColumn& kind) {
                          out.set("kind", "numeric_sequence");
                          write_numeric(kind.numeric, out);
                          out.set("pooling", name_of(kind.pooling));
                        },
                        [&](const CategoricalColumn& kind) { out = to_json(kind); },
                        [&](const IndicatorColumn& kind) {
                          out.set("kind", "indicator");
                          out.set("of", to_json(kind.categorical));
                        },
                        [&](const EmbeddingColumn& kind) { out = embedding_json(kind); }},
             column);
  return out;
}

Json to_json(const std::vector<Column>& columns) {
  Json out{Json::Array{}};
  for (const Column& column : columns) out.push(to_json(column));
  return out;
}

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
