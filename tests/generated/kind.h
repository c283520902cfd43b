// Files whose truth is known because they were made from it, and what a reader made of them.
//
// A kind (ratings files, items files, tables, ...) is one file x_kind.cc with one function: it
// makes a file from the seed it is given, has it read, and compares what was read with what was
// written. There are three outcomes, and only one of them is a fault of the reader:
//   right    it read what the file says
//   unclear  it refused, with an error: nothing is lost, somebody has to say more
//   wrong    it read something else, in silence
// To add a kind: write its function, declare it and list it in kinds() below. The test
// (generated_test.cc) and the program generated_fuzz take what is listed.
//
// The same seed makes the same file, so a number is enough to look at one again:
//   generated_fuzz --kind ratings --seed 7 --only 1234
//
// Thread safety: one Bench a thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "tests/support/temporary_folder.h"

namespace kindred::generated {

enum class Outcome { right, unclear, wrong };

struct Verdict {
  Outcome outcome = Outcome::right;
  std::string problem;  // The error, or what differs.
  std::string truth;    // What the file was made to be, in a line: "tab, header, times dmy".
};

// What a kind works with: a folder of its own and threads.
class Bench {
 public:
  // A file of the folder with these bytes, in place of the one of that name.
  std::filesystem::path write(const std::string& name, const std::string& bytes);

  // All that was written, for people: "---- name" before each file.
  const std::string& written() const noexcept { return written_; }

  ThreadPool& pool() noexcept { return pool_; }

 private:
  std::string written_;
  test::TemporaryFolder folder_;
  ThreadPool pool_{1};
};

struct Kind {
  const char* name;
  // Makes a file, says in `truth` what it is, has it read, compares: what differs, or "". An
  // Error that is thrown counts as unclear.
  std::string (*try_one)(Rng& rng, Bench& bench, std::string& truth);
  std::size_t test_count;    // How many the test reads.
  double unclear_share_max;  // More refusals than this fail the test.
};

// ---- The kinds, each in the file of its name.

std::string try_ratings(Rng& rng, Bench& bench, std::string& truth);
std::string try_items(Rng& rng, Bench& bench, std::string& truth);
std::string try_lists(Rng& rng, Bench& bench, std::string& truth);
std::string try_vectors(Rng& rng, Bench& bench, std::string& truth);

std::span<const Kind> kinds();

// Number `index` of a kind under a seed.
Verdict try_number(const Kind& kind, std::uint64_t seed, std::uint64_t index, Bench& bench);

}  // namespace kindred::generated
