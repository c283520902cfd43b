// One chunk of a ratings file, parsed on its own: the parallel part of reading.
//
// Users and items are numbered by the thread that parses, in tables that it keeps from chunk
// to chunk; ratings_builder.h renumbers them when it joins the chunks in the order of the
// file. Lines are counted from the start of the chunk, for the same reason.
//
// Rows of whole-number ids, plain decimal ratings and whole-number times, without quotes,
// take a loop of their own; any other row the general way.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kindred/data/label_numbering.h"
#include "kindred/data/packed_times.h"
#include "kindred/data/ratings_format.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {

// An id longer than this is a mistake in the file's quotes or separators.
inline constexpr std::size_t kIdBytesMax = 1024;

// Why a row cannot be used.
enum class BadRow {
  field_count,
  empty_id,
  long_id,
  bad_rating,
  bad_timestamp,
  misplaced_quote,
  invalid_utf8,
  control_byte,
};
inline constexpr std::size_t kBadRowCauseCount = 8;

// "rating is not a number"; for the summary.
const char* describe(BadRow cause) noexcept;

struct BadRowExample {
  std::size_t line = 0;  // Of the chunk, from 0.
  std::string message;
};

// What a thread keeps from chunk to chunk. Its chunks must come in the order of the file.
struct ParsingWorker {
  LabelNumbering users;
  LabelNumbering items;

  // Columns in the making.
  std::vector<std::uint32_t> user_column;
  std::vector<std::uint32_t> item_column;
  std::vector<float> values;
  std::vector<std::int64_t> times;
};

struct RatingsChunk {
  // How many labels the worker knew once it had parsed the chunk: what it learned from it
  // are the numbers since its chunk before.
  std::size_t user_count = 0;
  std::size_t item_count = 0;

  // One entry for each rating, in the order of the file. Numbers are the worker's.
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> items;
  std::vector<float> values;         // Empty where the file has no ratings.
  PackedTimes times;                 // Empty where it has no times.
  std::vector<std::uint32_t> lines;  // Empty where rating i is on line i.

  std::size_t line_count = 0;
  std::array<std::size_t, kBadRowCauseCount> bad_counts{};
  std::vector<BadRowExample> bad_examples;  // The first ones, kBadExampleCount at most.

  // The most digits of a second that a time has beyond those the format keeps; 0: none.
  int digits_lost = 0;

  // What makes the file unreadable from some line on, whatever is done about bad rows.
  std::string fatal_message;
  std::size_t fatal_line = 0;
};

inline constexpr std::size_t kBadExampleCount = 5;

// `stop_at_bad_row`: the first one is enough, as it will be an error.
RatingsChunk parse_ratings_chunk(const TextChunk& chunk, const RatingsFormat& format,
                                 bool stop_at_bad_row, ParsingWorker& worker);

}  // namespace kindred::data
