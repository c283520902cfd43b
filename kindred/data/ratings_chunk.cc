#include "kindred/data/ratings_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <numeric>
#include <string_view>

#include "kindred/base/printable.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/label_numbering.h"
#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

// What a look at a whole chunk rules out, so that its rows need no look of their own.
struct TextFacts {
  bool ascii = true;
  bool nul = false;
  bool carriage_return = false;
  bool quote = false;
};

bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    seen |= word;
  }
  for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
  return (seen & 0x8080808080808080U) == 0;
}

bool contains(std::string_view text, char byte) {
  return !text.empty() && std::memchr(text.data(), byte, text.size()) != nullptr;
}

TextFacts look_at(std::string_view text) {
  // Blocks that stay in the first cache while they are looked at four times.
  constexpr std::size_t kBlockBytes = std::size_t{16} << 10U;
  TextFacts facts;
  for (std::size_t at = 0; at < text.size(); at += kBlockBytes) {
    const std::string_view block = text.substr(at, kBlockBytes);
    facts.ascii = facts.ascii && is_ascii(block);
    facts.nul = facts.nul || contains(block, '\0');
    facts.carriage_return = facts.carriage_return || contains(block, '\r');
    facts.quote = facts.quote || contains(block, '"');
  }
  return facts;
}

// Parses the rows of one chunk into its columns.
class ChunkParser {
 public:
  ChunkParser(const TextChunk& chunk, const RatingsFormat& format, bool stop_at_bad_row)
      : chunk_(chunk),
        text_(std::string_view(chunk.text).substr(0, chunk.record_bytes)),
        format_(format),
        stop_at_bad_row_(stop_at_bad_row),
        facts_(look_at(text_)),
        dialect_{.separator = format.dialect.separator,
                 .quotes = format.dialect.quotes && facts_.quote},
        fields_(dialect_) {}

  RatingsChunk run();

 private:
  std::size_t next_record_end(std::string_view text) const {
    if (dialect_.quotes) return find_record_end(text, dialect_);
    const void* end = std::memchr(text.data(), '\n', text.size());
    if (end == nullptr) return std::string_view::npos;
    return static_cast<std::size_t>(static_cast<const char*>(end) - text.data()) + 1;
  }
  void parse_record(std::string_view record);
  void parse_rating();
  void parse_list();
  bool is_text(std::string_view line);
  bool is_id(std::string_view id, std::size_t column);
  bool parse_value(float& value);
  bool parse_time(std::int64_t& time);
  void add(std::string_view user, std::string_view item);
  void report(BadRow cause, std::string message);
  void note_tail();
  void reserve(std::string_view record);
  std::uint32_t number_of_user(std::string_view label);
  std::uint32_t number(LabelNumbering& numbering, std::string_view label);
  std::string column_name(std::size_t column) const;

  const TextChunk& chunk_;
  std::string_view text_;
  const RatingsFormat& format_;
  bool stop_at_bad_row_;
  TextFacts facts_;
  Dialect dialect_;
  FieldSplitter fields_;
  std::size_t line_ = 0;  // Of the record at hand.
  std::size_t bad_count_ = 0;
  LabelNumbering users_;
  LabelNumbering items_;
  std::string_view last_user_;  // The user of the rating before, and the number.
  std::uint32_t last_user_number_ = 0;
  std::deque<std::string> unescaped_labels_;  // Labels that are not bytes of the chunk.
  RatingsChunk out_;
};

RatingsChunk ChunkParser::run() {
  std::size_t at = 0;
  while (at < text_.size()) {
    if (stop_at_bad_row_ && bad_count_ > 0) break;
    std::size_t length = next_record_end(text_.substr(at));
    if (length == std::string_view::npos) length = text_.size() - at;
    const std::string_view record = text_.substr(at, length);
    if (length > kRecordBytesMax) {
      out_.fatal_message = fmt::format("the line is longer than {} MiB", kRecordBytesMax >> 20U);
      out_.fatal_line = line_;
      break;
    }
    if (at == 0) reserve(record);
    parse_record(record);
    if (!out_.fatal_message.empty()) break;
    at += length;
    // Only a quoted record has more than one line.
    line_ += dialect_.quotes
                 ? static_cast<std::size_t>(std::count(record.begin(), record.end(), '\n'))
                 : 1;
  }
  note_tail();
  out_.line_count = line_;
  const auto copy = [](const LabelNumbering& numbering) {
    return std::vector<std::string>(numbering.labels().begin(), numbering.labels().end());
  };
  out_.user_labels = copy(users_);
  out_.item_labels = copy(items_);
  return std::move(out_);
}

