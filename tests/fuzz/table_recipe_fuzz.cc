// Any text either is TOML of columns, and then survives being written as JSON and read again,
// or an Error.

#include <string>
#include <string_view>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/toml.h"
#include "kindred/features/table_recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::features;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const TableRecipe recipe = recipe_from_json(kindred::parse_toml(text, "fuzz"));
    const std::string written = to_json(recipe).dump();
    const TableRecipe again = recipe_from_json(kindred::Json::parse(written));
    KINDRED_CHECK(again.columns == recipe.columns);
    KINDRED_CHECK(to_json(again).dump() == written);
    if (is_learned(recipe) && !recipe.columns.empty()) reading_options(recipe, true);
  } catch (const kindred::Error&) {
    // As promised.
  }
  return 0;
}
