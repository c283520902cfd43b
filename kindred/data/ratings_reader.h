// Ratings files → Interactions: CSV, TSV, "::", spaces, or "user item item ..." lists.
//
// The format is recognised from the first lines unless the options say otherwise:
// separator, header, and which columns are user, item, rating and timestamp. Files may
// be gzip or zstd. The text is cut into chunks at line ends and parsed in parallel; the
// result does not depend on the chunk size or on the number of threads.
//
// Cost: one pass; memory 12 bytes a rating beside the result, 16 with times.
//
// Errors name file, line, column and value: "ratings.csv:17: column 'rating': 'x5' is
// not a number". With `on_bad = skip` bad rows are counted by cause instead.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/interactions.h"
#include "kindred/data/text_reader.h"

namespace kindred {
class Progress;
}

namespace kindred::data {

enum class Duplicates { last, first, sum, mean, error };
enum class OnBad { error, skip };

struct RatingsOptions {
  // Format; each is recognised where it is not given.
  std::optional<std::string> separator = {};  // ",", "\t", "::", " ", ";" or "|".
  std::optional<bool> header = {};
  std::optional<bool> quotes = {};  // Whether quotes hold fields together; else they are text.
  bool item_lists = false;          // Each line is "user item item ...".
  // A header name or a 1-based position; "" means recognised, "-" means there is none.
  std::string user_column = {};
  std::string item_column = {};
  std::string rating_column = {};
  std::string timestamp_column = {};
  // "ymd", "dmy", "mdy" or a pattern such as "%d/%m/%Y %H:%M"; "" is recognised: time_text.h.
  std::string time_format = {};
  // At least so many digits of a second are kept; more where the first rows have more.
  int time_digits_min = 0;
  Encoding encoding = Encoding::utf8;

  // What to do about the rows.
  Duplicates duplicates = Duplicates::last;  // By timestamp where there is one, else by line.
  // Every row stays an entry, also those of a pair that came before, as a split by time needs
  // them; merge_repeats() of split.h makes pairs of them.
  bool keep_repeats = false;
  bool keep_rows = false;  // Also list the rows as they stand in the file.
  OnBad on_bad = OnBad::error;
  std::size_t bad_count_max = 1000;  // With skip: more bad rows than this are an error after all.

  std::size_t chunk_bytes = std::size_t{1} << 20U;  // For tests; the result never depends on it.
};

// What was read, for people and for --json.
struct RatingsSummary {
  std::string file;
  std::string format;  // "'::'-separated, no header, columns user item rating timestamp".
  Guesses guesses;     // What the options left open, and what it was taken for.
  std::size_t row_count = 0;
  std::size_t bad_row_count = 0;
  std::map<std::string, std::size_t> bad_rows_by_cause;
  std::vector<std::string> bad_row_examples;  // At most five messages with line numbers.
  std::size_t duplicate_count = 0;
  bool repeats_kept = false;  // Whether these are entries of their own.
  std::size_t user_count = 0;
  std::size_t item_count = 0;
  std::size_t pair_count = 0;
  std::map<float, std::size_t> value_counts;  // Empty when there are more than 32 values.
};

// A row of the file, by the numbers of its user and its item.
struct RatingsRow {
  std::uint32_t user = 0;
  std::uint32_t item = 0;

  bool operator==(const RatingsRow&) const = default;
};

struct Ratings {
  Interactions interactions;
  std::vector<RatingsRow> rows;  // With keep_rows: one for each row, in the order of the file.
  RatingsSummary summary;
};

// Throws Error(not_found), Error(io) or Error(invalid_argument) as said above.
// `progress`, if given, advances by bytes read.
Ratings read_ratings(const std::filesystem::path& path, const RatingsOptions& options,
                     ThreadPool& pool, Progress* progress = nullptr);

// A few lines: users, items, ratings, density, a bar for each star, what was skipped.
std::string to_text(const RatingsSummary& summary);
Json to_json(const RatingsSummary& summary);

}  // namespace kindred::data
