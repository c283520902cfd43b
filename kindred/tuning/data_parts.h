// Growing parts of the data as the steps of a trial, in place of epochs.
//
// A trial is trained on a ninth of the data, on a third, and on all of it; after each it is
// compared with the others that have come as far (halving.h), and only those that do well go
// on. So what does badly costs a ninth, which is what a study of large data wants; what is
// good on little data is not always what is good on much, which is what epochs are for.
//
// Parts are nested and drawn by the seed: every trial learns from the same ninth.
//
// Thread safety: pure functions.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kindred::tuning {

enum class TrialSteps { epochs, parts };

// "epochs" or "parts"; throws Error(invalid_argument) otherwise.
TrialSteps parse_trial_steps(const std::string& text);

// The numbers of the steps: ninths of the data. Halving by 3 from 1 on compares after each.
inline constexpr std::array<int, 3> kDataParts = {1, 3, 9};
inline constexpr int kWholeData = kDataParts.back();

// Which of `count` rows a part has, ascending; at least one. Requires: count > 0.
std::vector<std::size_t> rows_of_part(std::size_t count, int part, std::uint64_t seed);

}  // namespace kindred::tuning
