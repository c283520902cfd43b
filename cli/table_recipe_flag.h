// Where verbs that encode a table get its columns from: --config, or a proposal.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/table_flags.h"
#include "kindred/features/table_recipe.h"

namespace kindred::cli {

struct FoundRecipe {
  features::TableRecipe recipe;
  std::vector<std::string> left_out;  // Sentences: the columns that a proposal does without.
};

// The recipe of the configuration with the flags on top, or, where `config` is empty, the
// columns that `kindred columns` proposes for the table.
FoundRecipe find_recipe(const TableFlags& table, const std::filesystem::path& config,
                        const CommonOptions& common);

// The recipe again, if it says which column is to be predicted; else throws
// Error(invalid_argument) that says how to.
features::TableRecipe require_label(features::TableRecipe recipe);

}  // namespace kindred::cli
