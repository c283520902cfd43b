#include "kindred/features/column.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/embedding/dimension_rule.h"

namespace kindred::features {
namespace {

// The names of a cross's keys, those of nested crosses included.
void collect_leaf_names(const CrossedColumn& cross, std::vector<std::string>& names) {
  for (const CategoricalColumn& key : cross.keys) {
    if (const auto* nested = std::get_if<CrossedColumn>(&key.kind)) {
      collect_leaf_names(*nested, names);
    } else {
      names.push_back(name_of(key));
    }
  }
}

std::string cross_name(const CrossedColumn& cross) {
  std::vector<std::string> names;
  collect_leaf_names(cross, names);
  std::ranges::sort(names);
  std::string name;
  for (const std::string& leaf : names) name += (name.empty() ? "" : "_X_") + leaf;
  return name;
}

void collect_keys(const CategoricalColumn& column, std::vector<std::string>& keys) {
  std::visit(Overloaded{[&](const BucketizedColumn& kind) { keys.push_back(kind.source.key); },
                        [&](const CrossedColumn& kind) {
                          for (const CategoricalColumn& key : kind.keys) collect_keys(key, keys);
                        },
                        [&](const auto& kind) { keys.push_back(kind.key); }},
             column.kind);
  if (!column.weight_key.empty()) keys.push_back(column.weight_key);
}

bool is_learned(const NumericColumn& column) {
  return std::ranges::all_of(column.normalizers, [](const Normalizer& normalizer) {
    if (const auto* zscore = std::get_if<ZScore>(&normalizer)) return !zscore->mean.empty();
    if (const auto* minmax = std::get_if<MinMax>(&normalizer)) return !minmax->minimum.empty();
    return true;
  });
}

bool is_learned(const CategoricalColumn& column) {
  return std::visit(Overloaded{[](const BucketizedColumn& kind) {
                                 return !kind.boundaries.empty() && is_learned(kind.source);
                               },
                               [](const VocabularyColumn& kind) { return !kind.words.empty(); },
                               [](const CrossedColumn& kind) {
                                 return std::ranges::all_of(
                                     kind.keys,
                                     [](const CategoricalColumn& key) { return is_learned(key); });
                               },
                               [](const auto&) { return true; }},
                    column.kind);
}

CategoricalColumn checked(CategoricalColumn column) {
  check_column(column);
  return column;
}

}  // namespace

// Written out, since clang 14 crashes on the defaulted one.
bool CrossedColumn::operator==(const CrossedColumn& other) const {
  return keys == other.keys && bucket_count == other.bucket_count && hash_key == other.hash_key;
}

std::size_t NumericColumn::width() const noexcept {
  std::size_t width = 1;
  for (const std::size_t axis : shape) width *= axis;
  return width;
}

NumericColumn numeric(std::string key, std::vector<Normalizer> normalizers) {
  NumericColumn column{.key = std::move(key), .normalizers = std::move(normalizers)};
  check_column(column);
  return column;
}

CategoricalColumn bucketized(NumericColumn source, std::vector<float> boundaries,
                             std::string name) {
  return checked({.kind = BucketizedColumn{.source = std::move(source),
                                           .boundaries = std::move(boundaries),
                                           .name = std::move(name)}});
}

CategoricalColumn identity(std::string key, std::int64_t bucket_count) {
  return checked({.kind = IdentityColumn{.key = std::move(key), .bucket_count = bucket_count}});
}

CategoricalColumn vocabulary(std::string key, data::TextList words, std::size_t oov_bucket_count) {
  return checked({.kind = VocabularyColumn{.key = std::move(key),
                                           .words = std::move(words),
                                           .oov_bucket_count = oov_bucket_count}});
}

CategoricalColumn hashed(std::string key, std::int64_t bucket_count) {
  return checked({.kind = HashedColumn{.key = std::move(key), .bucket_count = bucket_count}});
}

CategoricalColumn crossed(std::vector<CategoricalColumn> keys, std::int64_t bucket_count) {
  return checked({.kind = CrossedColumn{.keys = std::move(keys), .bucket_count = bucket_count}});
}

CategoricalColumn raw(std::string key) {
  if (key.empty()) throw Error(ErrorCode::invalid_argument, "a cross needs names of features");
  return {.kind = RawKey{.key = std::move(key)}};
}

CategoricalColumn weighted(CategoricalColumn categorical, std::string weight_key) {
  categorical.weight_key = std::move(weight_key);
  return checked(std::move(categorical));
}

CategoricalColumn sequence(CategoricalColumn categorical) {
  categorical.is_sequence = true;
  return checked(std::move(categorical));
}

IndicatorColumn indicator(CategoricalColumn categorical) {
  return {.categorical = checked(std::move(categorical))};
}

EmbeddingColumn embedding(CategoricalColumn categorical, std::size_t dimensions) {
  return {.categorical = checked(std::move(categorical)), .dimensions = dimensions};
}

std::vector<EmbeddingColumn> shared_embeddings(std::vector<CategoricalColumn> categoricals,
                                               std::size_t dimensions) {
  std::vector<std::string> names;
  for (const CategoricalColumn& categorical : categoricals) {
    check_column(categorical);
    names.push_back(name_of(categorical));
    const CategoricalColumn& first = categoricals.front();
    if (categorical.kind.index() == first.kind.index() &&
        is_learned(categorical) == is_learned(first) &&
        (!is_learned(first) || bucket_count(categorical) == bucket_count(first))) {
      continue;
    }
    throw Error(ErrorCode::invalid_argument,
                fmt::format("column '{}' cannot share a table with '{}': their kinds or numbers of "
                            "ids differ",
                            printable(names.back()), printable(names.front())));
  }
  std::ranges::sort(names);
  std::string table;
  for (const std::string& name : names) table += name + "_";
  table += "shared_embedding";
  std::vector<EmbeddingColumn> columns;
  for (CategoricalColumn& categorical : categoricals) {
    columns.push_back(
        {.categorical = std::move(categorical), .dimensions = dimensions, .table = table});
  }
  return columns;
}

data::TextList read_words(const std::filesystem::path& path, std::size_t size) {
  const std::string name = printable(path.string());
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::not_found, fmt::format("cannot read {}", name));
  data::TextList words;
  for (std::string line; (size == 0 || words.size() < size) && std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    words.push_back(line);
  }
  if (words.size() < size) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} words where {} are wanted", name, words.size(), size));
  }
  if (words.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("{}: no words", name));
  return words;
}

