// What every verb shares: the common flags, and how results and messages are printed.
//
// Results go to stdout, everything else (progress, summaries, hints) to stderr, so that
// output can be piped. A verb is one file with one function add_NAME(Command&) that
// describes its flags and sets its callback.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "kindred/base/guess.h"
#include "kindred/base/machine.h"
#include "kindred/base/progress.h"

namespace kindred::cli {

class Command;

struct CommonOptions {
  int threads = 0;  // 0: one for each core.
  std::uint64_t seed = 1;
  bool json = false;         // Results as JSON on stdout.
  bool quiet = false;        // No progress, no summaries.
  bool strict = false;       // What would be guessed is an error.
  std::string memory_limit;  // "8G"; empty: what the machine (or its cgroup) has.

  // What was guessed so far; shared, because copies of the options speak of the same run.
  std::shared_ptr<Guesses> guesses = std::make_shared<Guesses>();
};

// Adds --threads, --seed, --json, --quiet, --strict and --memory-limit. The limit is that of
// process_memory() from when it is parsed, whatever the verb. Call it after the verb's own
// options: where one of them is an output that is a symbolic link, a line says what becomes of it.
void add_common_options(Command& verb, CommonOptions& options);

ProgressStyle progress_style(const CommonOptions& options);

// Prints a line to stderr unless --quiet was given.
void note(const CommonOptions& options, const std::string& line);

// Prints what a reader guessed to stderr, unless --quiet was given, and keeps it for
// with_guesses(). Throws Error(invalid_argument) that lists the guesses where --strict was given.
void note_guesses(const CommonOptions& options, const Guesses& guesses);

// A verb's result for --json, with a member "guesses": all that were noted.
Json with_guesses(const CommonOptions& options, Json result);

inline constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;

// The limit in bytes: that of process_memory().
std::size_t memory_limit_bytes(const CommonOptions& options);

// Throws Error(out_of_memory) saying what needs how much, when `bytes` is past the limit.
void require_memory(const CommonOptions& options, std::size_t bytes, const std::string& purpose);

// The same for work of several parts, held at once, which the message lists.
void require_memory(const CommonOptions& options, std::span<const MemoryPart> parts,
                    const std::string& purpose);

// After an interruption, when so many epochs (or whatever `step` names) are in a checkpoint:
// throws Error(cancelled) that says so.
[[noreturn]] void throw_stopped(const std::string& step, std::size_t saved_count,
                                const std::string& of_what = "");

// Throws Error(invalid_argument) when both paths are the same file.
void refuse_to_overwrite(const std::filesystem::path& output, const std::filesystem::path& input);

}  // namespace kindred::cli
