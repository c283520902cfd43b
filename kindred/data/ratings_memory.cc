#include "kindred/data/ratings_memory.h"

#include <algorithm>
#include <system_error>

#include "kindred/data/ratings_format.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{1} << 20U;

// Ratings in the text: its lines, or the items of lists.
double ratings_in(std::string_view text, const RatingsFormat& format) {
  const auto count = [&](char byte) { return static_cast<double>(std::ranges::count(text, byte)); };
  return format.item_lists ? count(format.dialect.separator.front()) : count('\n');
}

}  // namespace

std::optional<ReadingEstimate> estimate_reading(const std::filesystem::path& path,
                                                const RatingsOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  const auto file_bytes = static_cast<double>(std::filesystem::file_size(path, ignored));
  TextReader reader(path, options.encoding);
  const std::string_view head = reader.head(kSampleBytes);
  const RatingsFormat format =
      recognize_ratings_format(head, reader.head_is_all(), options, reader.name());
  // Of a compressed file, how much text a byte holds, so far.
  const auto bytes_read = static_cast<double>(std::max<std::uint64_t>(1, reader.file_bytes_read()));
  const double head_share = reader.head_is_all() ? 1.0 : std::min(1.0, bytes_read / file_bytes);
  const double ratings = ratings_in(head.substr(format.header_bytes), format) / head_share;

  const bool has_times = format.timestamp_column != kNoColumn;
  const bool has_values = format.rating_column != kNoColumn;
  const auto part = [&](const char* what, int bytes_each) {
    return MemoryPart{what, static_cast<std::uint64_t>(ratings * bytes_each)};
  };
  ReadingEstimate estimate;
  estimate.rating_count = static_cast<std::uint64_t>(ratings);
  estimate.parts.push_back(part("rows as read", 8 + (has_values ? 4 : 0) + (has_times ? 4 : 0)));
  estimate.parts.push_back(part("the matrix by user", 8));
  if (has_times) estimate.parts.push_back(part("times", 8));
  return estimate;
}

}  // namespace kindred::data
