// Columns as JSON: the writing. What has its default is left out.

#include <algorithm>
#include <type_traits>
#include <utility>

#include "kindred/base/overloaded.h"
#include "kindred/features/column_json.h"

namespace kindred::features {
namespace {

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
  return std::ranges::find(kCombinerNames, combiner, &std::pair<Combiner, const char*>::first)
      ->second;
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

}  // namespace kindred::features
