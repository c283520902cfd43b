// Delimited text: where a record ends and where its fields are.
//
// A record is a line: it ends at a line feed, with or without a carriage return before
// it, or at the end of the text. Where the dialect has quotes (RFC 4180), a field that
// *begins* with a quote runs to the closing quote and may hold separators, line feeds
// and doubled quotes; such a record spans several lines. A quote anywhere else is a
// mistake in that one record; between tabs, where few programs quote, it is a quote, and so
// are all others of its line.
//
// Whether a quote opens a field depends on the byte before it alone, so records can be
// found without splitting them: at the speed of memchr where a file has no quotes.

#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

// A record longer than this is refused, so that a file without line ends, or with a
// quote that is never closed, cannot fill the memory.
inline constexpr std::size_t kRecordBytesMax = std::size_t{16} << 20U;

struct Dialect {
  std::string separator = ",";  // " " means any run of spaces and tabs.
  bool quotes = true;           // RFC 4180. Requires a separator of one byte, not " ".
  bool padded = false;          // Spaces around a field, outside quotes, are no part of it.

  bool operator==(const Dialect&) const = default;
};

// The dialect that goes with a separator: quotes in files of ',', ';' and tab; titles in
// '::', '|' and space-separated files hold quotes that mean nothing.
Dialect dialect_for(const std::string& separator);

// Finds the end of records in a text that grows at its end.
class RecordScanner {
 public:
  explicit RecordScanner(const Dialect& dialect);

  // Looks at what was added to `text` since the last call. Requires: text begins with
  // the bytes of the last call. `at_end`: no more will be added.
  void scan(std::string_view text, bool at_end);

  // The end of the last complete record: one past its line feed, or 0 if there is none.
  std::size_t complete_bytes() const noexcept { return complete_bytes_; }

  // Whether the text ends inside quotes, and where those opened.
  bool inside_quotes() const noexcept { return inside_quotes_; }
  std::size_t quote_begin() const noexcept { return quote_begin_; }

 private:
  bool opens_field(std::string_view text, std::size_t quote) const;

  bool quotes_;
  bool padded_;
  char separator_;
  std::size_t scanned_ = 0;
  std::size_t complete_bytes_ = 0;
  bool inside_quotes_ = false;
  std::size_t quote_begin_ = 0;
};

// The end of the first record in `text`, one past its line feed, or npos if it is not
// complete.
std::size_t find_record_end(std::string_view text, const Dialect& dialect);

// `record` without the line end that finishes it.
std::string_view without_line_end(std::string_view record) noexcept;

// The field without the spaces around it.
std::string_view without_padding(std::string_view field) noexcept;

// Splits records into fields. Reused from record to record, so that it does not allocate.
class FieldSplitter {
 public:
  explicit FieldSplitter(const Dialect& dialect);

  // `record` has no line end. False when a quote is misplaced: inside a field that does
  // not begin with one, or before the end of a field that does, or left open.
  // The fields view `record` or this splitter, until the next call.
  bool split(std::string_view record);

  std::size_t field_count() const noexcept { return field_count_; }
  std::string_view operator[](std::size_t field) const { return fields_[field]; }

  // Whether any field stood in quotes, and whether this one did.
  bool has_quotes() const noexcept { return has_quotes_; }
  bool was_quoted(std::size_t field) const noexcept {
    // What was quoted lies in the buffer, even an empty text.
    const std::less_equal<> before;
    const char* const at = fields_[field].data();
    return has_quotes_ && before(unescaped_.data(), at) &&
           before(at, unescaped_.data() + unescaped_.size());
  }
  // Whether the record has misplaced quotes that were read as they stand.
  bool has_literal_quotes() const noexcept { return has_literal_quotes_; }

 private:
  void push(std::string_view field) {
    if (field_count_ == fields_.size()) fields_.resize(2 * fields_.size());
    fields_[field_count_++] = field;
  }
  void split_at_byte(std::string_view record);
  void split_at_text(std::string_view record);
  void split_at_spaces(std::string_view record);
  bool split_quoted(std::string_view record);
  void trim_fields();

  enum class Kind { byte, text, spaces };
  Dialect dialect_;
  Kind kind_;
  std::vector<std::string_view> fields_;
  std::size_t field_count_ = 0;
  bool has_quotes_ = false;          // Of the record at hand: whether fields stood in them,
  bool has_literal_quotes_ = false;  // or it has some that mean nothing.
  std::string unescaped_;            // Where fields with doubled quotes lie once undoubled.
};

}  // namespace kindred::data
