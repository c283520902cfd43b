#include "cli/result_sink.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/model/parts.h"

namespace kindred::cli {
namespace {

[[noreturn]] void stdout_failed() {
  throw Error(ErrorCode::io,
              std::string("cannot write to standard output: ") + std::strerror(errno));
}

// What an unfinished file is of, and what is asked for now.
std::string differences(const std::string& unfinished, const Json& key) {
  try {
    return model::differences(Json::parse(unfinished), key);
  } catch (const Error&) {
    return "its notes are damaged";
  }
}

}  // namespace

std::string check_result_path(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  if (extension == ".csv" || extension == ".jsonl") return "";
  return fmt::format("'{}' ends neither in .csv nor in .jsonl", path);
}

ResultSink::ResultSink(const std::filesystem::path& path)
    : path_(path), file_(path.empty() ? nullptr : std::make_unique<AtomicFile>(path)) {}

ResultSink::ResultSink(const std::filesystem::path& path, const Json& key, bool resume)
    : path_(path) {
  const std::optional<std::string> unfinished = ResumableFile::unfinished_key(path);
  if (resume && unfinished && *unfinished != key.dump()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: cannot resume: {}", ResumableFile::partial_path(path).string(),
                            differences(*unfinished, key)));
  }
  steps_ = std::make_unique<ResumableFile>(path, key.dump(), resume);
}

ResumableFile::Mark ResultSink::resumed() const {
  return steps_ ? steps_->resumed() : ResumableFile::Mark{};
}

void ResultSink::mark(const ResumableFile::Mark& mark) {
  if (steps_) steps_->mark(mark);
}

void ResultSink::append(std::string_view text) {
  if (steps_) {
    steps_->append(text);
  } else if (file_) {
    file_->append(text);
  } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    stdout_failed();
  }
}

void ResultSink::finish() {
  if (steps_) {
    steps_->commit();
  } else if (file_) {
    file_->commit();
  } else if (std::fflush(stdout) != 0) {
    stdout_failed();
  }
}

void ResultSink::finish(const std::function<void(const std::filesystem::path& appended)>& make) {
  KINDRED_CHECK(steps_ != nullptr);
  steps_->close();
  make(ResumableFile::partial_path(path_));
  steps_->remove();
}

}  // namespace kindred::cli
