// A model of a table: how to read it, its columns, the network, what the label means, and
// how training went. What `kindred fit` makes and the other verbs use.
//
//    TableModel model = load_table_model("homes.kindred");
//    const Matrix predicted = model.network.predict(rows, {}, pool);
//
// In a file the recipe is the tensor "recipe", JSON as bytes, since vocabularies may be
// large; parameters are "parameter/NAME"; the manifest holds the rest (docs/format/model.md).
// Reading rebuilds the network from the recipe and the layers, and takes the file as hostile.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/features/table_recipe.h"
#include "kindred/model/label_coding.h"
#include "kindred/nn/model.h"

namespace kindred::model {

struct TableModel {
  features::TableRecipe recipe;  // Learned: types and columns are complete.
  LabelCoding label;
  std::vector<nn::LayerSpec> hidden;  // Before the last layer, which the label asks for.
  std::uint64_t seed = 1;
  nn::Model network;  // Compiled for the label; predicts numbers or probabilities.
  nn::History history;
  Json facts;  // Where it came from. An object; for people.
};

// The network: hidden layers on the columns of the recipe, a dense layer of label.outputs(),
// and for regression the scale of the label behind it. Loss and metrics follow the label:
//
//    regression   mean_squared_error; rmse, mae, r2_score
//    binary       binary_crossentropy from logits; accuracy, auc
//    multiclass   sparse_categorical_crossentropy from logits; accuracy
//
// Parameters are drawn, or come from `source`, which is asked for each before memory is taken
// for it.
// Throws Error(invalid_argument) for columns that are not learned and layers out of range.
TableModel make_table_model(features::TableRecipe recipe, LabelCoding label,
                            std::vector<nn::LayerSpec> hidden, std::uint64_t seed,
                            const nn::OptimizerOptions& optimizer = nn::Adam{},
                            nn::ParameterSource source = {});

// Throws Error(corrupt) unless all parts fit together: finite parameters, a label whose scale is
// that of the network, a history in order. What load and save both ask, and therefore inspect.
void validate(const TableModel& model);

// Equal models give equal bytes. Throws Error(io) naming the path.
void save(const TableModel& model, const std::filesystem::path& path);

// Throws Error(not_found), Error(corrupt) saying what is wrong, or Error(unsupported).
TableModel load_table_model(const std::filesystem::path& path);

// Whether a manifest (storage/container.h) is that of such a file; false for null.
bool is_table_model(const Json& manifest);
// The same for a file; false where there is none or it is another's.
bool is_table_model_file(const std::filesystem::path& path);

// The vectors of an embedding table with a label for each id: a word of the vocabulary, or
// "bucket 3". `name` as in the layout; "" where there is one table only.
// Throws Error(not_found) that lists the tables.
embedding::Embeddings table_embeddings(const TableModel& model, const std::string& name);

}  // namespace kindred::model
