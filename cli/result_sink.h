// Where results go: stdout, a file that appears whole or not at all, or one that a later
// run can take up again.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kindred/base/atomic_file.h"
#include "kindred/base/json.h"
#include "kindred/base/resumable_file.h"

namespace kindred::cli {

// CLI11's contract: an empty text accepts a path that ends in .csv or .jsonl, any other is
// the message of the usage error.
std::string check_result_path(const std::string& path);

class ResultSink {
 public:
  // An empty path is stdout.
  explicit ResultSink(const std::filesystem::path& path);

  // A file that is written in steps (base/resumable_file.h). `key` is a JSON object that
  // says what the results are of. Throws Error(invalid_argument), listing the differences,
  // when `resume` finds the unfinished file of other results.
  ResultSink(const std::filesystem::path& path, const Json& key, bool resume);

  // Where an earlier run has left off; nothing done unless this one resumes.
  ResumableFile::Mark resumed() const;

  // Of what was left off, bytes that were damaged and are done again.
  std::uint64_t damaged_bytes() const { return steps_ ? steps_->damaged_bytes() : 0; }

  // What was appended so far is the result of what `mark` says is done.
  void mark(const ResumableFile::Mark& mark);

  // Throws Error(io) when it cannot be written.
  void append(std::string_view text);

  // Call it at the end: makes a file appear, and tells whether stdout took everything.
  void finish();

  // The same where the file is made by `make` from what was appended.
  // Requires: the sink is one that is written in steps.
  void finish(const std::function<void(const std::filesystem::path& appended)>& make);

 private:
  std::filesystem::path path_;
  std::unique_ptr<AtomicFile> file_;  // At most one of these; neither for stdout.
  std::unique_ptr<ResumableFile> steps_;
};

}  // namespace kindred::cli
