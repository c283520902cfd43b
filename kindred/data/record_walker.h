// The records of one chunk of text, one after the other, checked and split into fields.
//
//    RecordWalker walker(chunk, dialect);
//    while (walker.next()) {
//      if (walker.is_bad()) report(walker.line(), walker.problem()); else use(walker.fields());
//    }
//    if (walker.failed()) throw ... walker.line(), walker.problem()
//
// Blank records are passed over. A bad record is one that cannot be split, or is not text:
// a quote in the wrong place, bytes that are not UTF-8, a NUL, a stray carriage return. What
// ends the walk early (a line that is too long, a quote that never closes) fails the chunk,
// since nobody can tell which rows it swallowed.
//
// A look at the whole chunk first rules out most of these checks, so that plain text is
// split at the speed of memchr. Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kindred/data/delimited.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {

enum class RecordFault { misplaced_quote, invalid_utf8, control_byte };

class RecordWalker {
 public:
  // Looks at the chunk without copying: it must outlive *this, unchanged.
  RecordWalker(const TextChunk& chunk, const Dialect& dialect);

  // Goes to the next record that is not blank; false at the end, or when the walk fails.
  bool next();

  // ---- Of the record at hand.

  // Its fields; they view the chunk or this walker, until next().
  const FieldSplitter& fields() const noexcept { return fields_; }
  std::string_view record() const noexcept { return record_; }  // Without its line end.
  bool is_bad() const noexcept { return is_bad_; }
  RecordFault fault() const noexcept { return fault_; }

  // The line where the record begins, from 0 in the chunk; after a failure, where that lies.
  std::size_t line() const noexcept { return line_; }
  // What is wrong, for people.
  const std::string& problem() const noexcept { return problem_; }

  // ---- Of the walk.

  bool failed() const noexcept { return failed_; }
  // Lines passed so far; once next() has said false without failing, those of the chunk.
  std::size_t line_count() const noexcept { return next_line_; }
  // The whole records of the chunk.
  std::string_view text() const noexcept { return text_; }
  // ---- For a caller that takes plain rows by itself.

  // Whether the whole chunk is ASCII, without quotes, NULs and carriage returns, so that
  // lines are records and nothing in them needs a check.
  bool is_plain() const noexcept {
    return ascii_ && !has_nul_ && !has_carriage_return_ && !dialect_.quotes;
  }
  // What next() has not looked at.
  std::string_view rest() const noexcept { return text_.substr(at_); }
  // Passes over so many bytes of it. Requires: they are that many whole lines.
  void pass(std::size_t bytes, std::size_t lines) noexcept {
    at_ += bytes;
    next_line_ += lines;
  }

 private:
  std::size_t next_record_end(std::string_view text) const;
  bool is_text();
  void report(RecordFault fault, std::string problem);
  bool fail(std::size_t line, std::string problem);
  bool finish();

  const TextChunk& chunk_;
  std::string_view text_;
  bool ascii_ = true;
  bool has_nul_ = false;
  bool has_carriage_return_ = false;
  Dialect dialect_;
  FieldSplitter fields_;
  std::string_view record_;
  std::size_t at_ = 0;         // The first byte of text_ that was not passed.
  std::size_t line_ = 0;       // Of the record at hand,
  std::size_t next_line_ = 0;  // and of the next one.
  bool is_bad_ = false;
  bool failed_ = false;
  RecordFault fault_ = RecordFault::misplaced_quote;
  std::string problem_;
};

}  // namespace kindred::data
