#include "kindred/features/table_recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/base/toml.h"
#include "kindred/features/column_json.h"

namespace kindred::features {
namespace {

constexpr std::array<const char*, 13> kSettings = {
    "label",   "weight", "separator", "header", "names",      "trim",  "latin1",
    "missing", "types",  "defaults",  "lists",  "missing_in", "column"};

[[noreturn]] void fail_recipe(const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, problem);
}

std::vector<std::string> text_list(const Json& json) {
  std::vector<std::string> out;
  for (const Json& text : json.as_array()) out.push_back(text.as_string());
  return out;
}

Json text_list(const std::vector<std::string>& texts) {
  Json out{Json::Array{}};
  for (const std::string& text : texts) out.push(text);
  return out;
}

data::CsvColumn::Default read_default(const Json& json) {
  if (json.is_string()) return json.as_string();
  return json.as_double();
}

Json with_word_files(const Json& json, const std::filesystem::path& folder);

void read_setting(const std::string& name, const Json& value, TableRecipe& recipe) {
  data::CsvOptions& reading = recipe.reading;
  if (name == "label") reading.label = value.as_string();
  if (name == "weight") reading.weight = value.as_string();
  if (name == "separator") reading.separator = value.as_string();
  if (name == "header") reading.header = value.as_bool();
  if (name == "names") reading.names = text_list(value);
  if (name == "trim") reading.trim = value.as_bool();
  if (name == "latin1" && value.as_bool()) reading.encoding = data::Encoding::latin1;
  if (name == "missing") reading.missing_words = text_list(value);
  if (name == "column") recipe.columns = columns_from_json(value);
  if (name == "types") {
    for (const auto& [column, type] : value.as_object()) {
      reading.types[column] = data::csv_type(type.as_string());
    }
  }
  if (name == "defaults") {
    for (const auto& [column, fallback] : value.as_object()) {
      reading.defaults[column] = read_default(fallback);
    }
  }
  if (name == "missing_in") {
    reading.missing_in.emplace();
    for (const auto& [column, words] : value.as_object()) {
      (*reading.missing_in)[column] = text_list(words);
    }
  }
  if (name == "lists") {
    for (const auto& [column, separator] : value.as_object()) {
      reading.list_separators[column] = separator.as_string();
    }
  }
}

// The words of a vocabulary column's `words_file`, in its place.
Json with_words(const Json& column, const std::filesystem::path& folder) {
  Json out{Json::Object{}};
  std::size_t size = 0;
  if (const Json* given = column.find("words_file_size"))
    size = read_size(*given, "'words_file_size'");
  for (const auto& [name, value] : column.as_object()) {
    if (name == "words_file_size") continue;
    if (name != "words_file") {
      out.set(name, with_word_files(value, folder));
      continue;
    }
    if (column.find("words") != nullptr) fail_recipe("both 'words' and 'words_file' are given");
    Json words{Json::Array{}};
    const data::TextList lines = read_words(folder / value.as_string(), size);
    for (std::size_t i = 0; i < lines.size(); ++i) words.push(lines[i]);
    out.set("words", std::move(words));
  }
  return out;
}

// Only files that people write may name further files: of what a model file holds, nothing is
// opened.
Json with_word_files(const Json& json, const std::filesystem::path& folder) {
  if (json.is_object()) return with_words(json, folder);
  if (!json.is_array()) return json;
  Json out{Json::Array{}};
  for (const Json& element : json.as_array()) out.push(with_word_files(element, folder));
  return out;
}

}  // namespace

TableRecipe recipe_from_json(const Json& json) {
  TableRecipe recipe;
  for (const auto& [name, value] : json.as_object()) {
    if (std::ranges::find(kSettings, name) == kSettings.end()) {
      fail_recipe(fmt::format("there is no setting '{}'; the settings are: {}", printable(name),
                              fmt::join(kSettings, ", ")));
    }
    try {
      read_setting(name, value, recipe);
    } catch (const Error& error) {
      // A column names itself.
      if (name == "column") throw;
      fail_recipe(fmt::format("'{}': {}", name, error.what()));
    }
  }
  return recipe;
}

