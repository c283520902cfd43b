// One feature, one column: numbers, buckets, ids of every kind, weights, names.

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/features/encoder.h"
#include "kindred/features/id_encoding.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/pooling.h"
#include "kindred/features/sequence_features.h"
#include "tests/conformance/column_reader.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/vector_tensor.h"

namespace kindred::conformance {
namespace {

using features::CategoricalColumn;
using features::IdBag;

float special_number(const Json& json) {
  if (!json.is_string()) return static_cast<float>(json.as_double());
  return std::strtof(json.as_string().c_str(), nullptr);
}

Json bucketize(const Question& question) {
  std::vector<float> boundaries;
  for (const Json& boundary : question.arguments.at("boundaries").as_array()) {
    boundaries.push_back(static_cast<float>(boundary.as_double()));
  }
  features::check_column(features::bucketized(features::numeric("x"), boundaries));
  Json out{Json::Array{}};
  for (const Json& value : question.input.as_array()) {
    out.push(std::uint64_t{features::bucket_of(boundaries, special_number(value))});
  }
  return out;
}

IdBag encode(const CategoricalColumn& column, const data::Batch& batch) {
  IdBag bag;
  features::IdEncoder(column).encode(batch, bag);
  return bag;
}

// The ids of a single feature, in the form of the input.
Json ids_of(const Question& question, const char* kind) {
  Json wrapper;
  wrapper.set(kind, question.arguments);
  const CategoricalColumn column = ColumnReader(question.arguments).categorical(wrapper, "x");
  if (question.input.is_null()) throw Skip("no input, and no error to show either");
  const VectorTensor input = read_tensor(question.input);
  data::Batch batch;
  batch.add("x", input.tensor);
  const IdBag bag = encode(column, batch);
  if (question.expected.is_array()) {
    return question.expected.as_array().empty() || question.expected.as_array()[0].is_array()
               ? rows_of(bag)
               : Json(json_values(bag.ids));
  }
  return sparse(input, json_values(bag.ids));
}

Json weighted(const Question& question) {
  const Json& inner = question.arguments.at("categorical");
  const CategoricalColumn column =
      features::weighted(ColumnReader(question.arguments).categorical(inner, "ids"), "weights");
  const VectorTensor ids = read_tensor(question.input.at("ids"));
  data::Batch batch;
  batch.add("ids", ids.tensor);
  batch.add("weights", read_tensor(question.input.at("weights")).tensor);
  const IdBag bag = encode(column, batch);
  Json out;
  out.set("ids", sparse(ids, json_values(bag.ids)));
  out.set("weights", sparse(ids, json_values(bag.weights)));
  return out;
}

Json bucketized_meta(const CategoricalColumn& column) {
  const auto& kind = std::get<features::BucketizedColumn>(column.kind);
  Json out;
  out.set("variable_shape", list_of(std::vector{kind.source.width(), kind.boundaries.size() + 1}));
  out.set(kBuckets, std::uint64_t{features::bucket_count(column)});
  out.set("name_suffix", features::name_of(column).substr(kind.source.key.size()));
  return out;
}

Json bucketized(const Question& question) {
  Json wrapper;
  wrapper.set("bucketized", question.arguments);
  const CategoricalColumn column = ColumnReader(question.arguments).categorical(wrapper, "x");
  const Json* stage = find_argument(question.arguments, "stage");
  const std::string what = stage == nullptr ? "sparse_ids" : stage->as_string();
  if (what == "meta") return bucketized_meta(column);
  const VectorTensor input = read_tensor(question.input);
  data::Batch batch;
  batch.add("x", input.tensor);
  const IdBag bag = encode(column, batch);
  const auto& kind = std::get<features::BucketizedColumn>(column.kind);
  const std::size_t buckets = kind.boundaries.size() + 1;
  const std::size_t width = kind.source.width();
  if (what == "sparse_ids") return sparse_rows(bag);
  if (what == "transform") {
    std::vector<std::int64_t> within;
    for (const std::int64_t id : bag.ids) within.push_back(id % static_cast<std::int64_t>(buckets));
    return nested(within, std::vector{bag.row_count(), width});
  }
  std::vector<float> one_hot(bag.row_count() * width * buckets, 0.0F);
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    for (std::size_t i = bag.row_offsets[row]; i < bag.row_offsets[row + 1]; ++i) {
      one_hot[row * width * buckets + static_cast<std::size_t>(bag.ids[i])] = 1.0F;
    }
  }
  return nested(one_hot, std::vector{bag.row_count(), width, buckets});
}

Json numeric(const Question& question) {
  Json json = question.arguments;
  json.set("key", "x");
  const features::NumericColumn column = ColumnReader(question.arguments).numeric(json);
  if (question.input.is_null()) throw Skip("no input, and no error to show either");
  const VectorTensor input = read_tensor(question.input);
  if (input.is_sparse) {
    throw Error(ErrorCode::invalid_argument, "numbers cannot be given as a sparse tensor");
  }
  Matrix out(input.tensor.row_count(), column.width());
  features::encode_numbers(column, input.tensor, {out.values().data(), out.cols()});
  return nested(out);
}

// ---- Sequences.

Json sequence_ids(const Question& question, const char* kind) {
  Json wrapper;
  wrapper.set(kind, question.arguments);
  const CategoricalColumn column =
      features::sequence(ColumnReader(question.arguments).categorical(wrapper, "x"));
  VectorTensor input = read_tensor(question.input);
  data::Batch batch;
  batch.add("x", input.tensor);
  const IdBag bag = encode(column, batch);
  if (input.shape.size() == 2) {
    // Each step is a list of one.
    input.shape.push_back(1);
    for (auto& place : input.present) place.push_back(0);
  }
  return sparse(input, json_values(bag.ids));
}

Json sequence_indicator(const Question& question) {
  Json wrapper;
  wrapper.set("identity", question.arguments);
  const CategoricalColumn column =
      features::sequence(ColumnReader(question.arguments).categorical(wrapper, "x"));
  const VectorTensor input = read_tensor(question.input);
  data::Batch batch;
  batch.add("x", input.tensor);
  const std::size_t width = features::bucket_count(column);
  if (input.shape.size() == 3) {
    // Steps that hold several ids: each step is a row of an indicator.
    const features::Encoder encoder({features::indicator(column)});
    features::FeatureBlock block;
    encoder.encode(batch, block);
    Matrix out(batch.row_count, width);
    features::dense_features(encoder.layout(), block, {}, out);
    return nested(out.values(), std::vector{input.shape[0], input.shape[1], width});
  }
  const features::SequenceTensor out =
      features::padded_sequence(features::indicator(column), batch, {}, input.shape[1]);
  return nested(out.values, std::vector{out.row_count, out.step_count, out.width});
}

Json sequence_numeric(const Question& question) {
  Json json = question.arguments;
  json.set("key", "x");
  const features::SequenceNumericColumn column{.numeric =
                                                   ColumnReader(question.arguments).numeric(json)};
  VectorTensor input = read_tensor(question.input);
  if (input.is_sparse) {
    input = densified(input, 0.0);
    input.tensor.shape = {input.shape[0],
                          input.tensor.value_count() / std::max<std::size_t>(input.shape[0], 1)};
  }
  data::Batch batch;
  batch.add("x", input.tensor);
  const features::SequenceTensor out = features::padded_sequence(column, batch, {});
  std::vector<std::size_t> shape = {out.row_count, out.step_count};
  for (const std::size_t axis : column.numeric.shape) shape.push_back(axis);
  return nested(out.values, shape);
}

Json concatenate_context(const Question& question) {
  const VectorTensor sequence = read_tensor(question.input.at("sequence"));
  const VectorTensor context = read_tensor(question.input.at("context"));
  const auto floats = [](const VectorTensor& tensor) {
    const features::NumberReader numbers(tensor.tensor, "x");
    std::vector<float> values;
    for (std::size_t i = 0; i < tensor.tensor.value_count(); ++i) {
      values.push_back(static_cast<float>(numbers[i]));
    }
    return values;
  };
  const features::SequenceTensor steps{
      .row_count = sequence.shape.at(0),
      .step_count = sequence.shape.at(1),
      .width = sequence.shape.at(2),
      .values = floats(sequence),
      .lengths = std::vector<std::size_t>(sequence.shape[0], sequence.shape[1])};
  const Matrix extra(context.shape.at(0), context.shape.at(1), floats(context));
  const features::SequenceTensor out = features::with_context(steps, extra);
  return nested(out.values, std::vector{out.row_count, out.step_count, out.width});
}

// ---- Names.

Json column_name(const Question& question) {
  const ColumnReader reader(question.arguments);
  const auto category = [&](const Json& json) {
    return json.is_string() && json.as_string().find('(') == std::string::npos
               ? features::hashed(json.as_string(), 10)
               : reader.categorical(json);
  };
  const auto cross = [&](const Json& keys) {
    Json json;
    json.set("crossed", keys);
    return reader.categorical(json);
  };
  const auto& [kind, value] = question.input.as_object().front();
  if (kind == "numeric") return features::name_of(features::numeric(value.as_string()));
  if (kind == "bucketized") {
    return features::name_of(features::bucketized(features::numeric(value.as_string()), {0.0F}));
  }
  if (kind == "weighted") {
    return features::name_of(
        features::weighted(category(value.as_array().at(0)), value.as_array().at(1).as_string()));
  }
  if (kind == "crossed_keys" || kind == "crossed") return features::name_of(cross(value));
  if (kind == "crossed_embedding") return features::name_of(features::embedding(cross(value)));
  if (kind == "crossed_indicator") return features::name_of(features::indicator(cross(value)));
  if (kind == "indicator") return features::name_of(features::indicator(category(value)));
  if (kind == "embedding") return features::name_of(features::embedding(category(value)));
  if (kind == "shared_embedding") {
    return features::name_of(features::shared_embeddings({category(value)}).front());
  }
  return features::name_of(category(value));
}

}  // namespace

void add_column_operations(Operations& operations) {
  operations["bucketize"] = bucketize;
  operations["bucketized_column"] = bucketized;
  operations["numeric_column"] = numeric;
  operations["weighted_categorical_column"] = weighted;
  operations["column_name"] = column_name;
  const std::map<std::string, const char*> kinds = {
      {"categorical_column_with_identity", "identity"},
      {"categorical_column_with_hash_bucket", "hash_bucket"},
      {"categorical_column_with_vocabulary_list", "vocab"},
      {"categorical_column_with_vocabulary_file", "vocab"}};
  for (const auto& [op, kind] : kinds) {
    operations[op] = [kind = kind](const Question& question) { return ids_of(question, kind); };
    operations["sequence_" + op] = [kind = kind](const Question& question) {
      return sequence_ids(question, kind);
    };
  }
  operations["sequence_indicator_column"] = sequence_indicator;
  operations["sequence_numeric_column"] = sequence_numeric;
  operations["concatenate_context_input"] = concatenate_context;
}

}  // namespace kindred::conformance
