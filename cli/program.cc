#include "cli/program.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

#include "cli/flags/command.h"
#include "kindred/base/error.h"

namespace kindred::cli {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitInterrupted = 130;  // As shells report Ctrl-C.

int run_verb_of(int argc, const char* const* argv, std::span<const AddVerb> verbs) {
  Command app("kindred", "Kindred learns embeddings and puts them to work.");
  app.set_version_flag("--version", "kindred " KINDRED_VERSION);
  app.require_subcommand(1);
  app.footer("Run 'kindred VERB --help' for the flags of a verb and an example.");
  for (const AddVerb add : verbs) add(app);
  if (const auto exit_code = app.parse(argc, argv)) return *exit_code;
  // What a full disk kept back is known only now.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error(ErrorCode::io, "cannot write all of the output to stdout");
  }
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
  } catch (const std::system_error& error) {
    fmt::print(stderr, "kindred: {}\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "kindred: internal error: {}\n", error.what());
  }
  return kExitFailed;
}

}  // namespace kindred::cli
