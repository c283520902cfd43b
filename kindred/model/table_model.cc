#include "kindred/model/table_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/model/file_kind.h"
#include "kindred/model/parts.h"
#include "kindred/nn/operations.h"
#include "kindred/storage/container.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

constexpr const char* kRecipeTensor = "recipe";
constexpr const char* kNetworkName = "network";
// What the tensors of this version are called; later ones have other names.
constexpr std::array<std::string_view, 2> kTableTensors = {kRecipeTensor, "parameter/"};

const storage::Format& table_format() {
  static const storage::Format kFormat = {"kindred table model", 1};
  return kFormat;
}

std::string tensor_name(const nn::Parameter& parameter) { return "parameter/" + parameter.name; }

// The label's scale as parameters that nobody trains, so that files hold them.
nn::Network table_network(const features::FeatureLayout& layout, const LabelCoding& label,
                          std::vector<nn::LayerSpec> layers, std::uint64_t seed,
                          nn::ParameterSource source) {
  layers.emplace_back(nn::dense(label.outputs()));
  nn::Network network =
      nn::sequential_network(layout, layers, seed, kNetworkName, std::move(source));
  if (label.objective != Objective::regression) return network;
  nn::Parameter& scale =
      network.parameters->add("label.scale", nn::filled(1, 1, static_cast<float>(label.scale)),
                              {.trainable = false, .decays = false});
  nn::Parameter& mean =
      network.parameters->add("label.mean", nn::filled(1, 1, static_cast<float>(label.mean)),
                              {.trainable = false, .decays = false});
  network.forward = [inner = network.forward, &scale, &mean](
                        nn::Pass& pass, std::span<const features::FeatureBlock> blocks) {
    const nn::Var output = inner(pass, blocks);
    return nn::affine(pass.tape(), output, pass.read(scale), pass.read(mean));
  };
  return network;
}

nn::CompileOptions compile_options(Objective objective, const nn::OptimizerOptions& optimizer) {
  nn::CompileOptions options;
  options.optimizer = optimizer;
  switch (objective) {
    case Objective::regression:
      options.loss.kind = nn::LossKind::mean_squared_error;
      options.metrics = {"rmse", "mae", "r2_score"};
      break;
    case Objective::binary:
      options.loss.kind = nn::LossKind::binary_crossentropy;
      options.loss.from_logits = true;
      options.metrics = {"accuracy", "auc"};
      break;
    case Objective::multiclass:
      options.loss.kind = nn::LossKind::sparse_categorical_crossentropy;
      options.loss.from_logits = true;
      options.metrics = {"accuracy"};
      break;
  }
  return options;
}

Json parameters_json(const TableModel& model) {
  Json list{Json::Array{}};
  for (const nn::Parameter& parameter : model.network.network().parameters->all()) {
    Json entry;
    entry.set("name", parameter.name);
    entry.set("rows", std::uint64_t{parameter.value.rows()});
    entry.set("cols", std::uint64_t{parameter.value.cols()});
    list.push(std::move(entry));
  }
  return list;
}

void require_finite_values(const nn::Parameter& parameter, ErrorCode code) {
  for (const float value : parameter.value.values()) {
    if (std::isfinite(value)) continue;
    throw Error(code, fmt::format("a number of '{}' is not finite", printable(parameter.name)));
  }
}

// The numbers of a parameter, once the header has a tensor of that shape.
Matrix read_parameter(storage::ContainerReader& reader, const std::string& name, std::size_t rows,
                      std::size_t cols) {
  const std::string tensor = "parameter/" + name;
  const std::vector<std::uint64_t> shape = {rows, cols};
  reader.expect<float>(tensor, shape);
  Matrix matrix(rows, cols);
  reader.read_into(tensor, shape, matrix.values());
  return matrix;
}

const storage::TensorInfo* find_tensor(const storage::ContainerReader& reader,
                                       const std::string& name) {
  const auto found = std::ranges::find(reader.tensors(), name, &storage::TensorInfo::name);
  return found == reader.tensors().end() || found->shape.size() != 2 ? nullptr : &*found;
}

