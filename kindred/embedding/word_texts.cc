#include "kindred/embedding/word_texts.h"

#include <fmt/format.h>

#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/unique_names.h"

namespace kindred::embedding {

WordTexts::WordTexts(std::string name, const std::string& encoding)
    : name_(std::move(name)), latin1_(encoding == "latin-1"), strict_(encoding == "utf-8") {
  if (encoding.empty() || latin1_ || strict_) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the encoding is '{}'; utf-8 and latin-1 are read", printable(encoding)));
}

std::string WordTexts::to_utf8(std::string_view bytes) {
  if (latin1_) {
    std::string text;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80) {
        text += c;
      } else {
        text += static_cast<char>(0xC0U | byte >> 6U);
        text += static_cast<char>(0x80U | (byte & 0x3FU));
      }
    }
    return text;
  }
  if (find_invalid_utf8(bytes) == std::string_view::npos) return std::string(bytes);
  if (strict_) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: the word '{}' is not UTF-8", name_, printable(bytes)));
  }
  if (replaced_count_++ == 0) first_replaced_ = printable(bytes);
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_character_bytes(bytes);
    text += length > 0 ? std::string(bytes.substr(0, length)) : std::string("\xEF\xBF\xBD");
    bytes.remove_prefix(length > 0 ? length : 1);
  }
  return text;
}

data::Vocabulary WordTexts::labels(const std::vector<std::string>& texts) {
  data::Vocabulary labels;
  bool differ = true;
  for (std::size_t row = 0; row < texts.size() && differ; ++row) {
    differ = labels.insert(texts[row]) == row;
    if (!differ) first_numbered_ = printable(texts[row]);
  }
  if (differ) return labels;
  const data::UniqueNames unique = data::unique_names(texts);
  numbered_count_ = unique.changed_count;
  return data::Vocabulary(unique.names);
}

Guesses WordTexts::guesses() const {
  Guesses list;
  if (replaced_count_ > 0) {
    list.push_back({name_, "encoding", "UTF-8 with mistakes",
                    fmt::format("{} words, the first of them '{}', are not UTF-8: what is not was "
                                "replaced by U+FFFD",
                                replaced_count_, first_replaced_),
                    "--encoding"});
  }
  if (numbered_count_ > 0) {
    list.push_back({name_, "words that come twice", "words of their own",
                    fmt::format("{} words came before, the first of them '{}': a number stands "
                                "behind the later ones",
                                numbered_count_, first_numbered_),
                    "none"});
  }
  return list;
}

}  // namespace kindred::embedding
