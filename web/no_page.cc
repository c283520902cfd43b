// Stands in for the table of files that web/build.mjs writes, where node or npm is missing.

#include "kindred/serving/assets.h"

namespace kindred::serving {

std::span<const Asset> all_assets() noexcept { return {}; }

}  // namespace kindred::serving
