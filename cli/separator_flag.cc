#include "cli/separator_flag.h"

#include <map>

namespace kindred::cli {

std::string separator_of(const std::string& typed) {
  static const std::map<std::string, std::string> kNames = {{"tab", "\t"},      {"\\t", "\t"},
                                                            {"space", " "},     {"comma", ","},
                                                            {"semicolon", ";"}, {"pipe", "|"}};
  const auto found = kNames.find(typed);
  return found == kNames.end() ? typed : found->second;
}

}  // namespace kindred::cli
