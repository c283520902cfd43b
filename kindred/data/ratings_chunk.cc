#include "kindred/data/ratings_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "kindred/base/printable.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/number_text.h"
#include "kindred/data/plain_rows.h"
#include "kindred/data/record_walker.h"
#include "kindred/data/time_text.h"

namespace kindred::data {
namespace {

BadRow cause_of(RecordFault fault) {
  switch (fault) {
    case RecordFault::misplaced_quote:
      return BadRow::misplaced_quote;
    case RecordFault::invalid_utf8:
      return BadRow::invalid_utf8;
    case RecordFault::control_byte:
      break;
  }
  return BadRow::control_byte;
}

// Parses the rows of one chunk into its columns.
class ChunkParser {
 public:
  ChunkParser(const TextChunk& chunk, const RatingsFormat& format, bool stop_at_bad_row,
              ParsingWorker& worker)
      : format_(format),
        stop_at_bad_row_(stop_at_bad_row),
        walker_(chunk, format.dialect),
        plain_rows_(format),
        worker_(worker) {}

  RatingsChunk run();

 private:
  void parse_record();
  void parse_rating();
  void parse_list();
  bool is_id(std::string_view id, std::size_t column);
  bool parse_value(float& value);
  bool parse_time(std::int64_t& time);
  void add(std::string_view user, std::string_view item);
  void report(BadRow cause, std::string message);
  void note_line(std::size_t row, std::size_t line);
  void take_plain_rows();
  std::string column_name(std::size_t column) const;

  const RatingsFormat& format_;
  bool stop_at_bad_row_;
  RecordWalker walker_;
  PlainRows plain_rows_;
  std::size_t bad_count_ = 0;
  ParsingWorker& worker_;
  RatingsChunk out_;
};

RatingsChunk ChunkParser::run() {
  worker_.user_column.clear();
  worker_.item_column.clear();
  worker_.values.clear();
  worker_.times.clear();
  const bool plain = plain_rows_.possible() && walker_.is_plain();
  while (!(stop_at_bad_row_ && bad_count_ > 0)) {
    if (plain) take_plain_rows();
    if (!walker_.next()) break;
    if (walker_.is_bad()) {
      report(cause_of(walker_.fault()), walker_.problem());
    } else {
      parse_record();
    }
  }
  if (walker_.failed()) {
    out_.fatal_message = walker_.problem();
    out_.fatal_line = walker_.line();
  }
  out_.line_count = walker_.line_count();
  out_.user_count = worker_.users.size();
  out_.item_count = worker_.items.size();
  // Copies of just the size needed: the worker's own grow to that of the largest chunk.
  out_.users = worker_.user_column;
  out_.items = worker_.item_column;
  out_.values = worker_.values;
  out_.times = PackedTimes(worker_.times);
  return std::move(out_);
}

// From here on, as long as rows are plain.
void ChunkParser::take_plain_rows() {
  const std::size_t first_row = worker_.user_column.size();
  const PlainRows::Taken taken = plain_rows_.take(walker_.rest(), worker_);
  if (taken.rows == 0) return;
  const std::size_t first_line = walker_.line_count();
  walker_.pass(taken.bytes, taken.rows);
  // Whether rows lie on the lines of their own numbers does not change within a run.
  if (out_.lines.empty() && first_row == first_line) return;
  for (std::size_t i = 0; i < taken.rows; ++i) note_line(first_row + i, first_line + i);
}

void ChunkParser::parse_record() {
  const std::size_t field_count = walker_.fields().field_count();
  if (format_.item_lists) {
    parse_list();
  } else if (field_count != format_.field_count) {
    report(BadRow::field_count, fmt::format("{} fields where {} are expected: '{}'", field_count,
                                            format_.field_count, printable(walker_.record())));
  } else {
    parse_rating();
  }
}

void ChunkParser::parse_rating() {
  const std::string_view user = walker_.fields()[format_.user_column];
  const std::string_view item = walker_.fields()[format_.item_column];
  if (!is_id(user, format_.user_column) || !is_id(item, format_.item_column)) return;
  // All of the row is checked before any of it is kept.
  float value = 1.0F;
  std::int64_t time = 0;
  if (format_.rating_column != kNoColumn && !parse_value(value)) return;
  if (format_.timestamp_column != kNoColumn && !parse_time(time)) return;
  if (format_.rating_column != kNoColumn) worker_.values.push_back(value);
  if (format_.timestamp_column != kNoColumn) worker_.times.push_back(time);
  add(user, item);
}

void ChunkParser::parse_list() {
  // Spreadsheets fill short lines up with empty cells.
  std::size_t count = walker_.fields().field_count();
  while (count > 1 && is_blank(walker_.fields()[count - 1])) --count;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_id(walker_.fields()[i], i)) return;
  }
  // A user without items is a user all the same.
  if (count == 1) worker_.users.number(walker_.fields()[0]);
  for (std::size_t i = 1; i < count; ++i) add(walker_.fields()[0], walker_.fields()[i]);
}

