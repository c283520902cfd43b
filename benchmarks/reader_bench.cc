// How fast files are read: ratings, from bytes to the finished matrix; tables, from bytes to
// encoded batches.
//
//   reader_bench [--table] [--megabytes 250] [--repeats 7] [--threads 1,2] [--file FILE]
//
// Makes a file like MovieLens' ratings.csv (header, users in order, half-stars, times), or
// with --table one like the census table Adult (adult_rows.h), in a folder for temporary
// files and removes it afterwards; --file reads one that is there instead. Prints for each
// number of threads the median megabytes a second with the spread over the repeats, by
// elapsed time and by processor time: other programs on the machine disturb the second less.
// The bounds above are what merely reading the bytes and counting the line feeds cost.
// benchmarks/rivals/ has programs that time other readers.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/adult_columns.h"
#include "benchmarks/adult_rows.h"
#include "benchmarks/arguments.h"
#include "benchmarks/reading.h"
#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/features/encoder.h"

namespace kindred::benchmarks {
namespace {

constexpr std::size_t kBatchRows = 1024;

// As MovieLens' own: users in order with 100 ratings or so each, their movies in order,
// and popular movies far more often than others.
class RatingsOfUsers {
 public:
  void append(std::string& text, std::uint64_t user) {
    constexpr double kMovieCount = 60000.0;
    movies_.resize(static_cast<std::size_t>(20.0 * std::exp(2.0 * std::abs(rng_.normal()))));
    for (std::uint64_t& movie : movies_) {
      movie = 1 + static_cast<std::uint64_t>(kMovieCount * std::pow(rng_.uniform(), 4.0));
    }
    std::sort(movies_.begin(), movies_.end());
    movies_.erase(std::unique(movies_.begin(), movies_.end()), movies_.end());
    for (const std::uint64_t movie : movies_) {
      const std::uint64_t half_stars = 1 + rng_.below(10);
      text += fmt::format("{},{},{}.{},{}\n", user + 1, movie, half_stars / 2, half_stars % 2 * 5,
                          946684800 + rng_.below(600000000));
    }
  }

 private:
  Rng rng_{1};
  std::vector<std::uint64_t> movies_;
};

void write_file(const std::filesystem::path& path, const Arguments& arguments) {
  const std::size_t bytes = arguments.count("megabytes") * 1'000'000;
  if (arguments.is_on("table")) {
    write_rows(path, std::string(kAdultHeader), bytes, append_adult_row);
    return;
  }
  RatingsOfUsers ratings;
  write_rows(path, "userId,movieId,rating,timestamp\n", bytes,
             [&](std::string& text, std::uint64_t user) { ratings.append(text, user); });
}

std::size_t count_lines(const std::filesystem::path& path) {
  ByteSource source(path);
  std::vector<char> block(std::size_t{1} << 20U);
  std::size_t lines = 0;
  while (const std::size_t got = source.read(block)) {
    lines += static_cast<std::size_t>(
        std::count(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
  }
  return lines;
}

std::string thread_text(int threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

void bench_ratings(const std::filesystem::path& path, std::size_t bytes,
                   const Arguments& arguments) {
  for (const int threads : arguments.integers("threads")) {
    ThreadPool pool(threads);
    std::size_t pair_count = 0;
    const auto times = repeat(arguments.integer("repeats"), [&] {
      pair_count = data::read_ratings(path, {}, pool).summary.pair_count;
    });
    report(fmt::format("read_ratings, {}, {} pairs", thread_text(threads), pair_count), bytes,
           times);
  }
}

void bench_table(const std::filesystem::path& path, std::size_t bytes, const Arguments& arguments) {
  const data::CsvSchema schema = data::infer_csv_schema({path}, adult_reading());
  const features::Encoder encoder(adult_columns(data::csv_dataset({path}, schema)));
  for (const int threads : arguments.integers("threads")) {
    // One thread parses inside next(); of several, all but this one parse ahead of it.
    const data::Dataset rows =
        data::csv_dataset({path}, schema, {.thread_count = threads - 1, .on_bad = {}});
    data::Batch batch;
    features::FeatureBlock block;
    report("rows, " + thread_text(threads), bytes, repeat(arguments.integer("repeats"), [&] {
             data::DatasetIterator iterator = rows.start();
             while (iterator.next(batch)) {
             }
           }));
    report(fmt::format("batches of {}, {}", kBatchRows, thread_text(threads)), bytes,
           repeat(arguments.integer("repeats"), [&] {
             data::DatasetIterator iterator = rows.batch(kBatchRows).start();
             while (iterator.next(batch)) {
             }
           }));
    report(fmt::format("encoded batches, {} columns, {}", encoder.columns().size(),
                       thread_text(threads)),
           bytes, repeat(arguments.integer("repeats"), [&] {
             data::DatasetIterator iterator = rows.batch(kBatchRows).start();
             while (iterator.next(batch)) encoder.encode(batch, block);
           }));
  }
}

void bench_file(const std::filesystem::path& path, const Arguments& arguments) {
  const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(path));
  // The first look also brings the file into the page cache.
  const std::size_t line_count = count_lines(path);
  fmt::print("{:.0f} MB, {} lines, {} hardware threads, {} repeats, {}\n\n",
             static_cast<double>(bytes) / kMegabyte, line_count,
             std::thread::hardware_concurrency(), arguments.integer("repeats"), processor_name());
  fmt::print("{:<44} {:<22}   {}\n", "", "MB a second", "MB a processor second");
  report("read() and count line feeds", bytes,
         repeat(arguments.integer("repeats"), [&] { count_lines(path); }));
  if (arguments.is_on("table")) {
    bench_table(path, bytes, arguments);
  } else {
    bench_ratings(path, bytes, arguments);
  }
}

}  // namespace
}  // namespace kindred::benchmarks

int main(int argc, char** argv) {
  using namespace kindred::benchmarks;
  try {
    const Arguments arguments(
        argc, argv, "reader_bench [--table] [--megabytes 250] [--file FILE] [...]",
        {.flags = {{"megabytes", "250"}, {"repeats", "7"}, {"threads", "1,2"}, {"file", ""}},
         .switches = {"table"}});
    if (!arguments.text("file").empty()) {
      bench_file(arguments.text("file"), arguments);
    } else {
      const TemporaryFolder folder;
      write_file(folder.path() / "rows.csv", arguments);
      bench_file(folder.path() / "rows.csv", arguments);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "reader_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
