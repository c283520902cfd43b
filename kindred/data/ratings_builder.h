// Joins the chunks of a ratings file, in order, into Interactions.
//
// Users and items get their numbers in the order in which the file first names them: what
// a worker learned from a chunk is inserted into the common vocabulary in the chunk's own
// order, so chunk size and thread count leave no trace. Whichever worker sees a label first
// in the file, sees it for its own first time there, so nothing is missed. The matrix is
// then built by counting: ratings go to their user's row in file order, each row is sorted
// by item, and pairs that occur more than once are merged.
//
// Cost: O(ratings) plus the sort within rows; of the work on one thread, a look at each
// label for each worker. 12 bytes a rating, and 4 more for times, until finish() has moved
// them.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/ratings_chunk.h"
#include "kindred/data/ratings_format.h"
#include "kindred/data/ratings_reader.h"

namespace kindred::data {

class RatingsBuilder {
 public:
  // `file` names the file in messages. Both must outlive *this.
  RatingsBuilder(const std::string& file, const RatingsFormat& format,
                 const RatingsOptions& options, int worker_count);

  // What worker number w parses with.
  ParsingWorker& worker(int w) { return workers_[static_cast<std::size_t>(w)].parsing; }

  // Adds the next chunk of the file, which this worker has parsed, while none is parsing.
  // Throws Error(invalid_argument) for the first bad row, or for too many of them.
  void add(RatingsChunk chunk, int worker);

  // Call once, after the last chunk. Throws Error(invalid_argument) when no row is left,
  // or for a duplicate pair where the options forbid one.
  Ratings finish(ThreadPool& pool);

 private:
  struct Worker {
    ParsingWorker parsing;
    std::vector<std::uint32_t> user_rows;  // From the worker's numbers to rows.
    std::vector<std::uint32_t> item_columns;
  };
  // A chunk without its messages.
  struct Part {
    std::vector<std::uint32_t> users;
    std::vector<std::uint32_t> items;
    std::vector<float> values;
    PackedTimes times;
    std::vector<std::uint32_t> lines;
    std::size_t first_line = 0;  // Of the file, from 1.
    std::size_t worker = 0;
    std::uint32_t user_min = 0;  // Once renumbered.
    std::uint32_t user_max = 0;
  };

  void note_bad_rows(const RatingsChunk& chunk);
  [[noreturn]] void throw_no_rows() const;
  void renumber(ThreadPool& pool);
  void fill_rows(ThreadPool& pool);
  void sort_rows(ThreadPool& pool);
  void merge_duplicates();
  void list_rows();
  [[noreturn]] void throw_duplicate(std::uint32_t user, std::uint32_t item) const;
  std::string place(std::size_t line) const;

  const std::string& file_;
  const RatingsFormat& format_;
  const RatingsOptions& options_;
  Ratings result_;
  std::vector<Worker> workers_;
  std::vector<Part> parts_;
  std::array<std::size_t, kBadRowCauseCount> bad_counts_{};
  std::size_t next_line_ = 1;  // The first line of the next chunk.
};

}  // namespace kindred::data
