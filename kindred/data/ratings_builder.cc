#include "kindred/data/ratings_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/duplicate_pairs.h"

namespace kindred::data {
namespace {

std::vector<std::uint32_t> insert_all(Vocabulary& vocabulary,
                                      const std::vector<std::string>& labels) {
  std::vector<std::uint32_t> rows;
  rows.reserve(labels.size());
  for (const std::string& label : labels) rows.push_back(vocabulary.insert(label));
  return rows;
}

}  // namespace

RatingsBuilder::RatingsBuilder(const std::string& file, const RatingsFormat& format,
                               const RatingsOptions& options)
    : file_(file), format_(format), options_(options) {
  next_line_ += format.header_lines;
  result_.interactions.has_values = format.rating_column != kNoColumn;
}

std::string RatingsBuilder::place(std::size_t line) const {
  return fmt::format("{}:{}: ", file_, line);
}

void RatingsBuilder::add(RatingsChunk chunk) {
  note_bad_rows(chunk);
  Interactions& interactions = result_.interactions;
  Part part;
  part.user_of_local = insert_all(interactions.users, chunk.user_labels);
  part.item_of_local = insert_all(interactions.items, chunk.item_labels);
  part.users = std::move(chunk.users);
  part.items = std::move(chunk.items);
  part.values = std::move(chunk.values);
  part.timestamps = std::move(chunk.timestamps);
  part.lines = std::move(chunk.lines);
  part.first_line = next_line_;
  result_.summary.row_count += part.users.size();
  next_line_ += chunk.line_count;
  parts_.push_back(std::move(part));
}

void RatingsBuilder::note_bad_rows(const RatingsChunk& chunk) {
  RatingsSummary& summary = result_.summary;
  for (std::size_t cause = 0; cause < kBadRowCauseCount; ++cause) {
    bad_counts_[cause] += chunk.bad_counts[cause];
    summary.bad_row_count += chunk.bad_counts[cause];
  }
  for (const BadRowExample& example : chunk.bad_examples) {
    const std::string message = place(next_line_ + example.line) + example.message;
    if (options_.on_bad == OnBad::error) throw Error(ErrorCode::invalid_argument, message);
    if (summary.bad_row_examples.size() < kBadExampleCount) {
      summary.bad_row_examples.push_back(message);
    }
  }
  if (summary.bad_row_count > options_.bad_count_max) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: more than {} bad rows (--max-bad); the first: {}", file_,
                            options_.bad_count_max, summary.bad_row_examples.front()));
  }
  if (!chunk.fatal_message.empty()) {
    throw Error(ErrorCode::invalid_argument,
                place(next_line_ + chunk.fatal_line) + chunk.fatal_message);
  }
}

void RatingsBuilder::throw_no_rows() const {
  const RatingsSummary& summary = result_.summary;
  if (summary.bad_row_count > 0) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: no row can be used; the first: {}",
                                                         file_, summary.bad_row_examples.front()));
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: there are no rows{}", file_,
                                                       format_.header ? ", only a header" : ""));
}

