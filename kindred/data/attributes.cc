#include "kindred/data/attributes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/column_names.h"
#include "kindred/data/column_votes.h"
#include "kindred/data/csv_schema.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/header_recognition.h"
#include "kindred/data/number_text.h"
#include "kindred/data/record_walker.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {
namespace {

constexpr std::size_t kAttributesHeadBytes = std::size_t{256} << 10U;
constexpr std::size_t kAttributesChunkBytes = std::size_t{1} << 20U;
constexpr std::size_t kAttributesExampleCount = 5;
constexpr std::size_t kMovieLensFlagBegin = 5;
constexpr std::array<const char*, 19> kMovieLensGenres = {
    "unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
    "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
    "Romance",     "Sci-Fi", "Thriller",  "War",       "Western"};

// Whether all sampled values of a column are among `words`.
bool only_holds(const Sample& sample, std::size_t column, std::string_view one,
                std::string_view other) {
  return std::all_of(sample.records.begin(), sample.records.end(), [&](const auto& record) {
    return column < record.size() && (record[column] == one || record[column] == other);
  });
}

bool has_genre_flags(const Sample& sample, std::size_t column_count) {
  if (column_count != kMovieLensFlagBegin + kMovieLensGenres.size()) return false;
  for (std::size_t column = kMovieLensFlagBegin; column < column_count; ++column) {
    if (!only_holds(sample, column, "0", "1")) return false;
  }
  return true;
}

std::vector<std::string> names_without_header(const Sample& sample, std::size_t column_count) {
  if (column_count == 2) return {"id", "title"};
  if (column_count == 3) return {"id", "title", "genres"};
  if (column_count == 5 && only_holds(sample, 1, "F", "M")) {
    return {"id", "gender", "age", "occupation", "zip"};
  }
  if (column_count == 5 && only_holds(sample, 2, "F", "M")) {
    return {"id", "age", "gender", "occupation", "zip"};
  }
  std::vector<std::string> names;
  if (has_genre_flags(sample, column_count)) {
    names = {"id", "title", "release_date", "video_release_date", "url"};
    names.insert(names.end(), kMovieLensGenres.begin(), kMovieLensGenres.end());
    return names;
  }
  for (std::size_t i = 1; i <= column_count; ++i) names.push_back(fmt::format("column_{}", i));
  return names;
}

// The column that a position names, from 0; 0 for what is no position.
std::size_t position_of(const std::string& text) {
  std::size_t position = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, position);
  return stop == end && error == std::errc() && position >= 1 ? position - 1 : 0;
}

// Reads one file; each step of reading is a function.
class AttributesReader {
 public:
  AttributesReader(const std::filesystem::path& path, const AttributesOptions& options,
                   const Vocabulary& labels)
      : options_(options),
        labels_(labels),
        reader_(path, options.encoding),
        missing_(options.missing_words) {}

  Attributes run();

 private:
  struct Place {
    std::size_t line = 0;
    std::string text;
    std::size_t count = 0;
  };

  void recognize();
  Sample sample_head();
  bool has_header(const Sample& sample);
  std::pair<std::size_t, std::string> guessed_id(const Sample& sample) const;
  void choose_id_and_title(const Sample& sample);
  void read_chunk(const TextChunk& chunk);
  void leave_out(const std::string& problem);
  void read_record(std::string_view line, const FieldSplitter& fields);
  void vote(std::size_t column, std::string_view field);
  Column make_column(std::size_t column);
  TextColumn words_of(std::size_t column);
  TextColumn join_flags();
  // "--items-separator" for "--separator"; several flags in one text.
  std::string own_flag(std::string flag) const {
    for (std::size_t at = 0; (at = flag.find("--", at)) != std::string::npos; at += 2) {
      flag.insert(at + 2, options_.kind + "-");
    }
    return flag;
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}:{}: {}", reader_.name(), line_, problem));
  }

  const AttributesOptions& options_;
  const Vocabulary& labels_;
  TextReader reader_;
  Dialect dialect_;
  std::vector<std::string> names_;
  bool joins_flags_ = false;  // The last columns are the genre flags of u.item.
  std::size_t id_column_ = 0;
  std::size_t line_ = 1;
  std::vector<TextColumn> cells_;  // One column each, by row of the vocabulary.
  MissingWords missing_;
  std::vector<ColumnVotes> votes_;          // Of each column; look at missing_.
  std::vector<Place> not_finite_;           // The first infinity of each; count 0: none.
  std::vector<std::size_t> line_of_label_;  // 0 where the file has not named the label.
  Vocabulary unmatched_;                    // Ids that are not among the labels.
  Guesses guesses_;
  std::size_t bad_row_count_ = 0;
  std::vector<std::string> bad_row_examples_;
};

