#include "kindred/recommendation/text_file.h"

#include <algorithm>
#include <string_view>

#include "kindred/base/byte_source.h"
#include "kindred/data/foreign_format.h"
#include "kindred/recommendation/text_fold.h"

namespace kindred::recommendation {

std::vector<TextLine> read_lines(const std::filesystem::path& path) {
  ByteSource source(path);
  const std::string bytes = read_to_end(source);
  data::refuse_foreign(std::string_view(bytes).substr(0, data::kForeignHeadBytes), source.name());
  std::string_view rest = bytes;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  std::vector<TextLine> lines;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim(rest.substr(0, end));
    if (!line.empty()) lines.push_back({std::string(line), number});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace kindred::recommendation