// Numbers within the chunks become rows and columns of the matrix; rows are counted.
void RatingsBuilder::renumber(ThreadPool& pool) {
  SparseMatrix& matrix = result_.interactions.by_user;
  matrix.rows = result_.interactions.users.size();
  matrix.cols = result_.interactions.items.size();
  std::vector<std::vector<std::uint64_t>> counts(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(parts_.size(), [&](std::size_t index, int worker) {
    Part& part = parts_[index];
    std::vector<std::uint64_t>& count = counts[static_cast<std::size_t>(worker)];
    count.resize(matrix.rows);
    for (std::uint32_t& user : part.users) {
      user = part.user_of_local[user];
      ++count[user];
    }
    for (std::uint32_t& item : part.items) item = part.item_of_local[item];
    part.user_of_local = {};
    part.item_of_local = {};
  });
  matrix.offsets.assign(matrix.rows + 1, 0);
  for (const std::vector<std::uint64_t>& count : counts) {
    for (std::size_t row = 0; row < count.size(); ++row) matrix.offsets[row + 1] += count[row];
  }
  std::partial_sum(matrix.offsets.begin(), matrix.offsets.end(), matrix.offsets.begin());
}

// Each thread looks at all ratings and places those of its own range of users: in file
// order, so the result does not depend on how many ranges there are.
void RatingsBuilder::fill_rows(ThreadPool& pool) {
  Interactions& interactions = result_.interactions;
  SparseMatrix& matrix = interactions.by_user;
  const std::size_t entry_count = matrix.offsets.back();
  matrix.columns.resize(entry_count);
  matrix.values.assign(entry_count, 1.0F);
  const bool has_times = format_.timestamp_column != kNoColumn;
  if (has_times) interactions.timestamps.resize(entry_count);

  const auto range_count = static_cast<std::size_t>(pool.thread_count());
  const auto range_begin = [&](std::size_t range) {
    const auto wanted =
        static_cast<std::uint64_t>(static_cast<double>(entry_count) * static_cast<double>(range) /
                                   static_cast<double>(range_count));
    if (range == range_count) return matrix.rows;
    const auto found = std::lower_bound(matrix.offsets.begin(), matrix.offsets.end() - 1, wanted);
    return static_cast<std::size_t>(found - matrix.offsets.begin());
  };
  pool.parallel_for(range_count, [&](std::size_t range, int) {
    const std::size_t begin = range_begin(range);
    const std::size_t row_count = range_begin(range + 1) - begin;
    std::vector<std::uint64_t> next(
        matrix.offsets.begin() + static_cast<std::ptrdiff_t>(begin),
        matrix.offsets.begin() + static_cast<std::ptrdiff_t>(begin + row_count));
    for (const Part& part : parts_) {
      for (std::size_t i = 0; i < part.users.size(); ++i) {
        const std::size_t row = part.users[i] - begin;  // Wraps around below the range.
        if (row >= row_count) continue;
        const std::uint64_t entry = next[row]++;
        matrix.columns[entry] = part.items[i];
        if (interactions.has_values) matrix.values[entry] = part.values[i];
        if (has_times) interactions.timestamps[entry] = part.timestamps[i];
      }
    }
  });
}

// Sorts each row by item; what the file says first comes first among equals.
void RatingsBuilder::sort_rows(ThreadPool& pool) {
  constexpr std::size_t kRowsPerTask = 256;
  Interactions& interactions = result_.interactions;
  SparseMatrix& matrix = interactions.by_user;
  const std::size_t task_count = (matrix.rows + kRowsPerTask - 1) / kRowsPerTask;
  std::vector<RowSorter> sorters(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(task_count, [&](std::size_t task, int worker) {
    const std::size_t end = std::min(matrix.rows, (task + 1) * kRowsPerTask);
    for (std::size_t row = task * kRowsPerTask; row < end; ++row) {
      const std::size_t first = matrix.offsets[row];
      const std::size_t size = matrix.row_size(row);
      const bool has_times = !interactions.timestamps.empty();
      sorters[static_cast<std::size_t>(worker)].sort(
          std::span(matrix.columns).subspan(first, size),
          std::span(matrix.values).subspan(first, size),
          has_times ? std::span(interactions.timestamps).subspan(first, size)
                    : std::span<std::int64_t>());
    }
  });
}

void RatingsBuilder::merge_duplicates() {
  const DuplicateMerge merge = merge_duplicate_pairs(
      result_.interactions.by_user, result_.interactions.timestamps, options_.duplicates);
  result_.summary.duplicate_count = merge.duplicate_count;
  if (merge.duplicate_count > 0 && options_.duplicates == Duplicates::error) {
    throw_duplicate(merge.first_user, merge.first_item);
  }
  if (!merge.finite) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: user '{}' and item '{}' occur so often that the sum of the "
                            "ratings is too large",
                            file_, printable(result_.interactions.users.label(merge.first_user)),
                            printable(result_.interactions.items.label(merge.first_item))));
  }
}

void RatingsBuilder::throw_duplicate(std::uint32_t user, std::uint32_t item) const {
  std::vector<std::size_t> lines;
  for (const Part& part : parts_) {
    for (std::size_t i = 0; i < part.users.size(); ++i) {
      if (part.users[i] != user || part.items[i] != item) continue;
      lines.push_back(part.first_line + (part.lines.empty() ? i : part.lines[i]));
    }
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}user '{}' and item '{}' are already paired in line {}; choose with "
                          "--duplicates what to make of it",
                          place(lines.at(1)), printable(result_.interactions.users.label(user)),
                          printable(result_.interactions.items.label(item)), lines.front()));
}

Ratings RatingsBuilder::finish(ThreadPool& pool) {
  RatingsSummary& summary = result_.summary;
  if (summary.row_count == 0) throw_no_rows();
  renumber(pool);
  fill_rows(pool);
  if (options_.duplicates != Duplicates::error) parts_.clear();
  sort_rows(pool);
  merge_duplicates();

  const Interactions& interactions = result_.interactions;
  for (std::size_t cause = 0; cause < kBadRowCauseCount; ++cause) {
    if (bad_counts_[cause] == 0) continue;
    summary.bad_rows_by_cause[describe(static_cast<BadRow>(cause))] = bad_counts_[cause];
  }
  summary.user_count = interactions.users.size();
  summary.item_count = interactions.items.size();
  summary.pair_count = interactions.by_user.entry_count();
  if (interactions.has_values) summary.value_counts = count_values(interactions.by_user.values);
  return std::move(result_);
}

}  // namespace kindred::data
