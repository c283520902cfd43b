#include "kindred/data/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/column_votes.h"
#include "kindred/data/csv_schema.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/number_text.h"
#include "kindred/data/record_walker.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {
namespace {

constexpr std::size_t kAttributesHeadBytes = std::size_t{256} << 10U;
constexpr std::size_t kAttributesChunkBytes = std::size_t{1} << 20U;
constexpr std::size_t kMovieLensFlagBegin = 5;
constexpr std::array<const char*, 19> kMovieLensGenres = {
    "unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
    "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
    "Romance",     "Sci-Fi", "Thriller",  "War",       "Western"};

bool is_known(std::string_view normalized) {
  static constexpr std::array<std::string_view, 20> kNames = {
      "id",   "itemid", "movieid", "userid",     "item",   "movie", "user",
      "name", "title",  "genre",   "genres",     "year",   "age",   "gender",
      "sex",  "zip",    "zipcode", "occupation", "author", "artist"};
  return std::find(kNames.begin(), kNames.end(), normalized) != kNames.end();
}

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
  void read_chunk(const TextChunk& chunk);
  void read_record(std::string_view line, const FieldSplitter& fields);
  void vote(std::size_t column, std::string_view field);
  Column make_column(std::size_t column);
  TextColumn words_of(std::size_t column);
  TextColumn join_flags();
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
  std::vector<ColumnVotes> votes_;  // Of each column; look at missing_.
  std::vector<Place> not_finite_;   // The first infinity of each; count 0: none.
  std::vector<std::string> notes_;
  std::vector<std::size_t> line_of_label_;  // 0 where the file has not named the label.
  Vocabulary unmatched_;                    // Ids that are not among the labels.
};

void AttributesReader::recognize() {
  const std::string_view head = reader_.head(kAttributesHeadBytes);
  if (head.empty()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: the file is empty", reader_.name()));
  }
  check_line_ends(head, reader_.name());
  const Sample sample = take_sample(head, reader_.head_is_all(), options_.separator);
  if (sample.records.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: there are no rows, only blank lines", reader_.name()));
  }
  dialect_ = sample.dialect;
  const std::size_t column_count = sample.records.front().size();
  const bool header =
      options_.header.value_or(options_.columns.empty() && looks_like_header(sample, &is_known));
  if (header) {
    names_ = sample.records.front();
    reader_.drop(sample.header_bytes);
    line_ += sample.header_lines;
  } else if (options_.columns.empty()) {
    names_ = names_without_header(sample, column_count);
    joins_flags_ = has_genre_flags(sample, column_count);
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
  if (!options_.id_column.empty()) {
    id_column_ = find_column({.text = options_.id_column, .flag = "the id", .file = reader_.name()},
                             names_, column_count);
  }
  cells_.assign(column_count, TextColumn(labels_.size()));
  votes_.assign(column_count, ColumnVotes(missing_));
  not_finite_.assign(column_count, {});
  line_of_label_.assign(labels_.size(), 0);
}

void AttributesReader::read_chunk(const TextChunk& chunk) {
  const std::size_t first_line = line_;
  RecordWalker walker(chunk, dialect_);
  while (walker.next()) {
    line_ = first_line + walker.line();
    if (walker.is_bad()) fail(walker.problem());
    read_record(walker.record(), walker.fields());
  }
  line_ = first_line + (walker.failed() ? walker.line() : walker.line_count());
  if (walker.failed()) fail(walker.problem());
}

void AttributesReader::read_record(std::string_view line, const FieldSplitter& fields) {
  if (fields.field_count() != names_.size()) {
    fail(fmt::format("{} fields where {} are expected: '{}'", fields.field_count(), names_.size(),
                     printable(line)));
  }
  const std::string_view id = fields[id_column_];
  if (id.empty()) fail(fmt::format("the id (column {}) is empty", id_column_ + 1));
  for (std::size_t column = 0; column < names_.size(); ++column) {
    if (column != id_column_ && !fields[column].empty()) vote(column, fields[column]);
  }
  const std::optional<std::uint32_t> row = labels_.find(id);
  if (!row) {
    const std::size_t before = unmatched_.size();
    if (unmatched_.insert(id) != before) {
      fail(fmt::format("id '{}' appears a second time", printable(id)));
    }
    return;
  }
  if (line_of_label_[*row] != 0) {
    fail(fmt::format("id '{}' is already in line {}", printable(id), line_of_label_[*row]));
  }
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
  for (std::string& sentence : sentences_about(words, names_[column], options_.missing_flag)) {
    notes_.push_back(fmt::format("{}: {}", reader_.name(), sentence));
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
  result.notes = std::move(notes_);
  result.unmatched_row_count = unmatched_.size();
  result.unmatched = std::move(unmatched_);
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
