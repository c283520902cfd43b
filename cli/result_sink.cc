#include "cli/result_sink.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "kindred/base/error.h"

namespace kindred::cli {
namespace {

[[noreturn]] void stdout_failed() {
  throw Error(ErrorCode::io, std::string("cannot write to stdout: ") + std::strerror(errno));
}

}  // namespace

std::string check_result_path(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  if (extension == ".csv" || extension == ".jsonl") return "";
  return fmt::format("'{}' ends neither in .csv nor in .jsonl", path);
}

ResultSink::ResultSink(const std::filesystem::path& path)
    : file_(path.empty() ? nullptr : std::make_unique<AtomicFile>(path)) {}

void ResultSink::append(std::string_view text) {
  if (file_) {
    file_->append(text);
  } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    stdout_failed();
  }
}

void ResultSink::finish() {
  if (file_) {
    file_->commit();
  } else if (std::fflush(stdout) != 0) {
    stdout_failed();
  }
}

}  // namespace kindred::cli