Sample AttributesReader::sample_head() {
  const std::string_view head = reader_.head(kAttributesHeadBytes);
  if (head.empty()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: the file is empty", reader_.name()));
  }
  check_line_ends(head, reader_.name());
  Sample sample =
      take_sample(head, reader_.head_is_all(),
                  {.separator = options_.separator, .quotes = options_.quotes}, reader_.name());
  if (sample.records.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: there are no rows, only blank lines", reader_.name()));
  }
  // A line with misplaced quotes has no fields, nor has one of tabs alone where spaces separate.
  if (sample.records.front().empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: the first line has no columns: '{}'; if quotes are text there, "
                            "say {}",
                            reader_.name(),
                            printable(without_line_end(head.substr(0, sample.header_bytes))),
                            own_flag("--quote none")));
  }
  for (Guess& guess : sample.guesses) guess.flag = own_flag(guess.flag);
  dialect_ = sample.dialect;
  guesses_ = std::move(sample.guesses);
  return sample;
}

bool AttributesReader::has_header(const Sample& sample) {
  if (options_.header) return *options_.header;
  if (!options_.columns.empty()) return false;
  // Only a position says where the ids are before names are known.
  const std::size_t id_column = options_.id_column.empty()
                                    ? 0
                                    : std::min<std::size_t>(position_of(options_.id_column),
                                                            sample.records.front().size() - 1);
  const HeaderAnswer answer = recognize_header(
      {.sample = sample,
       .is_known = &is_attribute_name,
       .named = {options_.id_column, options_.title_column},
       .file = reader_.name(),
       .flag = own_flag("--header"),
       .id_columns = {id_column},
       .is_id = [this](std::string_view text) { return labels_.find(text).has_value(); }});
  guesses_.push_back({reader_.name(), "header", answer.header ? "line 1" : "none", answer.evidence,
                      own_flag(answer.header ? "--no-header" : "--header")});
  return answer.header;
}

void AttributesReader::recognize() {
  const Sample sample = sample_head();
  const std::size_t column_count = sample.records.front().size();
  if (has_header(sample)) {
    names_ = sample.records.front();
    reader_.drop(sample.header_bytes);
    line_ += sample.header_lines;
  } else if (options_.columns.empty()) {
    names_ = names_without_header(sample, column_count);
    joins_flags_ = has_genre_flags(sample, column_count);
    guesses_.push_back({reader_.name(), "columns", fmt::format("{}", fmt::join(names_, ", ")),
                        "there is no header; files of this shape hold these",
                        own_flag("--columns")});
    if (joins_flags_) guesses_.back().taken = "those of MovieLens' u.item";
  }
  if (!options_.columns.empty()) {
    if (options_.columns.size() != column_count) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: {} column names are given, the file has {} columns",
                              reader_.name(), options_.columns.size(), column_count));
    }
    names_ = options_.columns;
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    std::string& name = names_[i];
    name.erase(0, name.find_first_not_of(" \t"));
    name.erase(name.find_last_not_of(" \t") + 1);
    if (name.empty()) name = fmt::format("column_{}", i + 1);
  }
  choose_id_and_title(sample);
  cells_.assign(column_count, TextColumn(labels_.size()));
  votes_.assign(column_count, ColumnVotes(missing_));
  not_finite_.assign(column_count, {});
  line_of_label_.assign(labels_.size(), 0);
}

