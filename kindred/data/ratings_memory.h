// How much memory reading a ratings file will take, told from its first megabyte.
//
// The rows of the first megabyte say how many there will be in all. The estimate is of what
// grows with the ratings; labels come on top, at 100 bytes or so each for every thread.
// A file that is over the limit can be refused in a moment instead of after minutes.
//
// Cost: a megabyte read. Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "kindred/base/machine.h"
#include "kindred/data/ratings_reader.h"

namespace kindred::data {

struct ReadingEstimate {
  std::uint64_t rating_count = 0;
  std::vector<MemoryPart> parts;  // Held at once, at the peak.
};

// Nothing for what has no size beforehand: a pipe, standard input.
// Throws as read_ratings() does for a file that cannot be opened or recognised.
std::optional<ReadingEstimate> estimate_reading(const std::filesystem::path& path,
                                                const RatingsOptions& options);

}  // namespace kindred::data
