// Changed files, each in a process that may die: what a parent finds out is which one it was.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <span>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/model/verify.h"
#include "kindred/storage/container.h"
#include "tests/fault/hostile_files.h"
#include "tests/fault/hostile_kinds.h"
#include "tests/support/temporary_folder.h"

namespace kindred::test {
namespace {

constexpr unsigned kSecondsMax = 20;
constexpr rlim_t kBytesMax = std::size_t{2} << 30U;
// Words that no message for a person has.
constexpr std::string_view kInside[] = {"vector::", "std::", "internal error", "basic_string",
                                        "bad_alloc"};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasLimit = false;  // A sanitizer needs address space.
#else
constexpr bool kHasLimit = true;
#endif

struct Verdict {
  bool accepted = false;
  std::string message;  // Of the Error, or what is wrong.
  bool is_wrong = false;
  ErrorCode code = ErrorCode::corrupt;
};

template <typename Work>
Verdict judge(const Work& work) {
  try {
    work();
    return {.accepted = true, .message = {}};
  } catch (const Error& error) {
    const std::string_view text = error.what();
    const bool speaks_of_code = std::ranges::any_of(
        kInside, [&](std::string_view word) { return text.find(word) != text.npos; });
    return {.message = error.what(), .is_wrong = speaks_of_code, .code = error.code()};
  } catch (const std::exception& error) {
    return {.message = error.what(), .is_wrong = true};
  }
}

// What is wrong with the file, or "".
std::string problem_of(const FileKind& kind, const std::filesystem::path& file) {
  const Json manifest = storage::read_manifest(storage::SafetensorsFile(file));
  const Verdict inspected = judge([&] { model::verify_file(file, manifest); });
  const Verdict used = judge([&] { kind.use(file); });
  if (inspected.is_wrong) return "inspect says: " + inspected.message;
  if (used.is_wrong) return "a verb says: " + used.message;
  if (!inspected.accepted && used.accepted) {
    return "a verb takes what inspect refuses: " + inspected.message;
  }
  // Only its own training knows all of a checkpoint.
  if (inspected.accepted && !used.accepted && !kind.is_checkpoint) {
    return "a verb refuses what inspect calls intact: " + used.message;
  }
  const bool is_named = inspected.accepted || inspected.message.starts_with(file.string() + ": ");
  return is_named ? "" : "no file is named: " + inspected.message;
}

// The changed files of these numbers, from `next` on, one line for each problem.
void try_all(const FileKind& kind, const Parts& honest, const std::vector<Mutation>& all,
             std::span<const std::size_t> chosen, std::size_t& next, int report) {
  if (kHasLimit) {
    const rlimit limit{kBytesMax, kBytesMax};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const TemporaryFolder folder;
  for (; next < chosen.size(); ++next) {
    ::alarm(kSecondsMax);
    Parts parts = honest;
    all[chosen[next]].apply(parts);
    const std::filesystem::path file = folder / "hostile.kindred";
    seal(parts, file);
    const std::string problem = problem_of(kind, file);
    if (problem.empty()) continue;
    const std::string line =
        fmt::format("{}: {}: {}\n", kind.name, all[chosen[next]].name, problem);
    if (::write(report, line.data(), line.size()) < 0) ::_exit(3);
  }
}

std::string read_all(int from) {
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(from, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

std::string problems_of(const FileKind& kind, std::size_t count, std::uint64_t seed,
                        std::size_t& tried) {
  const TemporaryFolder folder;
  kind.make(folder / "honest.kindred");
  const Parts honest = take_apart(folder / "honest.kindred");
  if (const std::string problem = problem_of(kind, folder / "honest.kindred"); !problem.empty()) {
    return fmt::format("{}: the honest file: {}\n", kind.name, problem);
  }
  const std::vector<Mutation> all = mutations(honest);
  std::vector<std::size_t> chosen(all.size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (count > 0 && count < all.size()) {
    Rng(seed, 0).shuffle(std::span(chosen));
    chosen.resize(count);
  }
  tried += chosen.size();
  void* const shared = ::mmap(nullptr, sizeof(std::size_t), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return "no memory to share\n";
  auto& next = *new (shared) std::size_t(0);
  std::string problems;
  while (next < chosen.size()) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe\n";
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      try_all(kind, honest, all, chosen, next, ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    problems += read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    problems += fmt::format("{}: {}: ended by {} {}\n", kind.name, all[chosen[next]].name,
                            WIFSIGNALED(status) ? "signal" : "exit code",
                            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    ++next;
  }
  ::munmap(shared, sizeof(std::size_t));
  return problems;
}

}  // namespace kindred::test