// The first column, unless it has no id of the ratings and one other column nearly all.
std::pair<std::size_t, std::string> AttributesReader::guessed_id(const Sample& sample) const {
  std::vector<std::size_t> matches(names_.size(), 0);
  std::size_t rows = 0;
  for (const auto& record : sample.records) {
    if (record.size() != names_.size()) continue;
    ++rows;
    for (std::size_t column = 0; column < record.size(); ++column) {
      matches[column] += labels_.find(record[column]) ? 1U : 0U;
    }
  }
  const auto most = static_cast<std::size_t>(std::ranges::max_element(matches) - matches.begin());
  if (matches[0] == 0 && rows >= 3 && 10 * matches[most] >= 8 * (rows - 1)) {
    return {most, fmt::format("{} of {} of its values are ids of the ratings, and none of the "
                              "first column's",
                              matches[most], rows)};
  }
  return {0, fmt::format("the first column; {} of {} of its values are ids of the ratings",
                         matches[0], rows)};
}

// The id is what is named, or guessed; of the titles, what is named alone.
void AttributesReader::choose_id_and_title(const Sample& sample) {
  if (!options_.id_column.empty()) {
    id_column_ = find_column(
        {.text = options_.id_column, .flag = own_flag("--id-column"), .file = reader_.name()},
        names_, names_.size());
  } else {
    const auto [column, evidence] = guessed_id(sample);
    id_column_ = column;
    guesses_.push_back({reader_.name(), "id", fmt::format("'{}'", printable(names_[column])),
                        evidence, own_flag("--id-column")});
  }
  if (options_.title_column.empty()) return;
  const std::size_t title =
      find_column({.text = options_.title_column, .flag = "--title-column", .file = reader_.name()},
                  names_, names_.size());
  if (title == id_column_) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: column '{}' is the id and cannot be the title too", reader_.name(),
                            printable(names_[title])));
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (i != title && names_[i] == "title") names_[i] = "title_2";
  }
  names_[title] = "title";
}

void AttributesReader::read_chunk(const TextChunk& chunk) {
  const std::size_t first_line = line_;
  RecordWalker walker(chunk, dialect_);
  while (walker.next()) {
    line_ = first_line + walker.line();
    if (walker.is_bad()) {
      leave_out(walker.problem());
    } else {
      read_record(walker.record(), walker.fields());
    }
  }
  line_ = first_line + (walker.failed() ? walker.line() : walker.line_count());
  if (walker.failed()) fail(walker.problem());
}

// A row that cannot be used.
void AttributesReader::leave_out(const std::string& problem) {
  if (options_.on_bad == OnBad::error) fail(problem);
  ++bad_row_count_;
  if (bad_row_examples_.size() < kAttributesExampleCount) {
    bad_row_examples_.push_back(fmt::format("{}:{}: {}", reader_.name(), line_, problem));
  }
  if (bad_row_count_ > options_.bad_count_max) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: more than {} bad rows (--max-bad); the first: {}", reader_.name(),
                            options_.bad_count_max, bad_row_examples_.front()));
  }
}

void AttributesReader::read_record(std::string_view line, const FieldSplitter& fields) {
  if (fields.field_count() != names_.size()) {
    return leave_out(fmt::format("{} fields where {} are expected: '{}'", fields.field_count(),
                                 names_.size(), printable(line)));
  }
  const std::string_view id = fields[id_column_];
  if (id.empty()) {
    return leave_out(fmt::format("the id (column {}) is empty", id_column_ + 1));
  }
  const std::optional<std::uint32_t> row = labels_.find(id);
  if (!row) {
    const std::size_t before = unmatched_.size();
    if (unmatched_.insert(id) != before) {
      return leave_out(fmt::format("id '{}' appears a second time", printable(id)));
    }
  } else if (line_of_label_[*row] != 0) {
    return leave_out(
        fmt::format("id '{}' is already in line {}", printable(id), line_of_label_[*row]));
  }
  for (std::size_t column = 0; column < names_.size(); ++column) {
    if (column != id_column_ && !fields[column].empty()) vote(column, fields[column]);
  }
  if (!row) return;
  line_of_label_[*row] = line_;
  for (std::size_t column = 0; column < names_.size(); ++column) {
    cells_[column][*row] = fields[column];
  }
}

