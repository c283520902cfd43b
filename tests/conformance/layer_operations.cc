// Preprocessing layers of another system, where columns of Kindred do the same.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/features/adapt.h"
#include "kindred/features/encoder.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/pooling.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/vector_tensor.h"

namespace kindred::conformance {
namespace {

using features::CategoricalColumn;

// The files' own names, which are none of ours.
constexpr const char* kBins =
    "num"
    "_bins";
constexpr const char* kTokens =
    "num"
    "_tokens";

// The ids of a column in the output mode that is asked for. The input is one value a row, or
// lists of values; what becomes of a list depends on the mode.
Json in_output_mode(const Question& question, const CategoricalColumn& column,
                    const data::Batch& batch, const VectorTensor& input) {
  const Json* mode = find_argument(question.arguments, "output_mode");
  const std::string name = mode == nullptr ? "int" : mode->as_string();
  const bool is_list = input.shape.size() == 1;
  data::Batch rows = batch;
  if (is_list && (name == "multi_hot" || name == "count")) {
    // A list of scalars is one sample.
    for (data::NamedTensor& feature : rows.features) {
      feature.tensor.shape = {1, feature.tensor.row_count()};
    }
    rows.row_count = 1;
  }
  const features::Encoder encoder({features::indicator(column)});
  features::FeatureBlock block;
  encoder.encode(rows, block);
  if (name == "int") return nested(block.bags.front().ids, input.shape);
  if (name == "one_hot" && !is_list) throw Skip("one-hot codes of lists");
  Matrix out(rows.row_count, encoder.layout().width);
  features::dense_features(encoder.layout(), block, {}, out);
  if (name != "count") {
    for (float& value : out.values()) value = std::min(value, 1.0F);
  }
  const bool one_sample = is_list && name != "one_hot";
  return one_sample ? nested(out.values(), std::vector{out.cols()}) : nested(out);
}

data::Batch batch_of(const VectorTensor& input) {
  data::Batch batch;
  batch.add("x", input.tensor);
  return batch;
}

Json hashing(const Question& question) {
  features::HashedColumn kind{
      .key = "x", .bucket_count = bucket_count(find_argument(question.arguments, kBins))};
  if (const Json* mask = find_argument(question.arguments, "mask_value")) {
    kind.mask_value = mask->is_string() ? mask->as_string() : std::to_string(mask->as_int());
  }
  if (const Json* salt = find_argument(question.arguments, "salt")) {
    const bool pair = salt->is_array();
    kind.salt = {as_unsigned(pair ? salt->as_array().at(0) : *salt),
                 as_unsigned(pair ? salt->as_array().at(1) : *salt)};
  }
  const VectorTensor input = read_tensor(question.input);
  return in_output_mode(question, {.kind = std::move(kind)}, batch_of(input), input);
}

Json hashed_crossing(const Question& question) {
  data::Batch batch;
  std::vector<CategoricalColumn> keys;
  VectorTensor first;
  for (const Json& input : question.input.as_array()) {
    VectorTensor tensor = read_tensor(input);
    if (keys.empty()) first = tensor;
    const std::string name = fmt::format("key {}", keys.size());
    keys.push_back(features::raw(name));
    batch.add(name, std::move(tensor.tensor));
  }
  const CategoricalColumn cross =
      features::crossed(std::move(keys), bucket_count(find_argument(question.arguments, kBins)));
  return in_output_mode(question, cross, batch, first);
}

Json discretization(const Question& question) {
  const Json* boundaries = find_argument(question.arguments, "bin_boundaries");
  const Json* bins = find_argument(question.arguments, kBins);
  if ((boundaries == nullptr) == (bins == nullptr)) {
    throw Error(ErrorCode::invalid_argument, "either boundaries or their number is needed");
  }
  features::BucketizedColumn kind{.source = features::numeric("x")};
  if (boundaries != nullptr) {
    for (const Json& boundary : boundaries->as_array()) {
      kind.boundaries.push_back(static_cast<float>(boundary.as_double()));
    }
  } else {
    kind.quantile_count = bins->as_uint();
    // What one value a row teaches does not depend on the shape.
    VectorTensor sample = read_tensor(question.arguments.at("adapt"));
    sample.tensor.shape = {sample.tensor.value_count()};
    const auto learned = features::adapt({CategoricalColumn{.kind = kind}},
                                         data::Dataset::from_batch(batch_of(sample)));
    kind = std::get<features::BucketizedColumn>(
        std::get<CategoricalColumn>(learned.columns.front()).kind);
  }
  const VectorTensor input = read_tensor(question.input);
  kind.source.shape = {input.tensor.row_width()};
  const Json* mode = find_argument(question.arguments, "output_mode");
  data::Batch batch = batch_of(input);
  if (mode != nullptr && mode->as_string() != "int") {
    // Each value is one of a list to the modes that count.
    std::vector<std::int64_t> ids;
    const features::NumberReader numbers(input.tensor, "x");
    for (std::size_t i = 0; i < input.tensor.value_count(); ++i) {
      ids.push_back(static_cast<std::int64_t>(
          features::bucket_of(kind.boundaries, static_cast<float>(numbers[i]))));
    }
    data::Batch coded;
    coded.add("x", {.values = std::move(ids), .shape = input.shape, .row_offsets = {}});
    return in_output_mode(
        question, features::identity("x", static_cast<std::int64_t>(kind.boundaries.size()) + 1),
        coded, input);
  }
  features::FeatureBlock block;
  features::Encoder({features::indicator(CategoricalColumn{.kind = kind})}).encode(batch, block);
  std::vector<std::int64_t> ids = block.bags.front().ids;
  const auto buckets = static_cast<std::int64_t>(kind.boundaries.size() + 1);
  for (std::int64_t& id : ids) id %= buckets;
  return nested(ids, input.shape);
}

Json category_encoding(const Question& question) {
  const VectorTensor input = read_tensor(question.input);
  CategoricalColumn column =
      features::identity("x", bucket_count(find_argument(question.arguments, kTokens)));
  data::Batch batch = batch_of(input);
  if (const Json* weights = find_argument(question.arguments, "count_weights")) {
    batch.add("weights", read_tensor(*weights).tensor);
    column = features::weighted(std::move(column), "weights");
  }
  // Ids out of range are an error here, as they are to an embedding.
  features::FeatureBlock block;
  features::Encoder({features::embedding(column, 1)}).encode(batch, block);
  return in_output_mode(question, column, batch, input);
}

Json normalization(const Question& question) {
  const Json* invert = find_argument(question.arguments, "invert");
  if (invert != nullptr && invert->as_bool()) throw Skip("Kindred does not undo a normalizer");
  const Json* axis = question.arguments.find("axis");
  const bool per_element = axis == nullptr || !axis->is_null();
  features::NumericColumn column{.key = "x"};
  VectorTensor input = read_tensor(question.input);
  const std::vector<std::size_t> shape = input.shape;
  const auto as_rows = [&](data::Tensor& tensor) {
    const std::size_t width = per_element ? tensor.shape.back() : 1;
    tensor.shape = {tensor.value_count() / width, width};
    column.shape = {width};
  };
  as_rows(input.tensor);
  features::ZScore zscore;
  if (const Json* mean = find_argument(question.arguments, "mean")) {
    const auto numbers = [](const Json& json) {
      std::vector<double> out;
      if (!json.is_array()) return std::vector<double>{json.as_double()};
      for (const Json& value : json.as_array()) out.push_back(value.as_double());
      return out;
    };
    zscore.mean = numbers(*mean);
    zscore.stddev = numbers(question.arguments.at("variance"));
    for (double& value : zscore.stddev) value = std::sqrt(value);
  }
  column.normalizers = {zscore};
  if (zscore.mean.empty()) {
    VectorTensor sample = read_tensor(question.arguments.at("adapt"));
    as_rows(sample.tensor);
    const auto learned = features::adapt({column}, data::Dataset::from_batch(batch_of(sample)));
    column = std::get<features::NumericColumn>(learned.columns.front());
  }
  std::vector<float> out(input.tensor.value_count());
  features::encode_numbers(column, input.tensor, {out.data(), column.width()});
  return nested(out, shape);
}

}  // namespace

void add_layer_operations(Operations& operations) {
  operations["keras.Hashing"] = hashing;
  operations["keras.HashedCrossing"] = hashed_crossing;
  operations["keras.Discretization"] = discretization;
  operations["keras.CategoryEncoding"] = category_encoding;
  operations["keras.Normalization"] = normalization;
  for (const char* const op : {"keras.StringLookup", "keras.IntegerLookup", "keras.IndexLookup"}) {
    operations[op] = [](const Question&) -> Json {
      throw Skip("Kindred's vocabularies have unknown words behind the list, not before it");
    };
  }
  operations["keras.FeatureSpace"] = [](const Question&) -> Json {
    throw Skip("Kindred has no such thing; `kindred columns` proposes columns from the data");
  };
}

}  // namespace kindred::conformance
