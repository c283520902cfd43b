#include "kindred/recommendation/text_fold.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace kindred::recommendation {
namespace {

// U+00C0 to U+017F: the letter below the accent.
constexpr std::array<const char*, 192> kLatin = {
    // U+00C0
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o",
    "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "th", "ss",
    // U+00E0
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o",
    "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "th", "y",
    // U+0100
    "a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d", "d", "d", "e",
    "e", "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
    // U+0120
    "g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i", "i", "i", "i", "i", "i", "i", "ij",
    "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l",
    // U+0140
    "l", "l", "l", "n", "n", "n", "n", "n", "n", "n", "n", "n", "o", "o", "o", "o", "o", "o", "oe",
    "oe", "r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s",
    // U+0160
    "s", "s", "t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u",
    "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s"};

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

// Only as far as two and three bytes matter here; anything else is passed on as bytes.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  if ((byte(0) & 0xE0U) == 0xC0U && continues(1)) {
    return {(byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU), 2};
  }
  if ((byte(0) & 0xF0U) == 0xE0U && continues(1) && continues(2)) {
    return {(byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU), 3};
  }
  return {byte(0), 1};
}

std::string folded_ascii(char letter) {
  if (letter >= 'A' && letter <= 'Z') return {static_cast<char>(letter - 'A' + 'a')};
  const bool kept = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                    static_cast<unsigned char>(letter) >= 0x80U;
  if (kept) return {letter};
  if (letter == '&') return " and ";
  return letter == '\'' || letter == '`' ? "" : " ";
}

// Digits and fractions that stand above the line, as one would type them.
const char* folded_number(std::uint32_t code) {
  switch (code) {
    case 0xB9:
      return "1";
    case 0xB2:
      return "2";
    case 0xB3:
      return "3";
    case 0xBC:
      return " 1 4";
    case 0xBD:
      return " 1 2";
    case 0xBE:
      return " 3 4";
    default:
      return nullptr;
  }
}

std::string folded(const Character& character, std::string_view bytes) {
  if (character.bytes == 1) return folded_ascii(bytes.front());
  if (character.code >= 0xC0 && character.code < 0x180) return kLatin[character.code - 0xC0];
  if (character.code == 0x2018 || character.code == 0x2019 || character.code == 0xB4) return "";
  if (const char* number = folded_number(character.code); number != nullptr) return number;
  const bool separates = (character.code >= 0x2000 && character.code < 0x2070) ||
                         (character.code >= 0x80 && character.code < 0xC0);
  return separates ? " " : std::string(bytes);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character character = decode(text);
    for (const char letter : folded(character, text.substr(0, character.bytes))) {
      if (letter != ' ' || (!out.empty() && out.back() != ' ')) out += letter;
    }
    text.remove_prefix(character.bytes);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  // Rows i - 2, i - 1 and i of the table of distances between prefixes.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replace, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    if (*std::ranges::min_element(current) > limit) return limit + 1;
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return std::min(previous[b.size()], limit + 1);
}

}  // namespace kindred::recommendation
