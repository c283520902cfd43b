#include "kindred/data/ratings_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <string_view>

#include "kindred/base/printable.h"
#include "kindred/data/label_numbering.h"
#include "kindred/data/number_text.h"
#include "kindred/data/record_walker.h"

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
  ChunkParser(const TextChunk& chunk, const RatingsFormat& format, bool stop_at_bad_row)
      : format_(format), stop_at_bad_row_(stop_at_bad_row), walker_(chunk, format.dialect) {}

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
  void reserve(std::string_view record);
  std::uint32_t number_of_user(std::string_view label);
  std::uint32_t number(LabelNumbering& numbering, std::string_view label);
  std::string column_name(std::size_t column) const;

  const RatingsFormat& format_;
  bool stop_at_bad_row_;
  RecordWalker walker_;
  std::size_t bad_count_ = 0;
  LabelNumbering users_;
  LabelNumbering items_;
  std::string_view last_user_;  // The user of the rating before, and the number.
  std::uint32_t last_user_number_ = 0;
  std::deque<std::string> unescaped_labels_;  // Labels that are not bytes of the chunk.
  RatingsChunk out_;
};

RatingsChunk ChunkParser::run() {
  bool is_first = true;
  while (!(stop_at_bad_row_ && bad_count_ > 0) && walker_.next()) {
    if (is_first) reserve(walker_.record());
    is_first = false;
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
  const auto copy = [](const LabelNumbering& numbering) {
    return std::vector<std::string>(numbering.labels().begin(), numbering.labels().end());
  };
  out_.user_labels = copy(users_);
  out_.item_labels = copy(items_);
  return std::move(out_);
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
  if (format_.rating_column != kNoColumn) out_.values.push_back(value);
  if (format_.timestamp_column != kNoColumn) out_.timestamps.push_back(time);
  add(user, item);
}

void ChunkParser::parse_list() {
  for (std::size_t i = 0; i < walker_.fields().field_count(); ++i) {
    if (!is_id(walker_.fields()[i], i)) return;
  }
  if (walker_.fields().field_count() == 1)
    number(users_, walker_.fields()[0]);  // A user without items.
  for (std::size_t i = 1; i < walker_.fields().field_count(); ++i)
    add(walker_.fields()[0], walker_.fields()[i]);
}

bool ChunkParser::is_id(std::string_view id, std::size_t column) {
  if (!id.empty() && id.size() <= kIdBytesMax) return true;
  if (id.empty()) {
    report(BadRow::empty_id, fmt::format("{} is empty", column_name(column)));
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
  const NumberFault fault = parse_timestamp(text, time);
  if (fault == NumberFault::none) return true;
  const std::string column = column_name(format_.timestamp_column);
  report(BadRow::bad_timestamp,
         fault == NumberFault::empty
             ? fmt::format("{} is empty", column)
             : fmt::format("{}: '{}' is not a time (seconds, or 2019-01-02 03:04:05){}", column,
                           printable(text),
                           format_.header ? "" : " (--timestamp-column - if it is none)"));
  return false;
}

void ChunkParser::add(std::string_view user, std::string_view item) {
  const std::size_t row = out_.users.size();
  if (!out_.lines.empty()) {
    out_.lines.push_back(static_cast<std::uint32_t>(walker_.line()));
  } else if (row != walker_.line()) {
    // The first row that is not on the line of its own number.
    out_.lines.resize(row);
    std::iota(out_.lines.begin(), out_.lines.end(), 0U);
    out_.lines.push_back(static_cast<std::uint32_t>(walker_.line()));
  }
  out_.users.push_back(number_of_user(user));
  out_.items.push_back(number(items_, item));
}

// Room for as many ratings as there would be if all records were as long as the first.
void ChunkParser::reserve(std::string_view record) {
  const std::string_view text = walker_.text();
  const std::size_t count = text.size() / record.size() + text.size() / 64 + 1;
  out_.users.reserve(count);
  out_.items.reserve(count);
  if (format_.rating_column != kNoColumn) out_.values.reserve(count);
  if (format_.timestamp_column != kNoColumn) out_.timestamps.reserve(count);
}

// Most files have a user's ratings together, so the user is usually the last one again.
std::uint32_t ChunkParser::number_of_user(std::string_view label) {
  if (label != last_user_) {
    last_user_number_ = number(users_, label);
    last_user_ = users_.labels()[last_user_number_];
  }
  return last_user_number_;
}

std::uint32_t ChunkParser::number(LabelNumbering& numbering, std::string_view label) {
  if (walker_.fields_view_text()) return numbering.number(label);
  const std::string_view text = walker_.text();
  const bool in_chunk = std::less_equal<>()(text.data(), label.data()) &&
                        std::less<>()(label.data(), text.data() + text.size());
  if (in_chunk) return numbering.number(label);
  const std::size_t label_count = numbering.labels().size();
  unescaped_labels_.emplace_back(label);
  const std::uint32_t found = numbering.number(unescaped_labels_.back());
  if (numbering.labels().size() == label_count) unescaped_labels_.pop_back();
  return found;
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
                                 bool stop_at_bad_row) {
  return ChunkParser(chunk, format, stop_at_bad_row).run();
}

}  // namespace kindred::data
