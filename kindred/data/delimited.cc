#include "kindred/data/delimited.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "kindred/base/check.h"

namespace kindred::data {
namespace {

constexpr std::size_t kFirstFieldCount = 16;

std::size_t find_byte(std::string_view text, char byte, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* found = std::memchr(text.data() + from, byte, text.size() - from);
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool is_space(char byte) { return byte == ' ' || byte == '\t'; }

constexpr std::uint64_t kEachByte = 0x0101010101010101U;

// The highest bit of each of the eight bytes at `text` that is `byte`; the first byte's lowest.
std::uint64_t equal_bytes(const char* text, char byte) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kLowBits = 0x7F * kEachByte;
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof(word));
  const std::uint64_t difference = word ^ (kEachByte * static_cast<unsigned char>(byte));
  // A byte of 0 alone stays without its highest bit: nothing carries from byte to byte.
  return ~(((difference & kLowBits) + kLowBits) | difference | kLowBits);
}

}  // namespace

Dialect dialect_for(const std::string& separator) {
  return {.separator = separator,
          .quotes = separator == "," || separator == ";" || separator == "\t"};
}

RecordScanner::RecordScanner(const Dialect& dialect)
    : quotes_(dialect.quotes), padded_(dialect.padded), separator_(dialect.separator.front()) {
  KINDRED_CHECK(!dialect.quotes || dialect.separator.size() == 1);
}

bool RecordScanner::opens_field(std::string_view text, std::size_t quote) const {
  while (padded_ && quote > 0 && text[quote - 1] == ' ') --quote;
  return quote == 0 || text[quote - 1] == separator_ || text[quote - 1] == '\n';
}

void RecordScanner::scan(std::string_view text, bool at_end) {
  while (scanned_ < text.size()) {
    const std::size_t quote = quotes_ ? find_byte(text, '"', scanned_) : std::string_view::npos;
    if (!inside_quotes_) {
      const std::size_t end = quote == std::string_view::npos ? text.size() : quote;
      const std::size_t line_end = text.substr(scanned_, end - scanned_).rfind('\n');
      if (line_end != std::string_view::npos) complete_bytes_ = scanned_ + line_end + 1;
      scanned_ = end;
      if (quote == std::string_view::npos) return;
      if (opens_field(text, quote)) {
        inside_quotes_ = true;
        quote_begin_ = quote;
      }
      scanned_ = quote + 1;
    } else if (quote == std::string_view::npos) {
      scanned_ = text.size();
    } else if (quote + 1 == text.size() && !at_end) {
      scanned_ = quote;  // It may be the first of a doubled quote.
      return;
    } else if (quote + 1 < text.size() && text[quote + 1] == '"') {
      scanned_ = quote + 2;
    } else {
      inside_quotes_ = false;
      scanned_ = quote + 1;
    }
  }
}

std::size_t find_record_end(std::string_view text, const Dialect& dialect) {
  std::size_t line_end = find_byte(text, '\n', 0);
  if (!dialect.quotes) return line_end == std::string_view::npos ? line_end : line_end + 1;
  // Each line is scanned once more with the ones before it still in the scanner's state.
  RecordScanner scanner(dialect);
  while (line_end != std::string_view::npos) {
    scanner.scan(text.substr(0, line_end + 1), false);
    if (scanner.complete_bytes() != 0) return scanner.complete_bytes();
    line_end = find_byte(text, '\n', line_end + 1);
  }
  return std::string_view::npos;
}

std::string_view without_line_end(std::string_view record) noexcept {
  if (record.ends_with('\n')) {
    record.remove_suffix(1);
    if (record.ends_with('\r')) record.remove_suffix(1);
  }
  return record;
}

std::string_view without_padding(std::string_view field) noexcept {
  while (field.starts_with(' ')) field.remove_prefix(1);
  while (field.ends_with(' ')) field.remove_suffix(1);
  return field;
}

FieldSplitter::FieldSplitter(const Dialect& dialect)
    : dialect_(dialect),
      kind_(dialect.separator == " "        ? Kind::spaces
            : dialect.separator.size() == 1 ? Kind::byte
                                            : Kind::text),
      fields_(kFirstFieldCount) {
  KINDRED_CHECK(!dialect.separator.empty());
  KINDRED_CHECK(!dialect.quotes || kind_ == Kind::byte);
}