// Says which column or layer does not fit, where a tensor alone would be named otherwise.
void require_sizes(const storage::ContainerReader& reader, const features::Encoder& encoder,
                   const std::vector<nn::LayerSpec>& layers) {
  for (const features::EmbeddingTable& table : encoder.layout().tables) {
    const std::string name = fmt::format("parameter/{}/{}", kNetworkName, table.name);
    const storage::TensorInfo* tensor = find_tensor(reader, name);
    if (tensor == nullptr) continue;
    if (tensor->shape[0] == table.row_count && tensor->shape[1] == table.dimensions) continue;
    throw Error(
        ErrorCode::corrupt,
        fmt::format("column '{}': {} buckets of {} dimensions, but tensor '{}' has {} rows "
                    "of {}",
                    printable(features::name_of(encoder.columns()[table.column])), table.row_count,
                    table.dimensions, printable(name), tensor->shape[0], tensor->shape[1]));
  }
  std::size_t place = 0;
  std::size_t dense = 0;
  for (const nn::LayerSpec& layer : layers) {
    ++place;
    const auto* spec = std::get_if<nn::DenseSpec>(&layer);
    if (spec == nullptr) continue;
    const std::string suffix = dense == 0 ? "" : fmt::format("_{}", dense);
    ++dense;
    const std::string name = fmt::format("parameter/{}/dense{}.kernel", kNetworkName, suffix);
    const storage::TensorInfo* tensor = find_tensor(reader, name);
    if (tensor == nullptr || tensor->shape[1] == spec->units) continue;
    throw Error(ErrorCode::corrupt,
                fmt::format("hidden layer {}: {} units, but tensor '{}' has {} columns", place,
                            spec->units, name, tensor->shape[1]));
  }
}

features::TableRecipe read_recipe_tensor(storage::ContainerReader& reader) {
  const std::vector<std::uint8_t> bytes =
      reader.read<std::uint8_t>(kRecipeTensor, {reader.length_of(kRecipeTensor)});
  return features::recipe_from_json(
      Json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

TableModel read_table_model(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  features::TableRecipe recipe = read_recipe_tensor(reader);
  std::vector<nn::LayerSpec> hidden = nn::layers_from_json(content.at("hidden"));
  require_sizes(reader, features::Encoder(recipe.columns), hidden);
  TableModel model =
      make_table_model(std::move(recipe), label_coding_from_json(content.at("label")),
                       std::move(hidden), read_word(content.at("seed"), "seed"), nn::Adam{},
                       [&](const std::string& name, std::size_t rows, std::size_t cols) {
                         return read_parameter(reader, name, rows, cols);
                       });
  model.history = nn::history_from_json(content.at("history"));
  model.facts = content.at("facts");
  if (!(content.at("parameters") == parameters_json(model))) {
    throw Error(ErrorCode::corrupt,
                "'parameters' names others than those that recipe, hidden and label make");
  }
  reader.verify_others(kTableTensors);
  validate(model);
  return model;
}

// Of a regression: the network holds them too, and predicts by them.
void require_label_scale(const TableModel& model) {
  if (model.label.objective != Objective::regression) return;
  nn::ParameterSet& parameters = *model.network.network().parameters;
  for (const auto& [name, value] :
       {std::pair("label.scale", model.label.scale), std::pair("label.mean", model.label.mean)}) {
    const nn::Parameter* parameter = parameters.find(name);
    if (parameter == nullptr || parameter->value.values()[0] == static_cast<float>(value)) continue;
    throw Error(ErrorCode::corrupt, fmt::format("'{}' is {}, but the label says {}", name,
                                                parameter->value.values()[0], value));
  }
}

std::vector<std::string> id_labels(const features::CategoricalColumn& column) {
  std::vector<std::string> labels;
  if (const auto* vocabulary = std::get_if<features::VocabularyColumn>(&column.kind)) {
    for (std::size_t i = 0; i < vocabulary->words.size(); ++i) {
      labels.emplace_back(vocabulary->words[i]);
    }
    for (std::size_t i = 0; i < vocabulary->oov_bucket_count; ++i) {
      labels.push_back(fmt::format("(other words {})", i + 1));
    }
    return labels;
  }
  const bool is_identity = std::holds_alternative<features::IdentityColumn>(column.kind);
  for (std::size_t i = 0; i < features::bucket_count(column); ++i) {
    labels.push_back(fmt::format("{}{}", is_identity ? "" : "bucket ", i));
  }
  return labels;
}

}  // namespace

TableModel make_table_model(features::TableRecipe recipe, LabelCoding label,
                            std::vector<nn::LayerSpec> hidden, std::uint64_t seed,
                            const nn::OptimizerOptions& optimizer, nn::ParameterSource source) {
  // What is missing among words was decided for the training rows, and never again. Where nothing
  // was, as in models of older versions, every word of a column of text is kept.
  if (!recipe.reading.missing_in) recipe.reading.missing_in.emplace();
  features::Encoder encoder(recipe.columns);
  nn::Network network = table_network(encoder.layout(), label, hidden, seed, std::move(source));
  network.parameters->end_source();
  std::vector<features::Encoder> inputs;
  inputs.push_back(std::move(encoder));
  nn::Model model(std::move(inputs), std::move(network));
  model.compile(compile_options(label.objective, optimizer));
  return {.recipe = std::move(recipe),
          .label = std::move(label),
          .hidden = std::move(hidden),
          .seed = seed,
          .network = std::move(model),
          .history = {},
          .facts = Json(Json::Object())};
}

void validate(const TableModel& model) {
  for (const nn::Parameter& parameter : model.network.network().parameters->all()) {
    require_finite_values(parameter, ErrorCode::corrupt);
  }
  validate(model.label);
  require_label_scale(model);
  if (model.recipe.reading.label != model.label.name) {
    throw Error(ErrorCode::corrupt,
                fmt::format("the label is '{}', but the recipe reads '{}'",
                            printable(model.label.name), printable(model.recipe.reading.label)));
  }
  nn::check_history(model.history);
  if (model.history.epochs.empty()) throw Error(ErrorCode::corrupt, "the history has no epoch");
  if (!model.facts.is_null() && !model.facts.is_object()) {
    throw Error(ErrorCode::corrupt, "facts is no object");
  }
}

void save(const TableModel& model, const std::filesystem::path& path) {
  for (const nn::Parameter& parameter : model.network.network().parameters->all()) {
    require_finite_values(parameter, ErrorCode::invalid_argument);  // What nobody could open again.
  }
  validate(model);
  const std::string recipe = features::to_json(model.recipe).dump();
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(recipe.data()),
                                            recipe.size());
  PartWriter parts;
  parts.writer().add<std::uint8_t>(kRecipeTensor, {bytes.size()}, bytes);
  for (const nn::Parameter& parameter : model.network.network().parameters->all()) {
    parts.add_matrix(tensor_name(parameter), parameter.value);
  }
  Json content;
  content.set("label", to_json(model.label));
  content.set("hidden", nn::to_json(model.hidden));
  content.set("seed", model.seed);
  content.set("parameters", parameters_json(model));
  content.set("history", nn::to_json(model.history, false));
  content.set("facts", model.facts.is_null() ? Json(Json::Object()) : model.facts);
  parts.writer().write(path, table_format(), std::move(content));
}

