// generated_fuzz --kind ratings --count 20000 --seed 7: reads so many generated files and says
// how many were read right, refused, and read wrongly in silence. Exits 0 if none was.
// --only N looks at one; --show unclear shows what was refused.

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "tests/generated/kind.h"

namespace {

using namespace kindred::generated;

struct FuzzFlags {
  std::string kind = "all";
  std::string show = "wrong";
  std::uint64_t count = 1000;
  std::uint64_t seed = 1;
  std::int64_t only = -1;
};

constexpr std::uint64_t kShown = 20;

const char* name_of(Outcome outcome) {
  return outcome == Outcome::right ? "right" : outcome == Outcome::unclear ? "unclear" : "wrong";
}

// How many were read wrongly.
std::uint64_t fuzz(const Kind& kind, const FuzzFlags& flags) {
  Bench bench;
  std::map<Outcome, std::uint64_t> counts;
  const std::uint64_t first = flags.only < 0 ? 0 : static_cast<std::uint64_t>(flags.only);
  const std::uint64_t last = flags.only < 0 ? flags.count : first + 1;
  for (std::uint64_t i = first; i < last; ++i) {
    const Verdict verdict = try_number(kind, flags.seed, i, bench);
    const std::uint64_t seen = ++counts[verdict.outcome];
    if (flags.only < 0 && (name_of(verdict.outcome) != flags.show || seen > kShown)) continue;
    fmt::print("{} {}: {}: {}\n  {}\n", kind.name, i, name_of(verdict.outcome), verdict.truth,
               verdict.problem);
  }
  const double share =
      100.0 * static_cast<double>(counts[Outcome::unclear]) / static_cast<double>(last - first);
  fmt::print("{}: {} files: {} right, {} refused as unclear ({:.2f} %), {} wrong in silence\n",
             kind.name, last - first, counts[Outcome::right], counts[Outcome::unclear], share,
             counts[Outcome::wrong]);
  if (flags.only >= 0) fmt::print("{}", bench.written());
  return counts[Outcome::wrong];
}

// False where the text is no whole number.
template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

// False where the flag is none.
bool take_flag(FuzzFlags& flags, std::string_view name, const char* value) {
  if (name == "--kind") flags.kind = value;
  if (name == "--show") flags.show = value;
  if (name == "--kind" || name == "--show") return true;
  if (name == "--count") return read_number(value, flags.count);
  if (name == "--seed") return read_number(value, flags.seed);
  return name == "--only" && read_number(value, flags.only);
}

}  // namespace

int main(int argc, char** argv) {
  FuzzFlags flags;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && take_flag(flags, argv[i], argv[i + 1])) continue;
    fmt::print(stderr,
               "'{}' is no flag with a value; there are --kind --count --seed --only "
               "--show\n",
               argv[i]);
    return 2;
  }
  std::uint64_t wrong = 0;
  bool found = false;
  for (const Kind& kind : kinds()) {
    if (flags.kind != "all" && flags.kind != kind.name) continue;
    found = true;
    wrong += fuzz(kind, flags);
  }
  if (!found) {
    fmt::print(stderr, "there is no kind '{}'\n", flags.kind);
    return 2;
  }
  return wrong == 0 ? 0 : 1;
}
