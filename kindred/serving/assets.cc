#include "kindred/serving/assets.h"

#include <algorithm>

namespace kindred::serving {

const Asset* find_asset(std::string_view path) noexcept {
  const auto assets = all_assets();
  const auto found =
      std::ranges::find(assets, path == "/" ? std::string_view("/index.html") : path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

}  // namespace kindred::serving