Json to_json(const TableRecipe& recipe) {
  const data::CsvOptions& reading = recipe.reading;
  Json out = Json(Json::Object{});
  if (!reading.label.empty()) out.set("label", reading.label);
  if (!reading.weight.empty()) out.set("weight", reading.weight);
  if (reading.separator) out.set("separator", *reading.separator);
  if (reading.header) out.set("header", *reading.header);
  if (!reading.names.empty()) out.set("names", text_list(reading.names));
  if (reading.trim) out.set("trim", true);
  if (reading.encoding == data::Encoding::latin1) out.set("latin1", true);
  if (!reading.missing_words.empty()) out.set("missing", text_list(reading.missing_words));
  Json::Object types;  // Of any number of columns: names are looked for nowhere.
  for (const auto& [column, type] : reading.types) types.emplace_back(column, data::name_of(type));
  if (!reading.types.empty()) out.set("types", Json(std::move(types)));
  Json defaults = Json(Json::Object{});
  for (const auto& [column, fallback] : reading.defaults) {
    defaults.set(column, std::visit([](const auto& value) { return Json(value); }, fallback));
  }
  if (!reading.defaults.empty()) out.set("defaults", std::move(defaults));
  Json lists = Json(Json::Object{});
  for (const auto& [column, separator] : reading.list_separators) lists.set(column, separator);
  if (!reading.list_separators.empty()) out.set("lists", std::move(lists));
  if (reading.missing_in) {
    Json words = Json(Json::Object{});
    for (const auto& [column, list] : *reading.missing_in) words.set(column, text_list(list));
    out.set("missing_in", std::move(words));
  }
  out.set("column", to_json(recipe.columns));
  return out;
}

TableRecipe read_recipe(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::not_found, fmt::format("cannot read {}", path.string()));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const bool is_json = path.extension() == ".json";
  const Json toml = is_json ? Json() : parse_toml(text, path.string());
  try {
    return recipe_from_json(
        with_word_files(is_json ? Json::parse(text) : toml, path.parent_path()));
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", path.string(), error.what()));
  }
}

data::CsvOptions reading_options(const TableRecipe& recipe, bool with_label) {
  data::CsvOptions options = recipe.reading;
  if (recipe.columns.empty()) fail_recipe("there are no columns to encode");
  if (!with_label) {
    options.types.erase(options.label);
    options.defaults.erase(options.label);
    options.label.clear();
    options.types.erase(options.weight);
    options.defaults.erase(options.weight);
    options.weight.clear();
  }
  options.keep_missing = true;
  options.select.clear();
  std::set<std::string, std::less<>> chosen;
  for (const Column& column : recipe.columns) {
    for (const std::string& key : keys_of(column)) {
      if (key == recipe.reading.label) {
        fail_recipe(
            fmt::format("column '{}' reads '{}', which is the label: the answer would be among "
                        "the questions",
                        printable(name_of(column)), printable(key)));
      }
      if (chosen.insert(key).second) options.select.push_back(key);
    }
  }
  return options;
}

std::vector<std::string> required_fields(const TableRecipe& recipe) {
  std::vector<std::string> fields;
  for (const Column& column : recipe.columns) {
    const auto* numeric = std::get_if<NumericColumn>(&column);
    if (numeric == nullptr || !numeric->default_value.empty()) continue;
    if (!recipe.reading.list_separators.contains(numeric->key)) fields.push_back(numeric->key);
  }
  return fields;
}

TableRecipe with_types(TableRecipe recipe, const data::CsvSchema& schema) {
  data::CsvOptions& reading = recipe.reading;
  std::set<std::string_view> used;
  for (const data::CsvColumn& column : schema.columns) {
    if (column.used) used.insert(column.name);
  }
  const auto is_unused = [&](const auto& setting) { return !used.contains(setting.first); };
  std::erase_if(reading.types, is_unused);
  std::erase_if(reading.defaults, is_unused);
  std::erase_if(reading.list_separators, is_unused);
  reading.missing_in.emplace();
  for (const data::CsvColumn& column : schema.columns) {
    if (!column.used) continue;
    reading.types[column.name] = column.type;
    if (!column.missing_words.empty()) (*reading.missing_in)[column.name] = column.missing_words;
  }
  return recipe;
}

bool is_learned(const TableRecipe& recipe) {
  return std::ranges::all_of(recipe.columns,
                             [](const Column& column) { return is_learned(column); });
}

}  // namespace kindred::features
