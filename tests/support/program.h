// Runs the built program as a user would, and keeps what it said.
//
// KINDRED_BINARY, a compile definition of every test, is its path. Output goes
// through files, so a program that says a lot cannot block.

#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace kindred::test {

struct Ended {
  int code = 0;     // Exit code; 128 + n when signal n ended it.
  std::string out;  // What it wrote to stdout
  std::string err;  // and to stderr.
};

// kindred ARGUMENTS..., with nothing on stdin. `folder` is where relative paths begin.
inline Ended run_kindred(std::vector<std::string> arguments,
                         const std::filesystem::path& folder = ".") {
  const TemporaryFolder output;
  const std::string out = (output / "out").string();
  const std::string err = (output / "err").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::string program = KINDRED_BINARY;
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failure =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + program);
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("lost " + program);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read_bytes(out), read_bytes(err)};
}

}  // namespace kindred::test
