// What the verbs that take a model do when it is one of a table.

#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "cli/common.h"
#include "kindred/embedding/embeddings.h"

namespace kindred::cli {

class Command;

// Throws UsageError naming a flag that was given and is neither common to all
// verbs nor in `allowed`: those of ratings say nothing to a model of a table.
void require_table_flags(const Command& verb, std::initializer_list<const char*> allowed);

// kindred evaluate M --test FILE: the loss and metrics on rows whose label is known, beside
// what a guess that looks at nothing would reach.
void evaluate_table(const CommonOptions& common, const std::filesystem::path& model,
                    const std::filesystem::path& test);

// kindred predict M FILE: a line for each row, in its order. Columns are found by name.
void predict_table(const CommonOptions& common, const std::filesystem::path& model,
                   const std::filesystem::path& table, const std::filesystem::path& output);

// kindred inspect M: label, columns, network, parameters, history.
void print_table_model(const std::filesystem::path& model);

// kindred export M --what NAME.
embedding::Embeddings load_table_embeddings(const std::filesystem::path& model,
                                            const std::string& name);

}  // namespace kindred::cli
