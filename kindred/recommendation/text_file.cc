#include "kindred/recommendation/text_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

#include "kindred/base/error.h"
#include "kindred/recommendation/text_fold.h"

namespace kindred::recommendation {

std::vector<TextLine> read_lines(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw Error(ErrorCode::not_found, fmt::format("{}: there is no such file", path.string()));
  }
  if (std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorCode::io, fmt::format("{}: is a folder, not a file", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::vector<TextLine> lines;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    std::string_view text = line;
    if (number == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = trim(text);
    if (!text.empty()) lines.push_back({std::string(text), number});
  }
  if (file.bad()) throw Error(ErrorCode::io, fmt::format("{}: cannot be read", path.string()));
  return lines;
}

}  // namespace kindred::recommendation
