// Feature columns: the recipe that turns the fields of a table into numbers.
//
//    data::Batch ── adapt ──▶ Column (plain data) ── Encoder ──▶ FeatureBlock
//
// A column is a value: it can be printed, compared and written into a model file, so that
// serving encodes exactly as training did. It owns no rows and no threads. The sets of
// kinds are closed on purpose: to add one, add a struct and list it in its variant, and
// the compiler names every place that must learn about it.
//
// Two families. Numbers become inputs as they are: NumericColumn. Categories become ids:
// CategoricalColumn, which a network cannot take before an IndicatorColumn (one-hot, or
// counts) or an EmbeddingColumn (a learned vector for each id) wraps it. Bucketized
// numbers and crosses are categories too.
//
// Names and meaning are those of the field's reference systems; docs/guide/columns.md
// tells where they differ. What a value that is missing means is always explicit: a
// numeric column without a default refuses it, and a categorical column has no id for it.
//
// Thread safety: plain values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kindred/data/tensor.h"
#include "kindred/features/fingerprint.h"

namespace kindred::features {

// ---- Numbers.

// Normalizers are applied in order, in double precision. Where there are statistics they
// hold one number for each element of the column, or one for all; empty ones are still to
// be learned (adapt.h).

// (x - mean) / stddev; 0 where the stddev is 0, since such a feature says nothing.
struct ZScore {
  std::vector<double> mean = {};
  std::vector<double> stddev = {};
  bool operator==(const ZScore&) const = default;
};

// (x - minimum) / (maximum - minimum): 0 to 1 on the training rows; 0 where they are equal.
struct MinMax {
  std::vector<double> minimum = {};
  std::vector<double> maximum = {};
  bool operator==(const MinMax&) const = default;
};

// log(1 + x); values of -1 and below are an error.
struct Log1p {
  bool operator==(const Log1p&) const = default;
};

struct Clip {
  double low = 0.0;
  double high = 1.0;
  bool operator==(const Clip&) const = default;
};

// x * scale + offset.
struct Affine {
  double scale = 1.0;
  double offset = 0.0;
  bool operator==(const Affine&) const = default;
};

using Normalizer = std::variant<ZScore, MinMax, Log1p, Clip, Affine>;

// The values of a numeric feature as they are: width() of them a row.
struct NumericColumn {
  std::string key;
  std::vector<std::size_t> shape = {1};
  // What a missing value (NaN, an empty cell) becomes before it is normalized: one number
  // for each element, or one for all. Empty: a missing value is an error.
  std::vector<double> default_value = {};
  std::vector<Normalizer> normalizers = {};

