#include "kindred/recommendation/item_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/recommendation/text_file.h"

namespace kindred::recommendation {

ItemList read_item_list(const std::filesystem::path& path, const TitleMatcher& titles) {
  constexpr std::size_t kExampleCount = 3;
  ItemList list;
  for (const TextLine& line : read_lines(path)) {
    ++list.line_count;
    if (titles.find(line.text).empty()) {
      ++list.unknown_count;
      if (list.unknown_examples.size() < kExampleCount) {
        list.unknown_examples.push_back(
            fmt::format("line {} '{}'", line.number, printable(line.text)));
      }
      continue;
    }
    list.items.push_back(
        titles.find_one(line.text, {fmt::format("{}:{}: ", path.string(), line.number), ""}));
  }
  if (list.line_count == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: names no items; write one id or title a line", path.string()));
  }
  if (list.items.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("{}: none of its lines names an item of the model, such as {}",
                            path.string(), fmt::join(list.unknown_examples, ", ")));
  }
  std::ranges::sort(list.items);
  list.items.erase(std::unique(list.items.begin(), list.items.end()), list.items.end());
  return list;
}

}  // namespace kindred::recommendation
