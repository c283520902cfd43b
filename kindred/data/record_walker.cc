#include "kindred/data/record_walker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "kindred/base/printable.h"
#include "kindred/data/dialect_recognition.h"

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

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string too_long_message() {
  return fmt::format("the line is longer than {} MiB", kRecordBytesMax >> 20U);
}

}  // namespace

RecordWalker::RecordWalker(const TextChunk& chunk, const Dialect& dialect)
    : chunk_(chunk),
      text_(std::string_view(chunk.text).substr(0, chunk.record_bytes)),
      dialect_(dialect),
      fields_(dialect) {
  const TextFacts facts = look_at(text_);
  ascii_ = facts.ascii;
  has_nul_ = facts.nul;
  has_carriage_return_ = facts.carriage_return;
  if (dialect_.quotes && !facts.quote) {
    dialect_.quotes = false;
    fields_ = FieldSplitter(dialect_);
  }
}

std::size_t RecordWalker::next_record_end(std::string_view text) const {
  if (dialect_.quotes) return find_record_end(text, dialect_);
  const void* end = std::memchr(text.data(), '\n', text.size());
  if (end == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(end) - text.data()) + 1;
}

bool RecordWalker::next() {
  is_bad_ = false;
  while (!failed_ && at_ < text_.size()) {
    std::size_t length = next_record_end(text_.substr(at_));
    if (length == std::string_view::npos) length = text_.size() - at_;
    const std::string_view whole = text_.substr(at_, length);
    at_ += length;
    line_ = next_line_;
    // Only a quoted record has more than one line.
    next_line_ += dialect_.quotes ? count_lines(whole) : 1;
    if (length > kRecordBytesMax) return fail(line_, too_long_message());
    record_ = without_line_end(whole);
    if (record_.empty() || (record_.front() == ' ' && is_blank(record_))) continue;
    if ((!ascii_ || has_nul_ || has_carriage_return_) && !is_text()) return true;
    if (fields_.split(record_)) return true;
    if (record_.find('\n') != std::string_view::npos) {
      // The rows that the stray quote swallowed cannot be counted, so none is skipped.
      return fail(line_, fmt::format("a quote that opens on this line closes on a later one, "
                                     "inside a field: '{}'; --quote none reads quotes as text",
                                     printable(record_)));
    }
    report(RecordFault::misplaced_quote,
           fmt::format("a quote inside a field that is not quoted as a whole: '{}'; "
                       "--quote none reads quotes as text",
                       printable(record_)));
    return true;
  }
  return failed_ ? false : finish();
}

// Whether the record is UTF-8 without NUL bytes and stray carriage returns; reports it if not.
bool RecordWalker::is_text() {
  if (!ascii_) {
    const std::size_t at = find_invalid_utf8(record_);
    if (at != std::string_view::npos) {
      const std::size_t from = at < 20 ? 0 : record_.find_first_of(" ,;|\t:", at - 20);
      report(RecordFault::invalid_utf8,
             fmt::format("byte {} of the line is not UTF-8: '{}'; "
                         "is the text Latin-1? (--encoding latin1)",
                         at + 1, printable(record_.substr(std::min(from, at), 60))));
      return false;
    }
  }
  if (contains(record_, '\0')) {
    report(RecordFault::control_byte,
           fmt::format("a NUL byte: '{}'; is this a text file?", printable(record_)));
    return false;
  }
  // RFC 4180 allows a carriage return inside quotes only.
  if (contains(record_, '\r') && !(dialect_.quotes && contains(record_, '"'))) {
    report(RecordFault::control_byte,
           fmt::format("a carriage return that no line feed follows: '{}'; "
                       "convert the file first: tr '\\r' '\\n'",
                       printable(record_)));
    return false;
  }
  return true;
}

void RecordWalker::report(RecordFault fault, std::string problem) {
  is_bad_ = true;
  fault_ = fault;
  problem_ = std::move(problem);
}

bool RecordWalker::fail(std::size_t line, std::string problem) {
  failed_ = true;
  line_ = line;
  problem_ = std::move(problem);
  return false;
}

// What lies behind the whole records of the chunk.
bool RecordWalker::finish() {
  if (chunk_.tail == TextChunk::Tail::none) return false;
  const std::string_view before =
      std::string_view(chunk_.text).substr(0, chunk_.tail_begin).substr(text_.size());
  return fail(next_line_ + count_lines(before),
              chunk_.tail == TextChunk::Tail::open_quote
                  ? "the quote that opens on this line is never closed"
                  : too_long_message());
}

}  // namespace kindred::data