bool FieldSplitter::split(std::string_view record) {
  field_count_ = 0;
  has_quotes_ = false;
  has_literal_quotes_ = false;
  if (dialect_.quotes && find_byte(record, '"', 0) != std::string_view::npos) {
    has_quotes_ = true;
    if (split_quoted(record)) return true;
    // Where a line end lies inside, nobody can tell which quote is the wrong one.
    if (dialect_.separator != "\t" || find_byte(record, '\n', 0) != std::string_view::npos) {
      return false;
    }
    field_count_ = 0;
    has_quotes_ = false;
    has_literal_quotes_ = true;
  }
  switch (kind_) {
    case Kind::byte:
      split_at_byte(record);
      break;
    case Kind::text:
      split_at_text(record);
      break;
    case Kind::spaces:
      split_at_spaces(record);
      break;
  }
  if (dialect_.padded) trim_fields();
  return true;
}

void FieldSplitter::trim_fields() {
  for (std::size_t i = 0; i < field_count_; ++i) {
    fields_[i] = without_padding(fields_[i]);
  }
}

void FieldSplitter::split_at_byte(std::string_view record) {
  // Fields are a few bytes long, of lengths nobody can predict: eight bytes at a time beat a
  // loop that branches at each of them, and a call of memchr a field.
  const char separator = dialect_.separator.front();
  const char* begin = record.data();
  const char* const end = begin + record.size();
  const char* at = begin;
  for (; end - at >= 8; at += 8) {
    for (std::uint64_t found = equal_bytes(at, separator); found != 0; found &= found - 1) {
      const char* const here = at + std::countr_zero(found) / 8;
      push({begin, static_cast<std::size_t>(here - begin)});
      begin = here + 1;
    }
  }
  for (; at != end; ++at) {
    if (*at != separator) continue;
    push({begin, static_cast<std::size_t>(at - begin)});
    begin = at + 1;
  }
  push({begin, static_cast<std::size_t>(end - begin)});
}

void FieldSplitter::split_at_text(std::string_view record) {
  const std::string_view separator = dialect_.separator;
  std::size_t begin = 0;
  std::size_t end = find_byte(record, separator.front(), 0);
  while (end != std::string_view::npos) {
    if (record.substr(end).starts_with(separator)) {
      push(record.substr(begin, end - begin));
      begin = end + separator.size();
      end = find_byte(record, separator.front(), begin);
    } else {
      end = find_byte(record, separator.front(), end + 1);
    }
  }
  push(record.substr(begin));
}

void FieldSplitter::split_at_spaces(std::string_view record) {
  std::size_t at = 0;
  while (true) {
    while (at < record.size() && is_space(record[at])) ++at;
    if (at == record.size()) return;
    const std::size_t begin = at;
    while (at < record.size() && !is_space(record[at])) ++at;
    push(record.substr(begin, at - begin));
  }
}

bool FieldSplitter::split_quoted(std::string_view record) {
  const char separator = dialect_.separator.front();
  // Undoubling only shrinks, so views into the buffer stay valid within a record.
  unescaped_.clear();
  unescaped_.reserve(record.size());
  const auto skip_padding = [&](std::size_t at) {
    while (dialect_.padded && at < record.size() && record[at] == ' ') ++at;
    return at;
  };
  std::size_t at = 0;
  while (true) {
    at = skip_padding(at);
    if (at == record.size() || record[at] != '"') {
      const std::size_t end = std::min(record.size(), find_byte(record, separator, at));
      std::string_view field = record.substr(at, end - at);
      if (find_byte(field, '"', 0) != std::string_view::npos) return false;
      while (dialect_.padded && field.ends_with(' ')) field.remove_suffix(1);
      push(field);
      at = end;
    } else {
      const std::size_t begin = unescaped_.size();
      ++at;
      while (true) {
        const std::size_t quote = find_byte(record, '"', at);
        if (quote == std::string_view::npos) return false;
        unescaped_.append(record, at, quote - at);
        at = quote + 1;
        if (at == record.size() || record[at] != '"') break;
        unescaped_ += '"';
        ++at;
      }
      at = skip_padding(at);
      if (at < record.size() && record[at] != separator) return false;
      push(std::string_view(unescaped_).substr(begin));
    }
    if (at == record.size()) return true;
    ++at;  // The separator.
  }
}

}  // namespace kindred::data
