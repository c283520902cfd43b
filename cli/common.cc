#include "cli/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/flags/command.h"
#include "kindred/base/error.h"

namespace kindred::cli {
namespace {

std::size_t parse_size(const std::string& text) {
  std::size_t used = 0;
  double value = -1.0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = text.size() + 1;
  }
  const std::string unit = used <= text.size() ? text.substr(used) : "?";
  static const std::string kUnits = "KMGT";
  const bool known = unit.empty() || (unit.size() == 1 && kUnits.find(unit) != std::string::npos);
  if (!known || !std::isfinite(value) || value <= 0.0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--memory-limit is '{}', not a size such as 512M or 8G", text));
  }
  if (!unit.empty()) value *= std::pow(1024.0, static_cast<double>(kUnits.find(unit) + 1));
  return static_cast<std::size_t>(std::min(value, 0x1p62));
}

std::string format_bytes(std::size_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= kGibibyte) return fmt::format("{:.1f} GiB", value / kGibibyte);
  return fmt::format("{:.1f} MiB", value / kGibibyte * 1024.0);
}

}  // namespace

void add_common_options(Command& verb, CommonOptions& options) {
  const std::string group = "Common";
  verb.add_option("--threads", options.threads, "Threads to use; 0 means one for each core")
      ->check(range(0, 1024))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--seed", options.seed, "Seed of all randomness; same seed, same bytes")
      ->capture_default_str()
      ->group(group);
  verb.add_flag("--json", options.json, "Print results as JSON on stdout")->group(group);
  verb.add_flag("--quiet", options.quiet, "No progress and no summaries on stderr")->group(group);
  verb.add_flag("--strict", options.strict,
                "What would be guessed about a file (separator, header, columns, times) is an "
                "error that names the flag to say it with")
      ->group(group);
  verb.add_option("--memory-limit", options.memory_limit,
                  "Refuse work that needs more memory, e.g. 8G; default: what the machine has")
      ->group(group);
}

ProgressStyle progress_style(const CommonOptions& options) {
  return options.quiet ? ProgressStyle::silent : progress_style_for(stderr);
}

void note(const CommonOptions& options, const std::string& line) {
  if (!options.quiet) fmt::print(stderr, "{}\n", line);
}

void note_guesses(const CommonOptions& options, const Guesses& guesses) {
  if (options.strict) refuse_guesses(guesses);
  for (const Guess& guess : guesses) note(options, "  guessed: " + to_text(guess));
  options.guesses->insert(options.guesses->end(), guesses.begin(), guesses.end());
}

Json with_guesses(const CommonOptions& options, Json result) {
  result.set("guesses", to_json(*options.guesses));
  return result;
}

std::size_t memory_limit_bytes(const CommonOptions& options) {
  return options.memory_limit.empty() ? machine_limits().usable_memory_bytes()
                                      : parse_size(options.memory_limit);
}

void require_memory(const CommonOptions& options, std::size_t bytes, const std::string& purpose) {
  const std::size_t limit = memory_limit_bytes(options);
  if (bytes <= limit) return;
  throw Error(ErrorCode::out_of_memory, fmt::format("{} needs {}, the limit is {}", purpose,
                                                    format_bytes(bytes), format_bytes(limit)));
}

void require_memory(const CommonOptions& options, std::span<const MemoryPart> parts,
                    const std::string& purpose) {
  std::size_t bytes = 0;
  std::string list;
  for (const MemoryPart& part : parts) {
    bytes += part.bytes;
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", part.what, format_bytes(part.bytes));
  }
  const std::size_t limit = memory_limit_bytes(options);
  if (bytes <= limit) return;
  throw Error(ErrorCode::out_of_memory,
              fmt::format("{} needs {} ({}), the limit is {}", purpose, format_bytes(bytes), list,
                          format_bytes(limit)));
}

void refuse_to_overwrite(const std::filesystem::path& output, const std::filesystem::path& input) {
  std::error_code absent;
  if (!output.empty() && std::filesystem::equivalent(output, input, absent)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: would be overwritten, but it is an input", output.string()));
  }
}

}  // namespace kindred::cli
