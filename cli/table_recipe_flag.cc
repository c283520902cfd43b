#include "cli/table_recipe_flag.h"

#include <utility>

#include "kindred/base/error.h"
#include "kindred/features/propose.h"

namespace kindred::cli {

FoundRecipe find_recipe(const TableFlags& table, const std::filesystem::path& config,
                        const CommonOptions& common) {
  if (!config.empty()) {
    features::TableRecipe recipe = features::read_recipe(config);
    recipe.reading = reading_of(table, recipe.reading);
    return {.recipe = std::move(recipe), .left_out = {}};
  }
  data::CsvOptions options = reading_of(table, {});
  options.keep_missing = true;
  const data::CsvSchema schema = data::infer_csv_schema(table.files, options);
  features::TableFacts facts = features::gather_facts(schema, open_table(table, common, schema));
  facts.label = options.label;
  note(common, "no --config: columns as 'kindred columns' proposes them");
  const features::Proposal proposal = features::propose(facts, reading_of(table, {}));
  return {.recipe = proposal.recipe(), .left_out = proposal.left_out()};
}

features::TableRecipe require_label(features::TableRecipe recipe) {
  if (!recipe.reading.label.empty()) return recipe;
  throw Error(ErrorCode::invalid_argument,
              "which column is to be predicted? Name it with --label, or in the configuration");
}

}  // namespace kindred::cli
