#include "cli/table_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/flags/command.h"
#include "cli/separator_flag.h"
#include "kindred/base/error.h"
#include "kindred/base/machine.h"

namespace kindred::cli {
namespace {

// "zip=text" → {"zip", "text"}.
std::pair<std::string, std::string> split_pair(const std::string& text, const char* flag) {
  const std::size_t at = text.find('=');
  if (at != std::string::npos && at > 0 && at + 1 < text.size()) {
    return {text.substr(0, at), text.substr(at + 1)};
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is '{}', not COLUMN=...", flag, text));
}

}  // namespace

void add_table_options(Command& verb, TableFlags& flags) {
  const std::string group = "Table";
  verb.add_option("TABLE", flags.files, "CSV files of the same columns; .gz and .zst too")
      ->required()
      ->type_name("FILE");
  verb.add_option("--label", flags.reading.label, "Column to be predicted; no feature reads it")
      ->type_name("NAME")
      ->group(group);
  verb.add_option("--weight", flags.reading.weight, "Column that says how much a row counts")
      ->type_name("NAME")
      ->group(group);
  verb.add_option_function<std::string>(
          "--separator",
          [&flags](const std::string& typed) { flags.reading.separator = separator_of(typed); },
          "What separates columns: , ; | :: tab space; default: recognised")
      ->type_name("TEXT")
      ->group(group);
  verb.add_option_function<std::string>(
          "--quote", [&flags](const std::string& word) { flags.reading.quotes = word == "double"; },
          "Quotes hold fields together (double, as in RFC 4180) or are text (none); default: "
          "recognised")
      ->check(one_of({"double", "none"}))
      ->type_name("double|none")
      ->group(group);
  verb.add_option_function<bool>(
          "--header", [&flags](const bool& header) { flags.reading.header = header; },
          "Whether the first row names the columns; default: it does unless it holds a number")
      ->type_name("yes|no")
      ->group(group);
  verb.add_option("--names", flags.reading.names, "Names of the columns, separated by commas")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  verb.add_option("--type", flags.types,
                  "Type of a column: int32, int64, float32, float64 or text; repeatable")
      ->type_name("NAME=TYPE")
      ->allow_extra_args(false)
      ->group(group);
  verb.add_option("--list", flags.lists,
                  "Column whose cells hold several values, and what separates them; repeatable")
      ->type_name("NAME=TEXT")
      ->allow_extra_args(false)
      ->group(group);
  verb.add_option("--missing", flags.reading.missing_words,
                  "Further word that means a missing value, in any column; '': none but the empty "
                  "cell and those given; repeatable")
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->group(group);
  verb.add_flag("--trim", flags.reading.trim, "Take spaces off both ends of text")->group(group);
  verb.add_flag_callback(
          "--latin1", [&flags] { flags.reading.encoding = data::Encoding::latin1; },
          "The text is Latin-1, not UTF-8")
      ->group(group);
  verb.add_option("--max-bad", flags.bad_count_max,
                  "Rows that may be wrong and left out; 0: the first one is an error")
      ->capture_default_str()
      ->group(group);
}

data::CsvOptions reading_of(const TableFlags& flags, data::CsvOptions base) {
  const data::CsvOptions& typed = flags.reading;
  if (!typed.label.empty()) base.label = typed.label;
  if (!typed.weight.empty()) base.weight = typed.weight;
  if (typed.separator) base.separator = typed.separator;
  if (typed.quotes) base.quotes = typed.quotes;
  if (typed.header) base.header = typed.header;
  if (!typed.names.empty()) base.names = typed.names;
  if (typed.trim) base.trim = true;
  if (typed.encoding != data::Encoding::utf8) base.encoding = typed.encoding;
  for (const std::string& word : typed.missing_words) base.missing_words.push_back(word);
  for (const std::string& text : flags.types) {
    const auto [column, type] = split_pair(text, "--type");
    base.types[column] = data::csv_type(type);
  }
  for (const std::string& text : flags.lists) {
    const auto [column, separator] = split_pair(text, "--list");
    base.list_separators[column] = separator_of(separator);
  }
  return base;
}

data::Dataset open_table(const TableFlags& flags, const CommonOptions& common,
                         const data::CsvSchema& schema) {
  const int threads = common.threads == 0 ? machine_limits().core_count : common.threads;
  return data::csv_dataset(
      flags.files, schema,
      {.thread_count = threads,
       .bad_count_max = flags.bad_count_max,
       .on_bad = [common](const std::string& message) { note(common, "left out: " + message); }});
}

void tell_about_reading(const CommonOptions& common, const data::CsvSchema& schema) {
  note_guesses(common, schema.format_guesses);
  for (const std::string& warning : schema.warnings) note(common, "warning: " + warning);
}

std::string title_of(const TableFlags& flags) {
  std::string title = flags.files.front().filename().string();
  if (flags.files.size() > 1) title += fmt::format(" and {} more", flags.files.size() - 1);
  return title;
}

}  // namespace kindred::cli
