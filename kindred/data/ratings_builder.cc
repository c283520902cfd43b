#include "kindred/data/ratings_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/memory_budget.h"
#include "kindred/base/printable.h"
#include "kindred/data/duplicate_pairs.h"

namespace kindred::data {
namespace {

// What a worker has learned since the last call, into the common vocabulary.
void insert_new(Vocabulary& vocabulary, const LabelNumbering& known, std::size_t count,
                std::vector<std::uint32_t>& rows) {
  for (std::size_t number = rows.size(); number < count; ++number) {
    rows.push_back(vocabulary.insert(known.label(number)));
  }
}

}  // namespace

RatingsBuilder::RatingsBuilder(const std::string& file, const RatingsFormat& format,
                               const RatingsOptions& options, int worker_count)
    : file_(file),
      format_(format),
      options_(options),
      workers_(static_cast<std::size_t>(worker_count)) {
  next_line_ += format.header_lines;
  result_.interactions.has_values = format.rating_column != kNoColumn;
  // A sum of flags counts; a sum of stars is no longer one of stars.
  const bool sums = options.duplicates == Duplicates::sum && format.meaning != ValueMeaning::rating;
  result_.interactions.meaning =
      sums && result_.interactions.has_values ? ValueMeaning::count : format.meaning;
}

std::string RatingsBuilder::place(std::size_t line) const {
  return fmt::format("{}:{}: ", file_, line);
}

void RatingsBuilder::add(RatingsChunk chunk, int worker_number) {
  note_bad_rows(chunk);
  Interactions& interactions = result_.interactions;
  Worker& worker = workers_[static_cast<std::size_t>(worker_number)];
  insert_new(interactions.users, worker.parsing.users, chunk.user_count, worker.user_rows);
  insert_new(interactions.items, worker.parsing.items, chunk.item_count, worker.item_columns);
  Part part;
  part.users = std::move(chunk.users);
  part.items = std::move(chunk.items);
  part.values = std::move(chunk.values);
  part.times = std::move(chunk.times);
  part.lines = std::move(chunk.lines);
  part.first_line = next_line_;
  part.worker = static_cast<std::size_t>(worker_number);
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

// Numbers of the workers become rows and columns of the matrix; rows are counted.
void RatingsBuilder::renumber(ThreadPool& pool) {
  SparseMatrix& matrix = result_.interactions.by_user;
  matrix.rows = result_.interactions.users.size();
  matrix.cols = result_.interactions.items.size();
  std::vector<std::vector<std::uint64_t>> counts(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(parts_.size(), [&](std::size_t index, int worker) {
    Part& part = parts_[index];
    if (part.users.empty()) return;
    counts[static_cast<std::size_t>(worker)].resize(matrix.rows);
    std::uint64_t* const count = counts[static_cast<std::size_t>(worker)].data();
    const std::uint32_t* const rows = workers_[part.worker].user_rows.data();
    const std::uint32_t* const columns = workers_[part.worker].item_columns.data();
    part.user_min = rows[part.users.front()];
    for (std::uint32_t& user : part.users) {
      user = rows[user];
      part.user_min = std::min(part.user_min, user);
      part.user_max = std::max(part.user_max, user);
      ++count[user];
    }
    for (std::uint32_t& item : part.items) item = columns[item];
  });
  workers_ = {};
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
  process_memory().take(entry_count * (format_.timestamp_column != kNoColumn ? 16 : 8),
                        "the ratings of " + file_);
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
    std::uint32_t* const columns = matrix.columns.data();
    for (const Part& part : parts_) {
      if (part.user_max < begin || part.user_min >= begin + row_count) continue;
      const std::uint32_t* const users = part.users.data();
      const std::uint32_t* const items = part.items.data();
      const float* const values = part.values.data();
      for (std::size_t i = 0; i < part.users.size(); ++i) {
        const std::size_t row = users[i] - begin;  // Wraps around below the range.
        if (row >= row_count) continue;
        const std::uint64_t entry = next.data()[row]++;
        columns[entry] = items[i];
        if (interactions.has_values) matrix.values.data()[entry] = values[i];
        if (has_times) interactions.timestamps.data()[entry] = part.times[i];
      }
    }
  });
}

void RatingsBuilder::list_rows() {
  result_.rows.reserve(result_.summary.row_count);
  for (const Part& part : parts_) {
    for (std::size_t i = 0; i < part.users.size(); ++i) {
      result_.rows.push_back({part.users[i], part.items[i]});
    }
  }
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
  const bool merges = !options_.keep_repeats;
  const DuplicateMerge merge =
      merge_duplicate_pairs(result_.interactions.by_user, result_.interactions.timestamps,
                            merges ? options_.duplicates : Duplicates::error);
  result_.summary.duplicate_count = merge.duplicate_count;
  result_.summary.repeats_kept = !merges;
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
  if (options_.keep_rows) list_rows();
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
  summary.pair_count =
      interactions.by_user.entry_count() - (summary.repeats_kept ? summary.duplicate_count : 0);
  if (interactions.has_values) summary.value_counts = count_values(interactions.by_user.values);
  return std::move(result_);
}

}  // namespace kindred::data
