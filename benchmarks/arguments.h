// The command line of a benchmark: flags with their defaults, switches, and at most one other
// word, a file or a folder.
//
//   const Arguments arguments(argc, argv, "ials_curve TRAIN --test FILE [...]",
//                             {.flags = {{"dim", "64"}, {"test", ""}}, .switches = {"lists"}});
//   arguments.integer("dim"), arguments.text("test"), arguments.is_on("lists")
//
// Whatever is asked for by a name that was not declared is a programmer's mistake; whatever
// the user writes wrong is an Error that names it.
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kindred::benchmarks {

// The parts of "32,64".
std::vector<std::string> split(const std::string& text);

class Arguments {
 public:
  struct Declared {
    std::map<std::string, std::string> flags;  // And their defaults.
    std::set<std::string> switches;            // Off unless named.
  };

  // Throws Error(invalid_argument), with `usage`, for a flag that is not declared, one without
  // its value, and a second word that is no flag.
  Arguments(int count, char** values, const std::string& usage, Declared declared);

  // The word that is no flag; empty where there is none.
  const std::string& word() const noexcept { return word_; }
  // The same. Throws Error(invalid_argument), with the usage, where there is none.
  const std::string& required_word() const;

  bool is_on(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  // Throw Error(invalid_argument), naming flag and value, unless it is a number of their kind.
  std::size_t count(const std::string& name) const;
  int integer(const std::string& name) const;
  double real(const std::string& name) const;
  // `most` for "all", and never more.
  std::size_t count(const std::string& name, std::size_t most) const;
  std::vector<std::string> texts(const std::string& name) const { return split(text(name)); }
  std::vector<int> integers(const std::string& name) const;

 private:
  [[noreturn]] void refuse(const std::string& problem) const;

  std::string usage_;
  Declared declared_;
  std::set<std::string> on_;
  std::string word_;
};

}  // namespace kindred::benchmarks