TableModel load_table_model(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, table_format());
    try {
      return read_table_model(reader);
    } catch (const Error& error) {
      // Columns and layers say what is wrong with them as if a person had typed them.
      if (error.code() != ErrorCode::invalid_argument) throw;
      throw Error(ErrorCode::corrupt, error.what());
    }
  });
}

bool is_table_model(const Json& manifest) {
  return kind_of_manifest(manifest) == FileKind::table_model;
}

bool is_table_model_file(const std::filesystem::path& path) {
  return kind_of_file(path).kind == FileKind::table_model;
}

embedding::Embeddings table_embeddings(const TableModel& model, const std::string& name) {
  const features::Encoder& encoder = model.network.inputs().front();
  const std::vector<features::EmbeddingTable>& tables = encoder.layout().tables;
  std::string names;
  for (const features::EmbeddingTable& table : tables) {
    names += (names.empty() ? "" : ", ") + table.name;
    if (table.name != name && !(name.empty() && tables.size() == 1)) continue;
    const auto& column = std::get<features::EmbeddingColumn>(encoder.columns()[table.column]);
    embedding::Embeddings found;
    found.labels = data::Vocabulary(id_labels(column.categorical));
    found.vectors = model.network.network()
                        .parameters->find(fmt::format("{}/{}", kNetworkName, table.name))
                        ->value;
    found.metadata = data::Table(found.vectors.rows());
    return found;
  }
  throw Error(ErrorCode::not_found, names.empty()
                                        ? "the model has no embedding"
                                        : fmt::format("the model has no embedding '{}'; it has {}",
                                                      printable(name), names));
}

}  // namespace kindred::model