  std::size_t width() const noexcept;
  bool operator==(const NumericColumn&) const = default;
};

// How the steps of a sequence, or the vectors of several ids, become one vector. `last`
// and `max` are for sequences.
enum class Combiner {
  sum,    // sum of w v
  mean,   // sum of w v / sum of w
  sqrtn,  // sum of w v / sqrt(sum of w^2)
  last,   // The last step.
  max,    // The largest of each element.
};

// A list of numbers a row, or of vectors of shape.front() elements, pooled to one.
struct SequenceNumericColumn {
  NumericColumn numeric;
  Combiner pooling = Combiner::mean;
  bool operator==(const SequenceNumericColumn&) const = default;
};

// ---- Categories.

// Ids of the half-open ranges cut by ascending boundaries: n boundaries make n + 1
// buckets, (-inf, b0) [b0, b1) ... [bn, inf). Element e of a source with several has the
// ids e (n + 1) to e (n + 1) + n.
struct BucketizedColumn {
  NumericColumn source;
  std::vector<float> boundaries = {};
  // Without boundaries: adapt() cuts the training rows into this many buckets of about
  // equal size (fewer, where many values are equal).
  std::size_t quantile_count = 0;
  // What it is called, where one source is cut in several ways; "": KEY_bucketized.
  std::string name = {};
  bool operator==(const BucketizedColumn&) const = default;
};

// The value is the id.
struct IdentityColumn {
  std::string key;
  std::int64_t bucket_count = 0;
  // What ids outside [0, bucket_count) become. Without it an indicator ignores them and
  // an embedding refuses them.
  std::optional<std::int64_t> default_id = {};
  bool operator==(const IdentityColumn&) const = default;
};

// The id is the place in a list of words.
struct VocabularyColumn {
  std::string key;
  data::TextList words = {};  // Whole numbers as decimal text. Empty: to be learned.
  // Words that are not listed share oov_bucket_count buckets past the list, chosen by
  // fingerprint; without such buckets they get default_id, where -1, or any other negative
  // number, means no id at all.
  std::size_t oov_bucket_count = 0;
  std::int64_t default_id = -1;
  // text or int64: what the feature must hold. Unset: either will do.
  std::optional<data::ElementType> value_type = {};
  // For adapt(): how many words to keep, the most frequent ones, and how often a word must
  // be there at least.
  std::size_t word_count_max = 1'000'000;
  std::uint64_t word_uses_min = 1;
  std::vector<std::uint64_t> uses = {};  // How often each word was in the training rows.
  bool operator==(const VocabularyColumn&) const = default;
};

// fingerprint64(value) % bucket_count, or SipHash where there is a salt.
struct HashedColumn {
  std::string key;
  std::int64_t bucket_count = 0;
  std::optional<SipKey> salt = {};
  // Gives this value bucket 0 of its own, and the others 1 + hash % (bucket_count - 1); then no
  // value counts as missing.
  std::optional<std::string> mask_value = {};
  std::optional<data::ElementType> value_type = {};
  bool operator==(const HashedColumn&) const = default;
};

// The values of a feature as they are: a key of a cross only.
struct RawKey {
  std::string key;
  bool operator==(const RawKey&) const = default;
};

struct CategoricalColumn;

// What the first fingerprint of a cross is joined to unless the column says otherwise.
inline constexpr std::uint64_t kCrossHashKey = 0xDECAFCAFFEU;

// The Cartesian product of what the keys give in a row, hashed to bucket_count ids; the
// product itself is never built. A row in which a key has no value has no cross. Keys that
// are crosses stand for their own keys. Texts of a RawKey count by fingerprint, ids and
// whole numbers by their value; a word out of the vocabulary is a value like others here.
struct CrossedColumn {
  std::vector<CategoricalColumn> keys;
  std::int64_t bucket_count = 0;
  std::uint64_t hash_key = kCrossHashKey;
  bool operator==(const CrossedColumn&) const;
};

// What gives each row a bag of ids: none, one or several.
struct CategoricalColumn {
  using Kind = std::variant<BucketizedColumn, IdentityColumn, VocabularyColumn, HashedColumn,
                            CrossedColumn, RawKey>;
  Kind kind;
  std::string weight_key = {};  // The feature that weighs the ids; "" for none.
  bool is_sequence = false;     // The values are steps, in order.
  bool operator==(const CategoricalColumn&) const = default;
};

// One input for each bucket: how often the id is in the row, or the sum of its weights.
struct IndicatorColumn {
  CategoricalColumn categorical;
  bool operator==(const IndicatorColumn&) const = default;
};

// A vector for each id, learned with the network; the vectors of a row are combined.
struct EmbeddingColumn {
  CategoricalColumn categorical;
  std::size_t dimensions = 0;  // 0: the fourth root of the number of ids.
  Combiner combiner = Combiner::mean;
  std::optional<float> max_norm = {};  // Longer vectors are scaled down to this length.
  bool trainable = true;
  // Embeddings that name the same table share it. "": a table of its own.
  std::string table = {};
  // A model whose vectors the table begins with, by word: "movies.kindred". Words it lacks
  // begin as all do without one: truncated normal, standard deviation 1/sqrt(dimensions).
  std::string initial_vectors = {};
  bool operator==(const EmbeddingColumn&) const = default;
};

using Column = std::variant<NumericColumn, SequenceNumericColumn, CategoricalColumn,
                            IndicatorColumn, EmbeddingColumn>;

// ---- Short ways to write them. Each throws as check_column() does.

NumericColumn numeric(std::string key, std::vector<Normalizer> normalizers = {});
CategoricalColumn bucketized(NumericColumn source, std::vector<float> boundaries,
                             std::string name = {});
CategoricalColumn identity(std::string key, std::int64_t bucket_count);
CategoricalColumn vocabulary(std::string key, data::TextList words,
                             std::size_t oov_bucket_count = 0);
CategoricalColumn hashed(std::string key, std::int64_t bucket_count);
CategoricalColumn crossed(std::vector<CategoricalColumn> keys, std::int64_t bucket_count);
CategoricalColumn raw(std::string key);
CategoricalColumn weighted(CategoricalColumn categorical, std::string weight_key);
CategoricalColumn sequence(CategoricalColumn categorical);
IndicatorColumn indicator(CategoricalColumn categorical);
EmbeddingColumn embedding(CategoricalColumn categorical, std::size_t dimensions = 0);
// One table for all of them, named after their keys. Throws Error(invalid_argument) unless
// they are of one kind with equally many ids.
std::vector<EmbeddingColumn> shared_embeddings(std::vector<CategoricalColumn> categoricals,
                                               std::size_t dimensions = 0);

// The lines of a file, of which the first `size` are read (0: all).
// Throws Error(not_found), and Error(invalid_argument) when there are fewer, or none.
data::TextList read_words(const std::filesystem::path& path, std::size_t size = 0);

// A vocabulary column with the words of a file. Throws as read_words() and check_column() do.
CategoricalColumn vocabulary_from_file(std::string key, const std::filesystem::path& path,
                                       std::size_t size = 0);

// ---- What there is to know about one.

// "age", "age_bucketized", "age_bucketized_X_thal", "thal_indicator", "thal_embedding",
// "ids_weighted_by_w".
std::string name_of(const Column& column);
std::string name_of(const CategoricalColumn& column);

// The number of ids. Requires: the column is learned (is_learned) and no RawKey.
std::size_t bucket_count(const CategoricalColumn& column);

// Whether nothing is left for adapt() to learn.
bool is_learned(const Column& column);

// The dimensions of an embedding: as given, or the fourth root of the number of ids.
std::size_t dimensions_of(const EmbeddingColumn& column);

// The features a column reads, each once, in the order of its keys.
std::vector<std::string> keys_of(const Column& column);

// Throws Error(invalid_argument) that names the column and what is wrong with it.
void check_column(const Column& column);

}  // namespace kindred::features
