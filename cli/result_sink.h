// Where results go: stdout, or a file that appears whole or not at all.

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "kindred/base/atomic_file.h"

namespace kindred::cli {

// CLI11's contract: an empty text accepts a path that ends in .csv or .jsonl, any other is
// the message of the usage error.
std::string check_result_path(const std::string& path);

class ResultSink {
 public:
  // An empty path is stdout.
  explicit ResultSink(const std::filesystem::path& path);

  // Throws Error(io) when it cannot be written.
  void append(std::string_view text);

  // Call it at the end: makes a file appear, and tells whether stdout took everything.
  void finish();

 private:
  std::unique_ptr<AtomicFile> file_;  // Null for stdout.
};

}  // namespace kindred::cli
