// Runs the built program as a user would, and keeps what it said.
//
// KINDRED_BINARY, a compile definition of every test, is its path. Output goes
// through files, so a program that says a lot cannot block.

#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace kindred::test {

struct Ended {
  int code = 0;     // Exit code; 128 + n when signal n ended it.
  std::string out;  // What it wrote to stdout
  std::string err;  // and to stderr.
};

// Looks every millisecond, for at most a minute; whether it came to be.
template <typename Condition>
bool comes_to_be(const Condition& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

inline bool appears(const std::filesystem::path& file) {
  return comes_to_be([&] { return std::filesystem::exists(file); });
}

// kindred ARGUMENTS..., with nothing on stdin, running until wait() or the destructor,
// which kills it. `folder` is where relative paths begin.
class RunningKindred {
 public:
  explicit RunningKindred(std::vector<std::string> arguments,
                          const std::filesystem::path& folder = ".") {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(), O_WRONLY | O_CREAT,
                                     0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), O_WRONLY | O_CREAT,
                                     0600);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    std::string program = KINDRED_BINARY;
    std::vector<char*> argv = {program.data()};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const int failure =
        ::posix_spawn(&child_, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("cannot start " + program);
  }
  ~RunningKindred() {
    if (child_ == 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  RunningKindred(const RunningKindred&) = delete;
  RunningKindred& operator=(const RunningKindred&) = delete;

  void send(int signal) const { ::kill(child_, signal); }

  // Waits until standard error holds `text`, for at most a minute; whether it does.
  bool says(std::string_view text) const {
    return comes_to_be([&] { return read_bytes(err_).find(text) != std::string::npos; });
  }

  // Until it ends; once.
  Ended wait() {
    int status = 0;
    if (::waitpid(child_, &status, 0) != child_) throw std::runtime_error("lost the program");
    child_ = 0;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, read_bytes(out_), read_bytes(err_)};
  }

 private:
  TemporaryFolder output_;
  std::string out_ = (output_ / "out").string();
  std::string err_ = (output_ / "err").string();
  pid_t child_ = 0;
};

inline Ended run_kindred(std::vector<std::string> arguments,
                         const std::filesystem::path& folder = ".") {
  return RunningKindred(std::move(arguments), folder).wait();
}

}  // namespace kindred::test
