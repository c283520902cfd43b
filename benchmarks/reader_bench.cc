// How fast a ratings file is read, from bytes to the finished matrix.
//
//   reader_bench [--megabytes 250] [--repeats 7] [--threads 1,2] [--file RATINGS]
//
// Makes a file like MovieLens' ratings.csv (header, users in order, half-stars, times)
// in a folder for temporary files and removes it afterwards; --file reads one that is
// there instead. Prints for each number of threads the median megabytes a second with the
// spread over the repeats, by elapsed time and by processor time: other programs on the
// machine disturb the second less. The bounds below are what merely reading the bytes and
// counting the line feeds cost. benchmarks/rivals/read_ratings.py times other readers.

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/ratings_reader.h"

namespace kindred {
namespace {

constexpr double kMegabyte = 1e6;

struct Arguments {
  std::size_t megabytes = 250;
  int repeats = 7;
  std::vector<int> threads = {1, 2};
  std::string file;
};

// What a run of something took.
struct Seconds {
  double elapsed = 0.0;
  double processor = 0.0;
};

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Seconds time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const double processor = processor_seconds();
  work();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return {.elapsed = elapsed.count(), .processor = processor_seconds() - processor};
}

// Prints the median of the repeats with the smallest and the largest.
void report(const std::string& what, std::size_t bytes, std::vector<Seconds> times) {
  const auto speeds = [&](double Seconds::*kind) {
    std::vector<double> found;
    for (const Seconds& time : times) {
      found.push_back(static_cast<double>(bytes) / kMegabyte / (time.*kind));
    }
    std::sort(found.begin(), found.end());
    return fmt::format("{:6.0f}  ({:4.0f} .. {:4.0f})", found[found.size() / 2], found.front(),
                       found.back());
  };
  fmt::print("{:<34} {}   {}\n", what, speeds(&Seconds::elapsed), speeds(&Seconds::processor));
  std::fflush(stdout);
}

// As MovieLens' own: users in order with 100 ratings or so each, their movies in order,
// and popular movies far more often than others.
void write_ratings(const std::filesystem::path& path, std::size_t bytes) {
  constexpr double kMovieCount = 60000.0;
  std::ofstream file(path, std::ios::binary);
  std::string block = "userId,movieId,rating,timestamp\n";
  std::size_t written = 0;
  Rng rng(1);
  std::vector<std::uint64_t> movies;
  for (std::uint64_t user = 1; written < bytes; ++user) {
    movies.resize(static_cast<std::size_t>(20.0 * std::exp(2.0 * std::abs(rng.normal()))));
    for (std::uint64_t& movie : movies) {
      movie = 1 + static_cast<std::uint64_t>(kMovieCount * std::pow(rng.uniform(), 4.0));
    }
    std::sort(movies.begin(), movies.end());
    movies.erase(std::unique(movies.begin(), movies.end()), movies.end());
    for (const std::uint64_t movie : movies) {
      const std::uint64_t half_stars = 1 + rng.below(10);
      block += fmt::format("{},{},{}.{},{}\n", user, movie, half_stars / 2, half_stars % 2 * 5,
                           946684800 + rng.below(600000000));
    }
    if (block.size() > (std::size_t{1} << 20U)) {
      file << block;
      written += block.size();
      block.clear();
    }
  }
  if (!file.flush()) throw Error(ErrorCode::io, "cannot write " + path.string());
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

// A file that is gone when the benchmark ends.
class TemporaryRatings {
 public:
  explicit TemporaryRatings(std::size_t bytes) {
    std::string pattern = (std::filesystem::temp_directory_path() / "reader_bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error(ErrorCode::io, "no temporary folder");
    folder_ = pattern;
    write_ratings(path(), bytes);
  }
  ~TemporaryRatings() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryRatings(const TemporaryRatings&) = delete;
  TemporaryRatings& operator=(const TemporaryRatings&) = delete;

  std::filesystem::path path() const { return folder_ / "ratings.csv"; }

 private:
  std::filesystem::path folder_;
};

std::vector<Seconds> repeat(int repeats, const std::function<void()>& work) {
  std::vector<Seconds> times;
  for (int i = 0; i < repeats; ++i) times.push_back(time_of(work));
  return times;
}

void bench_file(const std::filesystem::path& path, const Arguments& arguments) {
  const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(path));
  std::size_t line_count = 0;
  // The first look also brings the file into the page cache.
  line_count = count_lines(path);
  fmt::print("{:.0f} MB, {} lines, {} hardware threads, {} repeats\n\n",
             static_cast<double>(bytes) / kMegabyte, line_count,
             std::thread::hardware_concurrency(), arguments.repeats);
  fmt::print("{:<34} {:<22}   {}\n", "", "MB a second", "MB a processor second");
  report("read() and count line feeds", bytes,
         repeat(arguments.repeats, [&] { count_lines(path); }));
  for (const int threads : arguments.threads) {
    ThreadPool pool(threads);
    std::size_t pair_count = 0;
    const auto times = repeat(arguments.repeats, [&] {
      pair_count = data::read_ratings(path, {}, pool).summary.pair_count;
    });
    report(fmt::format("read_ratings, {} thread{}, {} pairs", threads, threads == 1 ? "" : "s",
                       pair_count),
           bytes, times);
  }
}

template <typename Number>
Number parse(std::string_view text) {
  Number value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value <= 0) {
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is not a positive number", text));
  }
  return value;
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view flag = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (flag == "--megabytes") {
      arguments.megabytes = parse<std::size_t>(value);
    } else if (flag == "--repeats") {
      arguments.repeats = parse<int>(value);
    } else if (flag == "--file") {
      arguments.file = value;
    } else if (flag == "--threads") {
      arguments.threads.clear();
      for (std::size_t at = 0; at <= value.size();) {
        const std::size_t end = std::min(value.find(',', at), value.size());
        arguments.threads.push_back(parse<int>(value.substr(at, end - at)));
        at = end + 1;
      }
    } else {
      throw Error(ErrorCode::invalid_argument, fmt::format("unknown flag '{}'", flag));
    }
  }
  return arguments;
}

}  // namespace
}  // namespace kindred

int main(int argc, char** argv) {
  try {
    const auto arguments = kindred::parse_arguments(argc, argv);
    if (!arguments.file.empty()) {
      kindred::bench_file(arguments.file, arguments);
    } else {
      const kindred::TemporaryRatings ratings(arguments.megabytes * 1000000);
      kindred::bench_file(ratings.path(), arguments);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "reader_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
