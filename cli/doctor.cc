// kindred doctor: what this machine offers, and what to do where it offers too little.
//
// Each check is one function that returns a Finding; none changes anything. The two that
// measure (matrix products, flushing a file) take well under a second together.

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/machine.h"
#include "kindred/base/thread_pool.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/kernels/target.h"
#include "kindred/linalg/matrix.h"

namespace kindred::cli {
namespace {

// Below these a first-time user would notice: the data sets of the field need more.
constexpr double kMemoryMinGibibytes = 1.0;
constexpr double kDiskMinGibibytes = 1.0;
// OpenBLAS reaches 20 GFLOP/s and more on one core of any processor with AVX2, the
// reference BLAS 1 to 3 on all of them; a busy machine may halve what is measured.
constexpr double kGflopsMinWithAvx2 = 8.0;
constexpr double kGflopsMin = 3.0;

struct Finding {
  std::string name;
  std::string text;    // What was found.
  std::string advice;  // What to do about it; empty when all is well.
  Json facts;          // The same for programs.
};

double gibibytes(std::size_t bytes) { return static_cast<double>(bytes) / kGibibyte; }

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Finding check_cores(const MachineLimits& limits) {
  Finding found{"cores", fmt::format("{} to run on", limits.core_count), "", Json()};
  found.facts.set("cores", limits.core_count);
  if (limits.core_quota) {
    found.facts.set("quota", *limits.core_quota);
    if (*limits.core_quota < limits.core_count) {
      const int threads = std::max(1, static_cast<int>(std::lround(*limits.core_quota)));
      found.text +=
          fmt::format(", but the control group grants the time of {:.3g}", *limits.core_quota);
      found.advice = fmt::format("Give --threads {}: more threads would only wait.", threads);
    }
  }
  return found;
}

Finding check_memory(const MachineLimits& limits) {
  const std::size_t usable = limits.usable_memory_bytes();
  Finding found{"memory", fmt::format("{:.1f} GiB", gibibytes(limits.memory_bytes)), "", Json()};
  if (usable < limits.memory_bytes) {
    found.text += fmt::format(", of which the control group grants {:.1f} GiB", gibibytes(usable));
  }
  found.text += fmt::format("; {:.1f} GiB are free now", gibibytes(limits.available_bytes));
  found.facts.set("bytes", std::uint64_t{limits.memory_bytes});
  found.facts.set("usable_bytes", std::uint64_t{usable});
  found.facts.set("available_bytes", std::uint64_t{limits.available_bytes});
  if (gibibytes(std::min(usable, limits.available_bytes)) < kMemoryMinGibibytes) {
    found.advice =
        "Close other programs or use a larger machine: a million ratings fit, but not "
        "much more. Verbs that would need too much say so before they start.";
  }
  return found;
}

Finding check_simd() {
  const std::string target(linalg::simd_target());
  Finding found{"SIMD", target, "", Json()};
  found.facts.set("target", target);
  Json available{Json::Array{}};
  std::string names;
  for (const std::string_view name : linalg::simd_targets()) {
    available.push(Json(name));
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  found.facts.set("available", std::move(available));
  const char* forced = std::getenv("KINDRED_SIMD");
  if (forced != nullptr && *forced != '\0') {
    found.text += fmt::format(", with KINDRED_SIMD={} in the environment", forced);
    found.advice = "Unset KINDRED_SIMD to get the best that the processor has.";
  } else if (target == "scalar") {
    found.text += ": none of the vector instructions that Kindred knows";
    found.advice =
        "Everything works and gives the same results, several times slower. A processor "
        "with SSE4.2, AVX2, AVX-512 or NEON does better.";
  }
  return found;
}

// The GFLOP/s of one thread that multiplies square matrices for a moment: the best of
// several tries, since whatever else runs can only make a try slower.
double measure_gflops() {
  constexpr std::size_t kSize = 384;
  constexpr double kSeconds = 0.12;
  const Matrix a(kSize, kSize, std::vector<float>(kSize * kSize, 1.0F));
  const Matrix b(kSize, kSize, std::vector<float>(kSize * kSize, 0.5F));
  std::vector<float> product(kSize * kSize);
  const double flop = 2.0 * std::pow(static_cast<double>(kSize), 3);
  double best = 0.0;
  const auto start = std::chrono::steady_clock::now();
  do {
    const auto begin = std::chrono::steady_clock::now();
    linalg::multiply(a.view(), b.view(), {product.data(), kSize, kSize, kSize});
    best = std::max(best, flop / seconds_since(begin) * 1e-9);
  } while (seconds_since(start) < kSeconds);
  return best;
}

Finding check_blas(ThreadPool& pool) {
  const double one = measure_gflops();
  std::vector<double> rates(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(rates.size(), [&](std::size_t index, int) { rates[index] = measure_gflops(); });
  double all = 0.0;
  for (const double rate : rates) all += rate;

  const std::string version = linalg::blas_version();
  const std::string name = version.substr(0, version.find(' ', version.find(' ') + 1));
  Finding found{"BLAS", "", "", Json()};
  found.text = fmt::format("{} with its code for {}: {:.0f} GFLOP/s on one thread", name,
                           linalg::blas_core(), one);
  if (rates.size() > 1) found.text += fmt::format(", {:.0f} on {}", all, rates.size());
  found.facts.set("library", version);
  found.facts.set("core", linalg::blas_core());
  found.facts.set("gflops_one_thread", one);
  found.facts.set("gflops_all_threads", all);
  found.facts.set("threads", pool.thread_count());
  const std::string_view target = linalg::simd_target();
  const bool wide = target == "avx2" || target.starts_with("avx512");
  if (one < (wide ? kGflopsMinWithAvx2 : kGflopsMin)) {
    found.advice =
        "That is slow for this processor. If the machine is not just busy, install the "
        "package libopenblas0-pthread, or set OPENBLAS_CORETYPE (Haswell or SkylakeX).";
  }
  return found;
}

Finding check_disk(const std::filesystem::path& folder) {
  Finding found{"disk", "", "", Json()};
  std::error_code failure;
  const auto space = std::filesystem::space(folder, failure);
  if (failure) {
    found.text = fmt::format("cannot tell how much is free: {}", failure.message());
    found.advice = "Run Kindred from a folder on an ordinary file system.";
    return found;
  }
  const double free = static_cast<double>(space.available) / kGibibyte;
  found.text = fmt::format("{:.1f} GiB free in {}", free, folder.string());
  found.facts.set("folder", folder.string());
  found.facts.set("available_bytes", std::uint64_t{space.available});
  if (free < kDiskMinGibibytes) {
    found.advice = "Make room, or write models and results (-o) to another disk.";
  }
  return found;
}

// A folder of our own inside `folder`, gone at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::filesystem::path& folder)
      : name_((folder / ".kindred-doctor-XXXXXX").string()) {
    if (::mkdtemp(name_.data()) == nullptr) {
      throw Error(ErrorCode::io, fmt::format("nothing can be written in {}", folder.string()));
    }
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(name_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path path() const { return name_; }

 private:
  std::string name_;
};

// Whether a lock that one descriptor holds keeps out another one.
bool locks_work(const std::filesystem::path& path) {
  std::FILE* first = std::fopen(path.c_str(), "we");
  std::FILE* second = std::fopen(path.c_str(), "re");
  const bool work = first != nullptr && second != nullptr &&
                    ::flock(::fileno(first), LOCK_EX | LOCK_NB) == 0 &&
                    ::flock(::fileno(second), LOCK_EX | LOCK_NB) != 0;
  if (first != nullptr) std::fclose(first);
  if (second != nullptr) std::fclose(second);
  return work;
}

Finding check_files(const std::filesystem::path& folder) {
  Finding found{"files", "", "", Json()};
  bool replaced = false;
  bool locked = false;
  try {
    const ScratchFolder scratch(folder);
    const std::filesystem::path path = scratch.path() / "file";
    const auto start = std::chrono::steady_clock::now();
    write_file_atomically(path, "old");
    write_file_atomically(path, "new");
    const double milliseconds = seconds_since(start) * 1e3 / 2;
    std::string text;
    std::ifstream(path) >> text;
    replaced = text == "new";
    locked = locks_work(scratch.path() / "lock");
    found.facts.set("save_ms", milliseconds);
    found.text = fmt::format("saving in one step {} here, in {:.1f} ms; locks {}",
                             replaced ? "works" : "does not work", milliseconds,
                             locked ? "work" : "do not work");
  } catch (const Error& error) {
    found.text = error.what();
  }
  found.facts.set("atomic_replace", replaced);
  found.facts.set("locks", locked);
  if (!replaced) {
    found.advice = "Write models and results (-o) into a folder that you may write to.";
  } else if (!locked) {
    found.advice =
        "Do not write one file from two programs at once in this folder; leftovers of "
        "killed programs may stay.";
  }
  return found;
}

void print_findings(const std::vector<Finding>& findings, std::size_t warning_count) {
  fmt::print("kindred {}\n\n", KINDRED_VERSION);
  for (const Finding& found : findings) {
    fmt::print("  {:<5} {:<7} {}\n", found.advice.empty() ? "ok" : "WARN", found.name, found.text);
    if (!found.advice.empty()) fmt::print("                -> {}\n", found.advice);
  }
  if (warning_count == 0) {
    fmt::print("\nEverything is as Kindred wants it.\n");
  } else {
    fmt::print("\n{} of {} could be better; Kindred runs all the same.\n", warning_count,
               findings.size());
  }
}

void print_json(const std::vector<Finding>& findings, std::size_t warning_count) {
  Json checks{Json::Array{}};
  for (const Finding& found : findings) {
    Json check;
    check.set("name", found.name);
    check.set("ok", found.advice.empty());
    check.set("text", found.text);
    if (!found.advice.empty()) check.set("advice", found.advice);
    check.set("facts", found.facts);
    checks.push(std::move(check));
  }
  Json report;
  report.set("version", KINDRED_VERSION);
  report.set("ok", warning_count == 0);
  report.set("checks", std::move(checks));
  fmt::print("{}\n", report.dump(2));
}

void run_doctor(const CommonOptions& options) {
  const MachineLimits limits = machine_limits();
  ThreadPool pool(options.threads);
  const std::filesystem::path here = std::filesystem::current_path();
  const std::vector<Finding> findings = {check_cores(limits), check_memory(limits),
                                         check_simd(),        check_blas(pool),
                                         check_disk(here),    check_files(here)};
  const auto warning_count = static_cast<std::size_t>(
      std::ranges::count_if(findings, [](const Finding& found) { return !found.advice.empty(); }));
  if (options.json) {
    print_json(findings, warning_count);
  } else {
    print_findings(findings, warning_count);
  }
}

}  // namespace

void add_doctor(Command& app) {
  auto options = std::make_shared<CommonOptions>();
  Command* verb = app.add_subcommand(
      "doctor",
      "Look at this machine: what it offers, and what would make Kindred faster or safer");
  add_common_options(*verb, *options);
  verb->footer(
      "Looks at cores, memory, vector instructions, the speed of matrix products, free disk\n"
      "space, and whether files can be saved safely in the current folder. Changes nothing.\n\n"
      "Example:\n"
      "  kindred doctor");
  verb->callback([options] { run_doctor(*options); });
}

}  // namespace kindred::cli
