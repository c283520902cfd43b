// What the benchmarks of readers share: timing, its report, and files that go away again.

#pragma once

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "benchmarks/measure.h"
#include "kindred/base/error.h"

namespace kindred::benchmarks {

inline constexpr double kMegabyte = 1e6;

// What a run of something took.
struct Seconds {
  double elapsed = 0.0;
  double processor = 0.0;
};

inline Seconds time_of(const std::function<void()>& work) {
  const double start = wall_seconds();
  const double processor = processor_seconds();
  work();
  return {.elapsed = wall_seconds() - start, .processor = processor_seconds() - processor};
}

inline std::vector<Seconds> repeat(int repeats, const std::function<void()>& work) {
  std::vector<Seconds> times;
  for (int i = 0; i < repeats; ++i) times.push_back(time_of(work));
  return times;
}

// Prints the median of the repeats with the smallest and the largest: millions of `count` a
// second, by elapsed time and by processor time.
void report(const std::string& what, std::size_t count, const std::vector<Seconds>& times);

// A folder that is gone when the benchmark ends.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "kindred-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error(ErrorCode::io, "no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Writes `text` and what append(text, number) adds for number 0, 1, 2, ... until there are
// `bytes` of it.
template <typename Append>
void write_rows(const std::filesystem::path& path, std::string text, std::size_t bytes,
                const Append& append) {
  constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
  std::ofstream file(path, std::ios::binary);
  std::uint64_t number = 0;
  for (std::size_t written = 0; written < bytes;) {
    const std::size_t before = text.size();
    append(text, number++);
    written += text.size() - before;
    if (text.size() < kBlockBytes && written < bytes) continue;
    file << text;
    text.clear();
  }
  if (!file.flush()) throw Error(ErrorCode::io, "cannot write " + path.string());
}

}  // namespace kindred::benchmarks
