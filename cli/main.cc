// The program `kindred`: one subcommand a verb, errors to exit codes.

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
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/machine.h"
#include "kindred/base/memory_budget.h"

namespace {

constexpr int kExitFailed = 1;
constexpr int kExitInterrupted = 130;  // As shells report Ctrl-C.

[[noreturn]] void throw_output_failed() {
  const std::string cause = errno == 0 ? "" : fmt::format(": {}", std::strerror(errno));
  throw kindred::Error(kindred::ErrorCode::io,
                       "cannot write all of the output to standard output" + cause);
}

int run(int argc, char** argv) {
  kindred::process_memory().set_limit(kindred::machine_limits().usable_memory_bytes());
  kindred::cli::Command app("kindred", "Kindred learns embeddings and puts them to work.");
  app.set_version_flag("--version", "kindred " KINDRED_VERSION);
  app.require_subcommand(1);
  app.footer("Run 'kindred VERB --help' for the flags of a verb and an example.");
  kindred::cli::add_demo(app);
  kindred::cli::add_train(app);
  kindred::cli::add_towers(app);
  kindred::cli::add_evaluate(app);
  kindred::cli::add_tune(app);
  kindred::cli::add_recommend(app);
  kindred::cli::add_predict(app);
  kindred::cli::add_similar(app);
  kindred::cli::add_cluster(app);
  kindred::cli::add_columns(app);
  kindred::cli::add_encode(app);
  kindred::cli::add_fit(app);
  kindred::cli::add_view(app);
  kindred::cli::add_inspect(app);
  kindred::cli::add_export(app);
  kindred::cli::add_import(app);
  kindred::cli::add_generate(app);
  kindred::cli::add_doctor(app);
  if (const auto exit_code = app.parse(argc, argv)) return *exit_code;
  // What a full disk kept back is known only now.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw_output_failed();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const kindred::Error& error) {
    fmt::print(stderr, "kindred: {}\n", error.what());
    if (error.code() == kindred::ErrorCode::cancelled) return kExitInterrupted;
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
