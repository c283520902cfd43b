#include "cli/ratings_flags.h"

#include <fmt/format.h>

#include <map>
#include <system_error>

#include "cli/flags/command.h"
#include "cli/separator_flag.h"
#include "kindred/base/progress.h"
#include "kindred/data/ratings_memory.h"
#include "kindred/model/ratings_store.h"

namespace kindred::cli {
namespace {

const std::map<std::string, data::Encoding> kEncodings = {{"utf8", data::Encoding::utf8},
                                                          {"utf-8", data::Encoding::utf8},
                                                          {"latin1", data::Encoding::latin1},
                                                          {"latin-1", data::Encoding::latin1}};
const std::map<std::string, data::Duplicates> kDuplicates = {{"last", data::Duplicates::last},
                                                             {"first", data::Duplicates::first},
                                                             {"sum", data::Duplicates::sum},
                                                             {"mean", data::Duplicates::mean},
                                                             {"error", data::Duplicates::error}};
const std::map<std::string, std::optional<bool>> kQuotes = {{"double", true}, {"none", false}};
const std::map<std::string, data::OnBad> kOnBad = {{"error", data::OnBad::error},
                                                   {"skip", data::OnBad::skip}};

// A flag whose values are the words of `words`; unlike a mapping of CLI11, its help
// and its errors show the words alone.
template <typename Value>
Option* add_word(Command& verb, const std::string& name, Value& value,
                 const std::map<std::string, Value>& words, const std::string& shape,
                 const std::string& help) {
  const auto check = [&words, shape](const std::string& text) {
    return words.contains(text) ? std::string() : fmt::format("'{}' is not one of {}", text, shape);
  };
  return verb
      .add_option_function<std::string>(
          name, [&value, &words](const std::string& text) { value = words.at(text); }, help)
      ->type_name(shape)
      ->check(Check(check));
}

void add_attributes_options(Command& verb, const std::string& kind, const std::string& example,
                            std::filesystem::path& file, data::AttributesOptions& options) {
  const std::string group = "Ratings";
  const std::string name = "--" + kind;
  verb.add_option(name, file, fmt::format("File with what is known of the {}: {}", kind, example))
      ->type_name("FILE")
      ->group(group);
  verb.add_option(name + "-id-column", options.id_column,
                  fmt::format("Column of the id in the {} file; default: the first", kind))
      ->type_name("NAME|N")
      ->group(group);
  verb.add_option(name + "-columns", options.columns,
                  fmt::format("Names of the columns, where the {} file has no header", kind))
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->group(group);
  verb.add_option_function<std::string>(
          name + "-separator",
          [&options](const std::string& typed) { options.separator = separator_of(typed); },
          fmt::format("Separator of the {} file; default: recognised", kind))
      ->type_name("TEXT")
      ->group(group);
  options.missing_flag = name + "-missing";
  verb.add_option(options.missing_flag, options.missing_words,
                  fmt::format("Further word of the {} file that means a missing value; '': only "
                              "the words given; repeatable",
                              kind))
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->group(group);
  add_word(verb, name + "-quote", options.quotes, kQuotes, "double|none",
           fmt::format("Quotes of the {} file, as --quote", kind))
      ->group(group);
  auto* header = verb.add_flag_callback(
      name + "-header", [&options] { options.header = true; },
      fmt::format("The first line of the {} file names the columns; default: recognised", kind));
  verb.add_flag_callback(
          name + "-no-header,--no-" + kind + "-header", [&options] { options.header = false; },
          fmt::format("The {} file has no header", kind))
      ->group(group)
      ->excludes(header);
  header->group(group);
}

void add_format_options(Command& verb, RatingsFlags& flags) {
  const std::string group = "Ratings";
  verb.add_option("--separator", flags.separator,
                  "What separates columns: , ; | :: tab space; default: recognised")
      ->type_name("TEXT")
      ->group(group);
  add_word(verb, "--quote", flags.options.quotes, kQuotes, "double|none",
           "Quotes hold fields together (double, as in RFC 4180) or are text (none); default: "
           "recognised")
      ->group(group);
  auto* header = verb.add_flag("--header", flags.has_header,
                               "The first line names the columns; default: recognised");
  auto* no_header = verb.add_flag("--no-header", flags.lacks_header, "The first line is a rating");
  header->group(group)->excludes(no_header);
  no_header->group(group);
  const auto add_column = [&](const std::string& role, std::string& column, bool optional) {
    verb.add_option("--" + role + "-column", column,
                    fmt::format("Column of the {}: a name, or a position from 1{}", role,
                                optional ? "; - for none" : ""))
        ->type_name("NAME|N")
        ->group(group);
  };
  add_column("user", flags.options.user_column, false);
  add_column("item", flags.options.item_column, false);
  add_column("rating", flags.options.rating_column, true);
  add_column("timestamp", flags.options.timestamp_column, true);
  verb.add_option("--time-format", flags.options.time_format,
                  "Form of the times: ymd, dmy, mdy (which number of a date comes first) or a "
                  "pattern such as '%d/%m/%Y %H:%M'; default: recognised")
      ->type_name("FORM")
      ->group(group);
  verb.add_flag("--item-lists", flags.options.item_lists,
                "Each line is a user and the items: 'user item item ...'")
      ->group(group);
}

// "movies.dat: attributes title, genres; 177 rows name no item of the ratings".
std::string describe_attributes(const std::filesystem::path& file, const std::string& kind,
                                const data::Attributes& attributes) {
  std::string columns;
  for (const data::Column& column : attributes.table.columns()) {
    columns += (columns.empty() ? "" : ", ") + column.name;
  }
  std::string text = fmt::format("{}: {}", file.string(), columns.empty() ? "no columns" : columns);
  if (attributes.unmatched_row_count > 0) {
    text += fmt::format("; {} of its rows name no {} of the ratings",
                        format_count(attributes.unmatched_row_count), kind);
  }
  if (attributes.missing_row_count > 0) {
    text += fmt::format("; {} {}{} of the ratings {} not in it",
                        format_count(attributes.missing_row_count), kind,
                        attributes.missing_row_count == 1 ? "" : "s",
                        attributes.missing_row_count == 1 ? "is" : "are");
  }
  return text;
}

data::Table load_attributes(const std::filesystem::path& file, const std::string& kind,
                            const data::AttributesOptions& options, const data::Vocabulary& labels,
                            const CommonOptions& common) {
  if (file.empty()) return data::Table(labels.size());
  data::Attributes attributes = data::read_attributes(file, options, labels);
  note(common, describe_attributes(file, kind, attributes));
  note_guesses(common, attributes.guesses);
  if (attributes.bad_row_count > 0) {
    note(common, fmt::format("  {} bad rows left out, for example", attributes.bad_row_count));
    for (const std::string& example : attributes.bad_row_examples) note(common, "    " + example);
  }
  return std::move(attributes.table);
}

// Ratings that `kindred import` has written. The file holds the pairs twice and is read but
// once, so its size is what that takes.
data::Ratings load_stored(const std::filesystem::path& file, bool keep_rows,
                          const CommonOptions& common) {
  require_memory(common, std::filesystem::file_size(file) * 3 / 4,
                 fmt::format("reading {}", file.string()));
  model::StoredRatings stored = model::load_ratings(file);
  data::Ratings ratings;
  ratings.interactions = std::move(stored.interactions);
  data::RatingsSummary& summary = ratings.summary;
  summary.file = file.string();
  summary.format = "imported ratings";
  summary.user_count = ratings.interactions.users.size();
  summary.item_count = ratings.interactions.items.size();
  if (const Json* read = stored.facts.find("ratings")) {
    if (const Json* merged = read->find("duplicates")) summary.duplicate_count = merged->as_uint();
  }
  summary.row_count = summary.pair_count = ratings.interactions.by_user.entry_count();
  note(common, data::to_text(summary));
  if (!keep_rows) return ratings;
  const SparseMatrix& pairs = ratings.interactions.by_user;
  for (std::uint32_t user = 0; user < pairs.rows; ++user) {
    for (const std::uint32_t item : pairs.row_columns(user)) ratings.rows.push_back({user, item});
  }
  return ratings;
}

}  // namespace

void add_ratings_options(Command& verb, RatingsFlags& flags) {
  const std::string group = "Ratings";
  add_attributes_options(verb, "items", "id, title, genres, year, ...", flags.items_file,
                         flags.items_options);
  verb.add_option("--title-column", flags.items_options.title_column,
                  "Column of the items file that holds titles; default: title, name, description")
      ->type_name("NAME|N")
      ->group(group);
  add_attributes_options(verb, "users", "id, age, ...", flags.users_file, flags.users_options);
  add_ratings_format_options(verb, flags);
}

void add_ratings_format_options(Command& verb, RatingsFlags& flags) {
  const std::string group = "Ratings";
  add_format_options(verb, flags);
  add_word(verb, "--encoding", flags.options.encoding, kEncodings, "utf8|latin1",
           "Encoding of all files read; default: utf8")
      ->group(group);
  add_word(verb, "--duplicates", flags.options.duplicates, kDuplicates, "last|first|sum|mean|error",
           "What to make of a pair that occurs again; default: last, by time if there is one")
      ->group(group);
  add_word(verb, "--on-bad", flags.options.on_bad, kOnBad, "error|skip",
           "What to do about a row that cannot be used; default: error")
      ->group(group);
  verb.add_option("--max-bad", flags.options.bad_count_max,
                  "With --on-bad skip: more bad rows than this are an error after all")
      ->capture_default_str()
      ->group(group);
}

data::RatingsOptions ratings_options(const RatingsFlags& flags) {
  data::RatingsOptions options = flags.options;
  if (!flags.separator.empty()) options.separator = separator_of(flags.separator);
  if (flags.has_header || flags.lacks_header) options.header = flags.has_header;
  return options;
}

data::AttributesOptions items_options(const RatingsFlags& flags) {
  data::AttributesOptions options = flags.items_options;
  options.kind = "items";
  options.encoding = flags.options.encoding;
  options.on_bad = flags.options.on_bad;
  options.bad_count_max = flags.options.bad_count_max;
  return options;
}

data::AttributesOptions users_options(const RatingsFlags& flags) {
  data::AttributesOptions options = items_options(flags);
  const data::AttributesOptions& typed = flags.users_options;
  options.separator = typed.separator;
  options.quotes = typed.quotes;
  options.header = typed.header;
  options.id_column = typed.id_column;
  options.title_column.clear();
  options.columns = typed.columns;
  options.kind = "users";
  return options;
}

data::Ratings load_pairs(const std::filesystem::path& ratings_file, const RatingsFlags& flags,
                         const CommonOptions& common, ThreadPool& pool) {
  if (model::is_ratings_store(ratings_file)) {
    return load_stored(ratings_file, flags.options.keep_rows, common);
  }
  if (const auto estimate = data::estimate_reading(ratings_file, ratings_options(flags))) {
    require_memory(common, estimate->parts,
                   fmt::format("reading the {} ratings or so of {}",
                               format_count(estimate->rating_count), ratings_file.string()));
  }
  std::error_code ignored;
  const auto file_bytes = std::filesystem::is_regular_file(ratings_file, ignored)
                              ? std::filesystem::file_size(ratings_file, ignored)
                              : std::uintmax_t{0};
  data::Ratings ratings;
  {
    Progress progress(stderr, progress_style(common), "reading", file_bytes, "bytes");
    ratings = data::read_ratings(ratings_file, ratings_options(flags), pool, &progress);
  }
  note(common, data::to_text(ratings.summary));
  note_guesses(common, ratings.summary.guesses);
  return ratings;
}

AttributeTables load_attribute_tables(const data::Interactions& interactions,
                                      const RatingsFlags& flags, const CommonOptions& common) {
  AttributeTables tables;
  tables.users =
      load_attributes(flags.users_file, "user", users_options(flags), interactions.users, common);
  tables.items =
      load_attributes(flags.items_file, "item", items_options(flags), interactions.items, common);
  data::add_derived_attributes(interactions, tables.users, tables.items);
  return tables;
}

LoadedRatings load_ratings(const std::filesystem::path& ratings_file, const RatingsFlags& flags,
                           const CommonOptions& common, ThreadPool& pool) {
  LoadedRatings loaded;
  data::Ratings ratings = load_pairs(ratings_file, flags, common, pool);
  loaded.interactions = std::move(ratings.interactions);
  loaded.summary = std::move(ratings.summary);
  AttributeTables tables = load_attribute_tables(loaded.interactions, flags, common);
  loaded.items = std::move(tables.items);
  loaded.users = std::move(tables.users);
  return loaded;
}

}  // namespace kindred::cli