void ChunkParser::parse_record(std::string_view record) {
  const std::string_view line = without_line_end(record);
  if (line.empty() || (line.front() == ' ' && is_blank(line))) return;
  if (!facts_.ascii || facts_.nul || facts_.carriage_return) {
    if (!is_text(line)) return;
  }
  if (!fields_.split(line)) {
    if (line.find('\n') != std::string_view::npos) {
      // The rows that the stray quote swallowed cannot be counted, so none is skipped.
      out_.fatal_message =
          fmt::format("a quote that opens on this line closes on a later one, inside a field: '{}'",
                      printable(line));
      out_.fatal_line = line_;
      return;
    }
    report(
        BadRow::misplaced_quote,
        fmt::format("a quote inside a field that is not quoted as a whole: '{}'", printable(line)));
    return;
  }
  if (format_.item_lists) {
    parse_list();
  } else if (fields_.field_count() != format_.field_count) {
    report(BadRow::field_count,
           fmt::format("{} fields where {} are expected: '{}'", fields_.field_count(),
                       format_.field_count, printable(line)));
  } else {
    parse_rating();
  }
}

// Whether the line is UTF-8 without NUL bytes and stray carriage returns; reports it if not.
bool ChunkParser::is_text(std::string_view line) {
  if (!facts_.ascii) {
    const std::size_t at = find_invalid_utf8(line);
    if (at != std::string_view::npos) {
      const std::size_t from = at < 20 ? 0 : line.find_first_of(" ,;|\t:", at - 20);
      report(BadRow::invalid_utf8,
             fmt::format("byte {} of the line is not UTF-8: '{}'; "
                         "is the text Latin-1? (--encoding latin1)",
                         at + 1, printable(line.substr(std::min(from, at), 60))));
      return false;
    }
  }
  if (contains(line, '\0')) {
    report(BadRow::control_byte,
           fmt::format("a NUL byte: '{}'; is this a text file?", printable(line)));
    return false;
  }
  // RFC 4180 allows a carriage return inside quotes only.
  if (contains(line, '\r') && !(dialect_.quotes && contains(line, '"'))) {
    report(BadRow::control_byte, fmt::format("a carriage return that no line feed follows: '{}'; "
                                             "convert the file first: tr '\\r' '\\n'",
                                             printable(line)));
    return false;
  }
  return true;
}

void ChunkParser::parse_rating() {
  const std::string_view user = fields_[format_.user_column];
  const std::string_view item = fields_[format_.item_column];
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
  for (std::size_t i = 0; i < fields_.field_count(); ++i) {
    if (!is_id(fields_[i], i)) return;
  }
  if (fields_.field_count() == 1) number(users_, fields_[0]);  // A user without items.
  for (std::size_t i = 1; i < fields_.field_count(); ++i) add(fields_[0], fields_[i]);
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
  const std::string_view text = fields_[format_.rating_column];
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
  const std::string_view text = fields_[format_.timestamp_column];
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
    out_.lines.push_back(static_cast<std::uint32_t>(line_));
  } else if (row != line_) {
    // The first row that is not on the line of its own number.
    out_.lines.resize(row);
    std::iota(out_.lines.begin(), out_.lines.end(), 0U);
    out_.lines.push_back(static_cast<std::uint32_t>(line_));
  }
  out_.users.push_back(number_of_user(user));
  out_.items.push_back(number(items_, item));
}

// Room for as many ratings as there would be if all records were as long as the first.
void ChunkParser::reserve(std::string_view record) {
  const std::size_t count = text_.size() / record.size() + text_.size() / 64 + 1;
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
  if (!dialect_.quotes) return numbering.number(label);
  const bool in_chunk = std::less_equal<>()(text_.data(), label.data()) &&
                        std::less<>()(label.data(), text_.data() + text_.size());
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
    out_.bad_examples.push_back({.line = line_, .message = std::move(message)});
  }
}

void ChunkParser::note_tail() {
  if (chunk_.tail == TextChunk::Tail::none || !out_.fatal_message.empty()) return;
  if (stop_at_bad_row_ && bad_count_ > 0) return;
  const std::string_view before =
      std::string_view(chunk_.text).substr(0, chunk_.tail_begin).substr(text_.size());
  out_.fatal_line =
      line_ + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  out_.fatal_message = chunk_.tail == TextChunk::Tail::open_quote
                           ? "the quote that opens on this line is never closed"
                           : fmt::format("the line is longer than {} MiB", kRecordBytesMax >> 20U);
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
