#include "kindred/tuning/data_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"

namespace kindred::tuning {
namespace {

constexpr std::uint32_t kPartStream = 0x74756E36;

}  // namespace

TrialSteps parse_trial_steps(const std::string& text) {
  if (text == "epochs") return TrialSteps::epochs;
  if (text == "parts") return TrialSteps::parts;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is no kind of step: epochs or parts", text));
}

std::vector<std::size_t> rows_of_part(std::size_t count, int part, std::uint64_t seed) {
  KINDRED_CHECK(count > 0 && part >= 1 && part <= kWholeData);
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  Rng(seed, kPartStream).shuffle(std::span(rows));
  const auto whole = static_cast<std::size_t>(kWholeData);
  rows.resize((count * static_cast<std::size_t>(part) + whole - 1) / whole);
  std::ranges::sort(rows);
  return rows;
}

}  // namespace kindred::tuning
