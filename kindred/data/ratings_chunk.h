// One chunk of a ratings file, parsed on its own: the parallel part of reading.
//
// Users and items are numbered within the chunk; ratings_builder.h renumbers them when
// it joins the chunks in the order of the file. Lines are counted from the start of the
// chunk, for the same reason.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kindred/data/ratings_format.h"
#include "kindred/data/text_reader.h"
#include "kindred/data/vocabulary.h"

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

struct RatingsChunk {
  std::vector<std::string> user_labels;  // By number within the chunk.
  std::vector<std::string> item_labels;

  // One entry for each rating, in the order of the file.
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> items;
  std::vector<float> values;             // Empty where the file has no ratings.
  std::vector<std::int64_t> timestamps;  // Empty where it has no times.
  std::vector<std::uint32_t> lines;      // Empty where rating i is on line i.

  std::size_t line_count = 0;
  std::array<std::size_t, kBadRowCauseCount> bad_counts{};
  std::vector<BadRowExample> bad_examples;  // The first ones, kBadExampleCount at most.

  // What makes the file unreadable from some line on, whatever is done about bad rows.
  std::string fatal_message;
  std::size_t fatal_line = 0;
};

inline constexpr std::size_t kBadExampleCount = 5;

// `stop_at_bad_row`: the first one is enough, as it will be an error.
RatingsChunk parse_ratings_chunk(const TextChunk& chunk, const RatingsFormat& format,
                                 bool stop_at_bad_row);

}  // namespace kindred::data
