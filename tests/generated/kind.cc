#include "tests/generated/kind.h"

#include <array>

#include "kindred/base/error.h"

namespace kindred::generated {
namespace {

constexpr std::array kKinds = {
    Kind{"ratings", &try_ratings, 1000, 0.05},
    Kind{"items", &try_items, 500, 0.05},
    Kind{"lists", &try_lists, 300, 0.15},
    Kind{"vectors", &try_vectors, 1000, 0.15},
};

constexpr std::uint32_t kStream = 0x6B696E64;  // Any number that nothing else draws from.

}  // namespace

std::filesystem::path Bench::write(const std::string& name, const std::string& bytes) {
  const auto path = folder_ / name;
  std::filesystem::remove(path);  // Much faster than truncating it, on ext4.
  test::write_bytes(path, bytes);
  if (written_.size() > 1U << 20U) written_.clear();
  written_ += "---- " + name + "\n" + bytes;
  return path;
}

std::span<const Kind> kinds() { return kKinds; }

Verdict try_number(const Kind& kind, std::uint64_t seed, std::uint64_t index, Bench& bench) {
  Rng rng(seed, kStream, index);
  Verdict verdict;
  try {
    verdict.problem = kind.try_one(rng, bench, verdict.truth);
    if (!verdict.problem.empty()) verdict.outcome = Outcome::wrong;
  } catch (const Error& error) {
    verdict.outcome = Outcome::unclear;
    verdict.problem = error.what();
  }
  return verdict;
}

}  // namespace kindred::generated
