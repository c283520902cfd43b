#include "kindred/data/unique_names.h"

#include <unordered_map>
#include <unordered_set>

namespace kindred::data {

UniqueNames unique_names(std::span<const std::string> texts, NumberedName style,
                         const std::vector<bool>& keeps_first) {
  std::unordered_set<std::string_view> given;
  std::unordered_map<std::string_view, std::size_t> owner;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    given.insert(texts[i]);
    if (keeps_first.empty() || keeps_first[i]) owner.try_emplace(texts[i], i);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) owner.try_emplace(texts[i], i);
  std::unordered_map<std::string_view, std::size_t> numbers;
  UniqueNames result;
  result.names.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (owner.at(texts[i]) == i) {
      result.names.push_back(texts[i]);
      continue;
    }
    std::size_t& number = numbers.try_emplace(texts[i], 1).first->second;
    std::string name;
    do {
      name = texts[i];
      name += style.before;
      name += std::to_string(++number);
      name += style.after;
    } while (given.contains(name));
    result.names.push_back(std::move(name));
    ++result.changed_count;
  }
  return result;
}

}  // namespace kindred::data
