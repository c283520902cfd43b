#include "cli/program.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>

#include "cli/flags/command.h"
#include "kindred/base/error.h"
#include "kindred/base/machine.h"
#include "kindred/base/memory_budget.h"

namespace kindred::cli {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitInterrupted = 130;  // As shells report Ctrl-C.

[[noreturn]] void throw_output_failed() {
  const std::string cause = errno == 0 ? "" : fmt::format(": {}", std::strerror(errno));
  throw Error(ErrorCode::io, "cannot write all of the output to standard output" + cause);
}

int run_verb_of(int argc, const char* const* argv, std::span<const AddVerb> verbs) {
  process_memory().set_limit(machine_limits().usable_memory_bytes());
  Command app("kindred", "Kindred learns embeddings and puts them to work.");
  app.set_version_flag("--version", "kindred " KINDRED_VERSION);
  app.require_subcommand(1);
  app.footer("Run 'kindred VERB --help' for the flags of a verb and an example.");
  for (const AddVerb add : verbs) add(app);
  if (const auto exit_code = app.parse(argc, argv)) return *exit_code;
  // What a full disk kept back is known only now.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw_output_failed();
  return 0;
}

}  // namespace

int run_program(int argc, const char* const* argv, std::span<const AddVerb> verbs) {
  try {
    return run_verb_of(argc, argv, verbs);
  } catch (const Error& error) {
    fmt::print(stderr, "kindred: {}\n", error.what());
    if (error.code() == ErrorCode::cancelled) return kExitInterrupted;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "kindred: out of memory\n");
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "kindred: {}: {}\n", error.path1().string(), error.code().message());
  } catch (const std::system_error& error) {
    // Two that nobody names: a thread that does not start, and fmt::print() to standard output.
    const bool thread = error.code() == std::errc::resource_unavailable_try_again;
    fmt::print(
        stderr, "kindred: cannot {}: {}\n",
        thread ? "start another thread (--threads 1 needs none)" : "write to standard output",
        error.code().message());
  } catch (const std::exception& error) {
    fmt::print(stderr, "kindred: internal error: {}\n", error.what());
  }
  return kExitFailed;
}

}  // namespace kindred::cli
