#include "cli/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <system_error>

#include "cli/flags/command.h"
#include "kindred/base/error.h"
#include "kindred/base/memory_budget.h"

namespace kindred::cli {
namespace {

// "512M", "8G", "8GiB", "1500000": bytes, in steps of 1024.
std::size_t parse_size(const std::string& text) {
  double value = -1.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  std::string unit(stop, end);
  for (char& letter : unit)
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  for (const char* ending : {"IB", "B"}) {
    if (unit.ends_with(ending)) unit.resize(unit.size() - std::string(ending).size());
  }
  static const std::string kUnits = "KMGT";
  const bool known = unit.empty() || (unit.size() == 1 && kUnits.find(unit) != std::string::npos);
  if (error != std::errc() || !known || !std::isfinite(value) || value < 1.0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--memory-limit is '{}', not a size such as 512M or 8G", text));
  }
  if (!unit.empty()) value *= std::pow(1024.0, static_cast<double>(kUnits.find(unit) + 1));
  return static_cast<std::size_t>(std::min(value, 0x1p62));
}

// The files that verbs write, by the names of their options.
constexpr std::array<const char*, 4> kOutputs = {"--output", "--curves", "--log", "--save-labels"};

// A file is never written through a link, whoever has put it there (base/atomic_file.h).
void tell_about_links(const Command& verb, const CommonOptions& options) {
  for (const Option& option : verb.get_options()) {
    const auto is_this = [&](const char* name) { return option.check_name(name); };
    if (option.count() == 0 || !std::ranges::any_of(kOutputs, is_this)) continue;
    const std::filesystem::path path = option.text();
    std::error_code none;
    const std::filesystem::path target = std::filesystem::read_symlink(path, none);
    if (none) continue;
    note(options, fmt::format("{} is a symbolic link to {}: the link will be replaced by a file, "
                              "and what it points to stays as it is",
                              path.string(), target.string()));
  }
}

// "ratings.csv: 'when'" of "shop/2026/ratings.csv: 'when'": the line above has said which file.
std::string without_folder(const std::string& place) {
  const std::string file = place.substr(0, place.find(": "));
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? place : place.substr(slash + 1);
}

}  // namespace

void add_common_options(Command& verb, CommonOptions& options) {
  const std::string group = "Common";
  verb.before_running([&verb, &options] { tell_about_links(verb, options); });
  for (Option option : verb.get_options()) {
    if (option.check_name("--output")) option.add_help("; a symbolic link is replaced by a file");
  }
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
      ->each([](const std::string& text) { process_memory().set_limit(parse_size(text)); })
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
  for (Guess shown : guesses) {
    shown.place = without_folder(shown.place);
    note(options, "  guessed: " + to_text(shown));
  }
  options.guesses->insert(options.guesses->end(), guesses.begin(), guesses.end());
}

Json with_guesses(const CommonOptions& options, Json result) {
  result.set("guesses", to_json(*options.guesses));
  return result;
}

std::size_t memory_limit_bytes(const CommonOptions& /*options*/) {
  return process_memory().limit_bytes();
}

void require_memory(const CommonOptions& options, std::size_t bytes, const std::string& purpose) {
  const std::size_t limit = memory_limit_bytes(options);
  if (bytes <= limit) return;
  throw Error(ErrorCode::out_of_memory, fmt::format("{} needs {}, the limit is {}", purpose,
                                                    bytes_text(bytes), bytes_text(limit)));
}

void require_memory(const CommonOptions& options, std::span<const MemoryPart> parts,
                    const std::string& purpose) {
  std::size_t bytes = 0;
  std::string list;
  for (const MemoryPart& part : parts) {
    bytes += part.bytes;
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", part.what, bytes_text(part.bytes));
  }
  const std::size_t limit = memory_limit_bytes(options);
  if (bytes <= limit) return;
  throw Error(ErrorCode::out_of_memory, fmt::format("{} needs {} ({}), the limit is {}", purpose,
                                                    bytes_text(bytes), list, bytes_text(limit)));
}

void throw_stopped(const std::string& step, std::size_t saved_count, const std::string& of_what) {
  throw Error(ErrorCode::cancelled,
              saved_count == 0
                  ? fmt::format("stopped within the first {}{}; nothing was kept", step, of_what)
                  : fmt::format("stopped after {} {}{}; the same command with --resume continues",
                                step, saved_count, of_what));
}

void refuse_to_overwrite(const std::filesystem::path& output, const std::filesystem::path& input) {
  std::error_code absent;
  if (!output.empty() && std::filesystem::equivalent(output, input, absent)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: would be overwritten, but it is an input", output.string()));
  }
}

}  // namespace kindred::cli
