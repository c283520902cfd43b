#include "kindred/recommendation/item_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/recommendation/text_file.h"

namespace kindred::recommendation {

std::vector<std::uint32_t> read_item_list(const std::filesystem::path& path,
                                          const TitleMatcher& titles) {
  std::vector<std::uint32_t> items;
  for (const TextLine& line : read_lines(path)) {
    items.push_back(
        titles.find_one(line.text, {fmt::format("{}:{}: ", path.string(), line.number), ""}));
  }
  if (items.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: names no items; write one id or title a line", path.string()));
  }
  std::ranges::sort(items);
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

}  // namespace kindred::recommendation
