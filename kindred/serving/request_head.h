// The head of an HTTP request, looked at with suspicion.
//
// HTTP parsers are lenient in different ways, and where two of them disagree about where a
// request ends, requests are smuggled. Nothing that a browser or a well-made program sends is
// lenient, so the head is first held against the strict grammar of RFC 9112: lines end in CR
// LF, names are tokens, no field is folded, no byte is a control character, at most one length,
// and never both a length and a transfer coding. What passes is then parsed by Boost.Beast.
//
// The target is taken apart here too: its path decoded, with every trick that has led out of
// a folder refused ("..", "%2e%2e%2f", NUL, "\\", "//").
//
// Cost: one walk over at most a few kilobytes. Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindred::serving {

// Why a request is refused: an HTTP status and a sentence for its author.
struct Refusal {
  int status = 400;
  std::string reason;
};

// One past the empty line that ends the head, or npos if it is not there yet. A line feed
// alone ends a line too, so that such a head is answered and not waited for.
std::size_t find_head_end(std::string_view bytes) noexcept;

inline constexpr std::size_t kHeaderCountMax = 100;

// What is wrong with a head that find_head_end() has found, or nothing.
std::optional<Refusal> find_head_fault(std::string_view head);

struct Target {
  std::string path;                                        // Decoded; begins with '/'.
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order.

  // The value of the query's first `name`, or null.
  const std::string* find(std::string_view name) const noexcept;
};

// Nothing for a target that is not an absolute path, or is malformed or indecent.
std::optional<Target> parse_target(std::string_view target);

}  // namespace kindred::serving
