#include "kindred/data/text_reader.h"

#include <algorithm>
#include <utility>

#include "kindred/data/foreign_format.h"

namespace kindred::data {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBlockBytes = std::size_t{64} << 10U;

// Replaces text[from, end) by its UTF-8 form.
void latin1_to_utf8(std::string& text, std::size_t from) {
  const auto is_high = [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; };
  const auto high_count = static_cast<std::size_t>(
      std::count_if(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), is_high));
  if (high_count == 0) return;
  std::size_t in = text.size();
  text.resize(text.size() + high_count);
  // From the back, so that nothing is overwritten before it is read.
  std::size_t out = text.size();
  while (in > from) {
    const auto byte = static_cast<unsigned char>(text[--in]);
    if (byte < 0x80) {
      text[--out] = static_cast<char>(byte);
    } else {
      text[--out] = static_cast<char>(0x80U | (byte & 0x3FU));
      text[--out] = static_cast<char>(0xC0U | (byte >> 6U));
    }
  }
}

}  // namespace

TextReader::TextReader(const std::filesystem::path& path, Encoding encoding)
    : source_(path), encoding_(encoding) {
  std::string mark(kForeignHeadBytes, '\0');
  mark.resize(source_.read(mark));
  refuse_foreign(mark, name());
  if (mark.starts_with("\xEF\xBB\xBF"sv)) mark.erase(0, 3);
  pending_ = std::move(mark);
  if (encoding_ == Encoding::latin1) latin1_to_utf8(pending_, 0);
}

void TextReader::read_more(std::size_t bytes) {
  const std::size_t before = pending_.size();
  pending_.resize(before + bytes);
  const std::size_t got = source_.read(std::span(pending_).subspan(before));
  pending_.resize(before + got);
  ended_ = got < bytes;
  if (encoding_ == Encoding::latin1) latin1_to_utf8(pending_, before);
}

std::string_view TextReader::head(std::size_t bytes) {
  if (!ended_ && pending_.size() < bytes) read_more(bytes - pending_.size());
  return pending_;
}

std::optional<TextChunk> TextReader::next_chunk(const Dialect& dialect, std::size_t bytes) {
  if (!ended_ && pending_.size() < bytes) read_more(bytes - pending_.size());
  RecordScanner scanner(dialect);
  scanner.scan(pending_, ended_);
  while (!ended_ && scanner.complete_bytes() == 0 && pending_.size() <= kRecordBytesMax) {
    read_more(std::max(kBlockBytes, pending_.size()));
    scanner.scan(pending_, ended_);
  }
  if (pending_.empty()) return std::nullopt;

  TextChunk chunk;
  chunk.record_bytes = ended_ ? pending_.size() : scanner.complete_bytes();
  const std::size_t rest = pending_.size() - scanner.complete_bytes();
  const bool too_long = rest > kRecordBytesMax;
  if (scanner.inside_quotes() && (too_long || ended_)) {
    chunk.tail = TextChunk::Tail::open_quote;
    chunk.tail_begin = scanner.quote_begin();
  } else if (too_long) {
    chunk.tail = TextChunk::Tail::too_long;
    chunk.tail_begin = scanner.complete_bytes();
  }
  if (chunk.tail != TextChunk::Tail::none) {
    chunk.record_bytes = scanner.complete_bytes();
    chunk.text = std::exchange(pending_, {});
    ended_ = true;
    return chunk;
  }
  std::string carry = pending_.substr(chunk.record_bytes);
  pending_.resize(chunk.record_bytes);
  chunk.text = std::exchange(pending_, std::move(carry));
  return chunk;
}

}  // namespace kindred::data
