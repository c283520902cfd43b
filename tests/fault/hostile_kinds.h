// The kinds of files that hostile_files.h changes: each small, honest, and made by the code that
// makes such files for people, with what the verbs do to it.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kindred::test {

struct FileKind {
  std::string name;
  // Writes the honest file.
  std::function<void(const std::filesystem::path& file)> make;
  // What every verb does with it: opens, answers, resumes, saves again. Throws Error where it is
  // refused, and std::logic_error where an answer is none.
  std::function<void(const std::filesystem::path& file)> use;
  // What it holds is judged against the training that goes on from it, too.
  bool is_checkpoint = false;
};

const std::vector<FileKind>& file_kinds();

// What was wrong with some of the changed files of a kind, each in a line; "" for nothing.
// `count` of them are chosen by the seed; 0: all. `tried` counts them.
std::string problems_of(const FileKind& kind, std::size_t count, std::uint64_t seed,
                        std::size_t& tried);

}  // namespace kindred::test