bool ChunkParser::is_id(std::string_view id, std::size_t column) {
  if (!id.empty() && id.size() <= kIdBytesMax) return true;
  if (id.empty()) {
    report(BadRow::empty_id,
           fmt::format("{} is empty; --on-bad skip leaves such rows out", column_name(column)));
  } else {
    report(BadRow::long_id, fmt::format("{} has {} bytes, more than {}: '{}'", column_name(column),
                                        id.size(), kIdBytesMax, printable(id)));
  }
  return false;
}

bool ChunkParser::parse_value(float& value) {
  const std::string_view text = walker_.fields()[format_.rating_column];
  const NumberFault fault = parse_number(text, value);
  if (fault == NumberFault::none) return true;
  if (format_.value_words) {
    if (const auto word = value_of_word(text)) {
      value = *word;
      return true;
    }
  }
  const std::string column = column_name(format_.rating_column);
  if (fault == NumberFault::empty) {
    report(BadRow::bad_rating, fmt::format("{} is empty", column));
    return false;
  }
  const char* problem = "is not a number";
  if (fault == NumberFault::not_finite) problem = "is not a finite number";
  if (fault == NumberFault::too_large) problem = "is too large for a rating";
  const bool comma = fault == NumberFault::malformed && text.find(',') != std::string_view::npos;
  report(BadRow::bad_rating,
         fmt::format("{}: '{}' {}{}{}", column, printable(text), problem,
                     comma ? "; decimals are written with a point" : "",
                     format_.header ? "" : " (--rating-column - if this is no rating)"));
  return false;
}

bool ChunkParser::parse_time(std::int64_t& time) {
  const std::string_view text = walker_.fields()[format_.timestamp_column];
  const ParsedTime parsed = data::parse_time(text, format_.times);
  time = parsed.time;
  if (parsed.digits_lost > out_.digits_lost) out_.digits_lost = parsed.digits_lost;
  if (parsed.fault == NumberFault::none) return true;
  const std::string column = column_name(format_.timestamp_column);
  constexpr const char* kWays =
      "; --timestamp-column - reads no times, --on-bad skip leaves such rows out";
  if (parsed.fault == NumberFault::empty) {
    report(BadRow::bad_timestamp, fmt::format("{} is empty{}", column, kWays));
  } else if (parsed.fault == NumberFault::too_large) {
    report(BadRow::bad_timestamp,
           fmt::format("{}: '{}' is too large for a time{}", column, printable(text), kWays));
  } else {
    const TimeReading& reading = format_.times;
    const std::string form =
        !reading.pattern.empty() ? fmt::format("of the form '{}'", printable(reading.pattern))
        : reading.order == DateOrder::year_first
            ? std::string("(1546398245, 2019-01-02 03:04:05, 2019-01-02T03:04:05+01:00)")
            : fmt::format("with the {} (--time-format)", data::describe(reading.order));
    report(BadRow::bad_timestamp,
           fmt::format("{}: '{}' is not a time {}{}", column, printable(text), form, kWays));
  }
  return false;
}

void ChunkParser::add(std::string_view user, std::string_view item) {
  note_line(worker_.user_column.size(), walker_.line());
  worker_.user_column.push_back(worker_.users.number(user));
  worker_.item_column.push_back(worker_.items.number(item));
}

void ChunkParser::note_line(std::size_t row, std::size_t line) {
  if (!out_.lines.empty()) {
    out_.lines.push_back(static_cast<std::uint32_t>(line));
  } else if (row != line) {
    // The first row that is not on the line of its own number.
    out_.lines.resize(row);
    std::iota(out_.lines.begin(), out_.lines.end(), 0U);
    out_.lines.push_back(static_cast<std::uint32_t>(line));
  }
}

std::string ChunkParser::column_name(std::size_t column) const {
  if (format_.item_lists) return column == 0 ? "the user" : fmt::format("item {}", column);
  return describe_column(format_, column);
}

void ChunkParser::report(BadRow cause, std::string message) {
  ++out_.bad_counts[static_cast<std::size_t>(cause)];
  ++bad_count_;
  if (out_.bad_examples.size() < kBadExampleCount) {
    out_.bad_examples.push_back({.line = walker_.line(), .message = std::move(message)});
  }
}

}  // namespace

const char* describe(BadRow cause) noexcept {
  switch (cause) {
    case BadRow::field_count:
      return "wrong number of fields";
    case BadRow::empty_id:
      return "empty id";
    case BadRow::long_id:
      return "id too long";
    case BadRow::bad_rating:
      return "rating is not a number";
    case BadRow::bad_timestamp:
      return "timestamp is not a time";
    case BadRow::misplaced_quote:
      return "misplaced quote";
    case BadRow::invalid_utf8:
      return "not UTF-8";
    case BadRow::control_byte:
      break;
  }
  return "NUL byte or stray carriage return";
}

RatingsChunk parse_ratings_chunk(const TextChunk& chunk, const RatingsFormat& format,
                                 bool stop_at_bad_row, ParsingWorker& worker) {
  return ChunkParser(chunk, format, stop_at_bad_row, worker).run();
}

}  // namespace kindred::data
