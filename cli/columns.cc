// kindred columns: what is in a table, and feature columns proposed for it.

#include <fmt/format.h>

#include <limits>
#include <memory>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/table_flags.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/json.h"
#include "kindred/features/propose.h"

namespace kindred::cli {
namespace {

struct ColumnsFlags {
  CommonOptions common;
  TableFlags table;
  std::filesystem::path output;
};

Json facts_json(const features::ColumnFacts& facts) {
  Json json;
  json.set("name", facts.name);
  json.set("type", data::name_of(facts.type));
  json.set("missing", std::uint64_t{facts.missing_count});
  json.set("distinct", std::uint64_t{facts.distinct_count});
  json.set("distinct_is_exact", !facts.has_more_distinct);
  json.set("effective", facts.effective_count);
  if (facts.type != data::CsvType::text && facts.distinct_count > 0) {
    const bool is_whole = facts.type == data::CsvType::int32 || facts.type == data::CsvType::int64;
    json.set("minimum", is_whole ? Json(facts.whole_minimum) : Json(facts.minimum));
    json.set("maximum", is_whole ? Json(facts.whole_maximum) : Json(facts.maximum));
    json.set("mean", facts.mean);
    json.set("stddev", facts.stddev);
    json.set("median", facts.median);
  }
  Json frequent{Json::Array{}};
  for (const features::WordCount& word : facts.frequent) {
    Json entry;
    entry.set("value", word.word);
    entry.set("count", word.count);
    frequent.push(std::move(entry));
  }
  json.set("frequent", std::move(frequent));
  return json;
}

std::string json_text(const CommonOptions& common, const features::TableFacts& facts,
                      const features::Proposal& proposal) {
  Json json;
  json.set("rows", std::uint64_t{facts.row_count});
  Json columns{Json::Array{}};
  for (const features::ColumnFacts& column : facts.columns) columns.push(facts_json(column));
  json.set("facts", std::move(columns));
  json.set("config", features::to_json(proposal.recipe()));
  return with_guesses(common, std::move(json)).dump(2) + "\n";
}

// The flags, and which words the rows say are missing ones.
data::CsvOptions reading_found(const TableFlags& flags, const data::CsvSchema& schema) {
  data::CsvOptions reading = reading_of(flags, {});
  for (const data::CsvColumn& column : schema.columns) {
    if (column.missing_words.empty()) continue;
    if (!reading.missing_in) reading.missing_in.emplace();
    (*reading.missing_in)[column.name] = column.missing_words;
  }
  return reading;
}

void run(const ColumnsFlags& flags) {
  data::CsvOptions options = reading_of(flags.table, {});
  options.inference_rows = std::numeric_limits<std::size_t>::max();
  options.keep_missing = true;
  // An answer that is missing is something to know, not an error yet.
  data::CsvOptions all = options;
  all.label.clear();
  all.weight.clear();
  const data::CsvSchema schema = data::infer_csv_schema(flags.table.files, all);
  // Names a label or weight that does not exist.
  if (!options.label.empty() || !options.weight.empty()) {
    options.inference_rows = 1;
    data::infer_csv_schema(flags.table.files, options);
  }
  tell_about_reading(flags.common, schema);
  features::TableFacts facts =
      features::gather_facts(schema, open_table(flags.table, flags.common, schema));
  facts.label = options.label;
  const features::Proposal proposal = features::propose(facts, reading_found(flags.table, schema));
  const std::string text = flags.common.json
                               ? json_text(flags.common, facts, proposal)
                               : features::to_toml(proposal, facts, title_of(flags.table));
  if (flags.output.empty()) {
    fmt::print("{}", text);
    return;
  }
  for (const auto& file : flags.table.files) refuse_to_overwrite(flags.output, file);
  write_file_atomically(flags.output, text);
  note(flags.common,
       fmt::format("wrote {}; edit it, then: kindred encode {} --config {} -o out.npy",
                   flags.output.string(), flags.table.files.front().string(),
                   flags.output.string()));
}

}  // namespace

void add_columns(Command& app) {
  auto flags = std::make_shared<ColumnsFlags>();
  Command* verb =
      app.add_subcommand("columns", "Look at a table and propose feature columns for it");
  add_table_options(*verb, flags->table);
  verb->add_option("-o,--output", flags->output, "File for the proposal; default: stdout")
      ->type_name("FILE");
  add_common_options(*verb, flags->common);
  verb->footer(
      "Prints TOML: types, what is known of each field, and columns to encode it with. With\n"
      "--json, the facts as numbers.\n\n"
      "Example:\n"
      "  kindred columns homes.csv --label price -o columns.toml");
  verb->callback([flags] { run(*flags); });
}

}  // namespace kindred::cli
