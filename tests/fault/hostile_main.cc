// hostile_files [--kind K] [--count N] [--seed S]: changed files of all kinds, or of one; N of
// each, 0 for all there are. Prints the problems, then how many files were tried; exits 1 if any.

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/fault/hostile_kinds.h"

int main(int argc, char** argv) {
  std::string only;
  std::size_t count = 0;
  std::uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--kind") only = argv[i + 1];
    if (name == "--count") count = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  std::size_t tried = 0;
  std::string all;
  for (const kindred::test::FileKind& kind : kindred::test::file_kinds()) {
    if (!only.empty() && only != kind.name) continue;
    const std::size_t before = tried;
    const std::string problems = kindred::test::problems_of(kind, count, seed, tried);
    fmt::print("{}{}: {} files\n", problems, kind.name, tried - before);
    all += problems;
  }
  fmt::print("{} files\n", tried);
  return all.empty() && tried > 0 ? 0 : 1;
}
