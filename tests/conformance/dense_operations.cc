// What columns make together: dense tensors, embeddings, indicators, linear models.

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/embedding/dimension_rule.h"
#include "kindred/features/encoder.h"
#include "kindred/features/linear_model.h"
#include "kindred/features/pooling.h"
#include "tests/conformance/column_reader.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/vector_tensor.h"

namespace kindred::conformance {
namespace {

using features::Column;
using features::Encoder;
using features::FeatureBlock;

bool is_tensor(const Json& json) {
  return !json.is_object() || json.find("sparse") != nullptr || json.find("dense") != nullptr;
}

// The features: by name, or one that belongs to the key of the only column.
data::Batch read_batch(const Json& input, const std::vector<Column>& columns) {
  data::Batch batch;
  if (is_tensor(input)) {
    batch.add(features::keys_of(columns.front()).front(), read_tensor(input).tensor);
    return batch;
  }
  for (const auto& [name, value] : input.as_object()) {
    data::Tensor tensor = read_tensor(value).tensor;
    // Weights may stand as one list, one weight for each id of the batch.
    const bool is_flat_list = !batch.features.empty() && !tensor.is_ragged() &&
                              tensor.row_count() == 1 && batch.row_count > 1;
    if (is_flat_list && batch.features.front().tensor.value_count() == tensor.value_count()) {
      tensor = data::ragged(std::move(tensor.values), batch.features.front().tensor.row_offsets);
    }
    batch.add(name, std::move(tensor));
  }
  return batch;
}

Matrix read_matrix(const Json& json) {
  const Json::Array& rows = json.as_array();
  Matrix out(rows.size(), rows.front().as_array().size());
  for (std::size_t row = 0; row < out.rows(); ++row) {
    for (std::size_t i = 0; i < out.cols(); ++i) {
      out.row(row)[i] = static_cast<float>(rows[row].as_array().at(i).as_double());
    }
  }
  return out;
}

// The table of every embedding there is.
std::vector<Matrix> read_tables(const Question& question, const Encoder& encoder) {
  const Json* given = find_argument(question.arguments, "table");
  if (given == nullptr) given = find_argument(question.arguments, "embedding_table");
  std::vector<Matrix> tables = features::initial_tables(encoder.layout(), 1);
  for (Matrix& table : tables) {
    if (given == nullptr) throw Skip("the vectors of the embedding are not given");
    table = read_matrix(*given);
  }
  return tables;
}

Matrix dense(const Question& question, std::vector<Column> columns, const data::Batch& batch) {
  const Encoder encoder(std::move(columns));
  FeatureBlock block;
  encoder.encode(batch, block);
  Matrix out(batch.row_count, encoder.layout().width);
  features::dense_features(encoder.layout(), block, read_tables(question, encoder), out);
  return out;
}

std::vector<Column> read_columns(const Question& question) {
  std::vector<Column> columns;
  for (const Json& column : question.arguments.at("columns").as_array()) {
    columns.push_back(ColumnReader(question.arguments).column(column));
  }
  return columns;
}

Json dense_features(const Question& question) {
  std::vector<Column> columns = read_columns(question);
  const Encoder encoder(columns);
  if (question.input.is_null()) throw Skip("no input, and no error to show either");
  return nested(dense(question, columns, read_batch(question.input, columns)));
}

features::CategoricalColumn inner_category(const Question& question) {
  const ColumnReader reader(question.arguments);
  if (const Json* inner = find_argument(question.arguments, "categorical")) {
    return reader.categorical(*inner);
  }
  Json identity;
  identity.set("identity", question.arguments);
  return reader.categorical(identity);
}

Json indicator_column(const Question& question) {
  const std::vector<Column> columns = {features::indicator(inner_category(question))};
  return nested(dense(question, columns, read_batch(question.input, columns)));
}

features::EmbeddingColumn embedding_of(const Question& question,
                                       features::CategoricalColumn categorical) {
  features::EmbeddingColumn column{.categorical = std::move(categorical)};
  if (const Json* dimension = question.arguments.find("dimension")) {
    if (dimension->is_null() || dimension->as_int() < 1) {
      throw Error(ErrorCode::invalid_argument, "an embedding needs at least one dimension");
    }
    column.dimensions = dimension->as_uint();
  }
  column.combiner = read_combiner(question.arguments.find("combiner"));
  if (const Json* norm = find_argument(question.arguments, "max_norm")) {
    column.max_norm = static_cast<float>(norm->as_double());
  }
  return column;
}

Json embedding_column(const Question& question) {
  features::CategoricalColumn categorical = inner_category(question);
  const bool has_weights =
      question.input.find("weights") != nullptr && categorical.weight_key.empty();
  if (has_weights) categorical = features::weighted(std::move(categorical), "weights");
  const std::vector<Column> columns = {embedding_of(question, std::move(categorical))};
  const Matrix out = dense(question, columns, read_batch(question.input, columns));
  const Json& ids = is_tensor(question.input) ? question.input : question.input.at("ids");
  std::vector<std::size_t> shape = read_tensor(ids).shape;
  shape.back() = out.cols();  // The axis of the ids of a row becomes that of the vector.
  return nested(out.values(), shape);
}

// The other system's unsafe lookup loses rows without ids at the end of a batch; what it
// keeps is the same.
Json without_last_zeros(const Question& question, const Json& rows) {
  const Json* safe = find_argument(question.arguments, "use_safe_embedding_lookup");
  Json::Array kept = rows.as_array();
  if (safe == nullptr || safe->as_bool()) return kept;
  const auto is_zero = [](const Json& value) { return value.as_double() == 0.0; };
  while (!kept.empty() && std::ranges::all_of(kept.back().as_array(), is_zero)) kept.pop_back();
  return kept;
}

Json shared_embeddings(const Question& question) {
  Json out = Json(Json::Object());
  for (const auto& [name, input] : question.input.as_object()) {
    Json identity;
    identity.set("identity", question.arguments);
    const std::vector<Column> columns = {
        embedding_of(question, ColumnReader(question.arguments).categorical(identity, name))};
    data::Batch batch;
    batch.add(name, read_tensor(input).tensor);
    out.set(name, without_last_zeros(question, nested(dense(question, columns, batch))));
  }
  return out;
}

// The kernels: of the only column, by column name, or one after the other.
void read_kernels(const Json& weights, const features::FeatureLayout& layout,
                  features::LinearModel& model) {
  if (weights.is_object()) {
    for (std::size_t i = 0; i < layout.parts.size(); ++i) {
      model.kernels[i] = read_matrix(weights.at(layout.parts[i].name));
    }
    return;
  }
  const Matrix all = read_matrix(weights);
  std::size_t row = 0;
  for (Matrix& kernel : model.kernels) {
    if (row + kernel.rows() > all.rows()) throw Skip("the weights of the columns are not given");
    for (std::size_t i = 0; i < kernel.rows(); ++i, ++row) {
      std::ranges::copy(all.row(row), kernel.row(i).begin());
    }
  }
}

// Names the weights of an only weighted column by the feature that is left over.
void name_weights(const Json& input, std::vector<Column>& columns) {
  for (Column& column : columns) {
    auto* categorical = std::get_if<features::CategoricalColumn>(&column);
    if (categorical == nullptr || categorical->weight_key.empty()) continue;
    if (input.find(categorical->weight_key) != nullptr) continue;
    const std::string key = features::keys_of(column).front();
    for (const auto& [name, value] : input.as_object()) {
      if (name != key) categorical->weight_key = name;
    }
  }
}

Json linear_model(const Question& question) {
  std::vector<Column> columns = read_columns(question);
  if (question.input.is_object() && !is_tensor(question.input)) {
    name_weights(question.input, columns);
  }
  const Encoder encoder(columns);
  if (question.input.is_null()) throw Skip("no input, and no error to show either");
  const data::Batch batch = read_batch(question.input, columns);
  FeatureBlock block;
  encoder.encode(batch, block);
  const Json* units = find_argument(question.arguments, "units");
  features::LinearModel model =
      features::make_linear_model(encoder.layout(), units == nullptr ? 1 : units->as_uint());
  read_kernels(question.arguments.at("weights"), encoder.layout(), model);
  if (const Json* bias = find_argument(question.arguments, "bias")) {
    for (std::size_t i = 0; i < model.bias.size(); ++i) {
      model.bias[i] = static_cast<float>(bias->as_array().at(i).as_double());
    }
  }
  if (const Json* combiner = find_argument(question.arguments, "sparse_combiner")) {
    model.combiner = read_combiner(combiner);
  }
  Matrix out(batch.row_count, model.bias.size());
  features::predict(model, encoder.layout(), block, read_tables(question, encoder), out);
  return nested(out);
}

Json embedding_initializer(const Question& question) {
  Json stddevs{Json::Array{}};
  for (const Json& dimensions : question.input.as_array()) {
    stddevs.push(features::initial_stddev(dimensions.as_uint()));
  }
  Json out;
  out.set("distribution", "truncated_normal");
  out.set("mean", 0.0);
  out.set("stddev", std::move(stddevs));
  out.set("truncate_at_sigmas", features::kInitialTruncation);
  return out;
}

}  // namespace

void add_dense_operations(Operations& operations) {
  operations["dense_features"] = dense_features;
  operations["indicator_column"] = indicator_column;
  operations["embedding_column"] = embedding_column;
  operations["shared_embeddings"] = shared_embeddings;
  operations["linear_model"] = linear_model;
  operations["embedding_initializer"] = embedding_initializer;
  operations["embedding_dimension_rule"] = [](const Question& question) {
    return Json(embedding::fourth_root(question.input.as_uint()));
  };
}

}  // namespace kindred::conformance
