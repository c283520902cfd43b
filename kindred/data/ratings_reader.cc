#include "kindred/data/ratings_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/memory_budget.h"
#include "kindred/base/progress.h"
#include "kindred/data/ratings_builder.h"
#include "kindred/data/ratings_chunk.h"
#include "kindred/data/ratings_format.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {
namespace {

constexpr std::size_t kRatingsHeadBytes = std::size_t{256} << 10U;
// Enough chunks a thread that those that wait for the last one wait little.
constexpr std::size_t kChunksPerThread = 8;

using ChunkBatch = std::vector<TextChunk>;

ChunkBatch read_batch(TextReader& reader, const RatingsFormat& format, std::size_t chunk_bytes,
                      std::size_t chunk_count) {
  ChunkBatch batch;
  while (batch.size() < chunk_count) {
    std::optional<TextChunk> chunk = reader.next_chunk(format.dialect, chunk_bytes);
    if (!chunk) break;
    batch.push_back(std::move(*chunk));
  }
  return batch;
}

RatingsFormat recognize(TextReader& reader, const RatingsOptions& options) {
  const std::string_view head = reader.head(kRatingsHeadBytes);
  return recognize_ratings_format(head, reader.head_is_all(), options, reader.name());
}

// Reads the file in one go. `digits_lost` is how many digits of a second it had to drop, and then
// the result is not to be used.
Ratings read_once(const std::filesystem::path& path, const RatingsOptions& options,
                  ThreadPool& pool, Progress* progress, int& digits_lost) {
  TextReader reader(path, options.encoding);
  const std::string file = reader.name();
  const RatingsFormat format = recognize(reader, options);
  reader.drop(format.header_bytes);

  // While the chunks of one batch are parsed, one task reads the next batch.
  RatingsBuilder builder(file, format, options, pool.thread_count());
  const std::size_t batch_size = kChunksPerThread * static_cast<std::size_t>(pool.thread_count());
  ChunkBatch batch = read_batch(reader, format, options.chunk_bytes, batch_size);
  std::uint64_t bytes_shown = 0;
  const std::string purpose = "reading " + file;
  while (!batch.empty()) {
    // What a packed file holds is known only now: the text, and the next beside.
    std::uint64_t text_bytes = 0;
    for (const TextChunk& chunk : batch) text_bytes += chunk.text.size();
    process_memory().take(2 * text_bytes, purpose);
    ChunkBatch next;
    std::vector<RatingsChunk> parsed(batch.size());
    std::vector<int> parsed_by(batch.size());
    pool.parallel_for(batch.size() + 1, [&](std::size_t index, int worker) {
      if (index == 0) {
        next = read_batch(reader, format, options.chunk_bytes, batch_size);
      } else {
        const bool stop_at_bad_row = options.on_bad == OnBad::error;
        parsed[index - 1] =
            parse_ratings_chunk(batch[index - 1], format, stop_at_bad_row, builder.worker(worker));
        parsed_by[index - 1] = worker;
      }
    });
    for (std::size_t i = 0; i < parsed.size(); ++i) {
      digits_lost = std::max(digits_lost, parsed[i].digits_lost);
      builder.add(std::move(parsed[i]), parsed_by[i]);
    }
    if (digits_lost > 0) return {};
    if (progress != nullptr) {
      progress->advance(static_cast<std::size_t>(reader.file_bytes_read() - bytes_shown));
      bytes_shown = reader.file_bytes_read();
    }
    batch = std::move(next);
  }
  Ratings ratings = builder.finish(pool);
  ratings.summary.file = file;
  ratings.summary.format = describe(format);
  ratings.summary.guesses = format.guesses;
  return ratings;
}

}  // namespace

Ratings read_ratings(const std::filesystem::path& path, const RatingsOptions& options,
                     ThreadPool& pool, Progress* progress) {
  if (options.chunk_bytes == 0) {
    throw Error(ErrorCode::invalid_argument, "chunk_bytes is 0; at least one byte is needed");
  }
  int digits_lost = 0;
  Ratings ratings = read_once(path, options, pool, progress, digits_lost);
  if (digits_lost == 0) return ratings;
  // The first rows had whole seconds and a later one a fraction: all over again, with room for it.
  if (!std::filesystem::is_regular_file(path)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: times have fractions of a second that the first lines have not, "
                            "and a pipe cannot be read again; write it to a file first, or read no "
                            "times with --timestamp-column -",
                            path.string()));
  }
  RatingsOptions finer = options;
  finer.time_digits_min = 9;
  digits_lost = 0;
  return read_once(path, finer, pool, progress, digits_lost);
}

}  // namespace kindred::data