CategoricalColumn vocabulary_from_file(std::string key, const std::filesystem::path& path,
                                       std::size_t size) {
  return vocabulary(std::move(key), read_words(path, size));
}

std::string name_of(const CategoricalColumn& column) {
  std::string name = std::visit(
      Overloaded{[](const BucketizedColumn& kind) {
                   return kind.name.empty() ? kind.source.key + "_bucketized" : kind.name;
                 },
                 [](const CrossedColumn& kind) { return cross_name(kind); },
                 [](const auto& kind) { return kind.key; }},
      column.kind);
  if (!column.weight_key.empty()) name += "_weighted_by_" + column.weight_key;
  return name;
}

std::string name_of(const Column& column) {
  return std::visit(Overloaded{[](const NumericColumn& kind) { return kind.key; },
                               [](const SequenceNumericColumn& kind) { return kind.numeric.key; },
                               [](const CategoricalColumn& kind) { return name_of(kind); },
                               [](const IndicatorColumn& kind) {
                                 return name_of(kind.categorical) + "_indicator";
                               },
                               [](const EmbeddingColumn& kind) {
                                 return name_of(kind.categorical) +
                                        (kind.table.empty() ? "_embedding" : "_shared_embedding");
                               }},
                    column);
}

std::size_t bucket_count(const CategoricalColumn& column) {
  return std::visit(
      Overloaded{
          [](const BucketizedColumn& kind) {
            return (kind.boundaries.size() + 1) * kind.source.width();
          },
          [](const VocabularyColumn& kind) { return kind.words.size() + kind.oov_bucket_count; },
          [](const RawKey&) { return std::size_t{0}; },
          [](const auto& kind) { return static_cast<std::size_t>(kind.bucket_count); }},
      column.kind);
}

bool is_learned(const Column& column) {
  return std::visit(
      Overloaded{[](const NumericColumn& kind) { return is_learned(kind); },
                 [](const SequenceNumericColumn& kind) { return is_learned(kind.numeric); },
                 [](const CategoricalColumn& kind) { return is_learned(kind); },
                 [](const auto& kind) { return is_learned(kind.categorical); }},
      column);
}

std::size_t dimensions_of(const EmbeddingColumn& column) {
  if (column.dimensions > 0) return column.dimensions;
  return static_cast<std::size_t>(embedding::starting_dimensions(bucket_count(column.categorical)));
}

std::vector<std::string> keys_of(const Column& column) {
  std::vector<std::string> keys;
  std::visit(
      Overloaded{[&](const NumericColumn& kind) { keys.push_back(kind.key); },
                 [&](const SequenceNumericColumn& kind) { keys.push_back(kind.numeric.key); },
                 [&](const CategoricalColumn& kind) { collect_keys(kind, keys); },
                 [&](const auto& kind) { collect_keys(kind.categorical, keys); }},
      column);
  std::vector<std::string> unique;
  for (std::string& key : keys) {
    if (std::ranges::find(unique, key) == unique.end()) unique.push_back(std::move(key));
  }
  return unique;
}

}  // namespace kindred::features