// An infinity does not make a text of a column of numbers: see make_column.
void AttributesReader::vote(std::size_t column, std::string_view field) {
  const std::size_t text_count = votes_[column].text_count();
  votes_[column].add(field);
  if (votes_[column].text_count() == text_count) return;
  double value = 0.0;
  if (parse_number(field, value) != NumberFault::not_finite) return;
  Place& place = not_finite_[column];
  if (place.count++ == 0) place = {line_, std::string(field), 1};
}

Column AttributesReader::make_column(std::size_t column) {
  TextColumn& text = cells_[column];
  const ColumnVotes& votes = votes_[column];
  const Place& place = not_finite_[column];
  if (votes.number_count() > 0 && place.count > 0 && place.count == votes.text_count()) {
    line_ = place.line;
    fail(fmt::format("{}: '{}' is not a finite number; a missing value is an empty field",
                     printable(names_[column]), printable(place.text)));
  }
  if (!votes.fits_double()) return {names_[column], words_of(column)};
  NumberColumn numbers(text.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t row = 0; row < text.size(); ++row) {
    if (!missing_.contains(trimmed(text[row]))) parse_number(text[row], numbers[row]);
  }
  return {names_[column], std::move(numbers)};
}

// The texts, where words that mean a missing value are empty ones.
TextColumn AttributesReader::words_of(std::size_t column) {
  const std::vector<WordOfList> words = votes_[column].words_of_list();
  const std::string place = fmt::format("{}: '{}'", reader_.name(), printable(names_[column]));
  for (Guess& guess : guesses_about(words, place, options_.missing_flag)) {
    guesses_.push_back(std::move(guess));
  }
  TextColumn text = std::move(cells_[column]);
  for (std::string& cell : text) {
    const std::string_view bare = trimmed(cell);
    const auto found = std::ranges::find(words, bare, &WordOfList::word);
    const bool is_missing = found != words.end() ? found->is_missing : missing_.is_given(bare);
    if (is_missing) cell.clear();
  }
  return text;
}

TextColumn AttributesReader::join_flags() {
  TextColumn genres(labels_.size());
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    for (std::size_t i = 0; i < kMovieLensGenres.size(); ++i) {
      if (cells_[kMovieLensFlagBegin + i][row] != "1") continue;
      if (!genres[row].empty()) genres[row] += '|';
      genres[row] += kMovieLensGenres[i];
    }
  }
  return genres;
}

Attributes AttributesReader::run() {
  recognize();
  while (const std::optional<TextChunk> chunk =
             reader_.next_chunk(dialect_, kAttributesChunkBytes)) {
    read_chunk(*chunk);
  }
  Attributes result{.table = Table(labels_.size())};
  for (std::size_t column = 0; column < names_.size(); ++column) {
    if (column == id_column_) continue;
    if (joins_flags_ && column == kMovieLensFlagBegin) {
      result.table.add({"genres", join_flags()});
      break;
    }
    if (result.table.find(names_[column]) != nullptr) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: two columns are called '{}'", reader_.name(),
                              printable(names_[column])));
    }
    result.table.add(make_column(column));
  }
  result.unmatched_row_count = unmatched_.size();
  result.unmatched = std::move(unmatched_);
  result.guesses = std::move(guesses_);
  result.bad_row_count = bad_row_count_;
  result.bad_row_examples = std::move(bad_row_examples_);
  result.missing_row_count = static_cast<std::size_t>(
      std::count(line_of_label_.begin(), line_of_label_.end(), std::size_t{0}));
  return result;
}

}  // namespace

Attributes read_attributes(const std::filesystem::path& path, const AttributesOptions& options,
                           const Vocabulary& labels) {
  return AttributesReader(path, options, labels).run();
}

}  // namespace kindred::data
