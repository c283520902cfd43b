// Rows of a ratings file at their plainest, taken in one loop over their bytes.
//
// A plain row has ids that are whole numbers of up to nine digits without leading zeros, a
// rating of up to seven digits with at most one point, a time that is a whole number, and
// one byte between fields. Nearly every large file is of such rows. What take() leaves
// standing, a general parser takes, which gives plain rows the same meaning.
//
// Cost: about 2 ns a byte. Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kindred/data/ratings_format.h"

namespace kindred::data {

struct ParsingWorker;

class PlainRows {
 public:
  explicit PlainRows(const RatingsFormat& format);

  // Whether the format allows plain rows at all.
  bool possible() const noexcept { return !roles_.empty(); }

  struct Taken {
    std::size_t rows = 0;
    std::size_t bytes = 0;  // Of the lines of these rows.
  };

  // Takes rows off the front of `text` up to the first that is not plain, and appends them
  // to the worker's columns.
  // Requires: possible(); ASCII without NUL, quotes and carriage returns; a byte that can be
  // read lies behind the text, as behind that of a std::string.
  Taken take(std::string_view text, ParsingWorker& worker) const;

 private:
  enum class Role : std::uint8_t { user, item, rating, time, other };
  struct Row;
  bool read(const char*& at, const char* end, Row& row) const;
  void append(std::span<const Row> rows, ParsingWorker& worker) const;

  std::vector<Role> roles_;  // By field; empty where rows are never plain.
  char separator_ = ',';
  bool has_rating_ = false;
  bool has_time_ = false;
};

}  // namespace kindred::data
