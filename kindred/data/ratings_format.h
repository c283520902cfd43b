// The format of a ratings file: its dialect, and which column is what.
//
// What the options leave open is recognised from the first records: columns by the
// names in the header (userId, movie_id, stars, time, ...: column_names.h), else by position:
// user, item, rating, timestamp. A third and last column of large whole numbers or dates is
// taken for a timestamp. Lines of whole numbers of very different lengths are taken for
// "user item item ..." lists. Each of these is a Guess, and an error where it would be a bold
// one: names of columns that say nothing, dates that may be of either order.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/data/delimited.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/data/time_text.h"
#include "kindred/data/value_scale.h"

namespace kindred::data {

inline constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);

struct RatingsFormat {
  Dialect dialect;
  bool header = false;
  bool item_lists = false;
  std::size_t header_bytes = 0;  // Of the header and blank lines before it; 0 without one.
  std::size_t header_lines = 0;
  std::vector<std::string> names;  // From the header.
  std::size_t field_count = 0;     // Of each row.
  std::size_t user_column = kNoColumn;
  std::size_t item_column = kNoColumn;
  std::size_t rating_column = kNoColumn;
  std::size_t timestamp_column = kNoColumn;
  ValueMeaning meaning = ValueMeaning::unknown;  // Of the rating column, by its name.
  bool value_words = false;  // Whether "yes", "false", ... may stand in the rating column.
  TimeReading times;
  Guesses guesses;  // What the options left open.
};

// `head` is the beginning of the text, or all of it.
// Throws Error(invalid_argument) when it is empty or its columns cannot be told.
RatingsFormat recognize_ratings_format(std::string_view head, bool head_is_all,
                                       const RatingsOptions& options, const std::string& file);

// "comma-separated with a header; columns userId, movieId, rating, timestamp".
std::string describe(const RatingsFormat& format);

// "column 'rating'", or "column 3 (rating)" where there is no header.
std::string describe_column(const RatingsFormat& format, std::size_t column);

}  // namespace kindred::data
