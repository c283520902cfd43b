#include "kindred/serving/request_head.h"

#include <algorithm>

namespace kindred::serving {
namespace {

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool equals_ignoring_case(std::string_view a, std::string_view lower) noexcept {
  return std::ranges::equal(a, lower, [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<Refusal> request_line_fault(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return Refusal{400, "the request line is not METHOD TARGET HTTP/1.1"};
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) {
    return Refusal{400, "the request line is not METHOD TARGET HTTP/1.1"};
  }
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Refusal{505, "only HTTP/1.1 is spoken here"};
  }
  return std::nullopt;
}

// What the fields say about how long the body is, and how often they say it.
struct Framing {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;

  std::optional<Refusal> note(std::string_view name, std::string_view value) {
    if (equals_ignoring_case(name, "host")) ++hosts;
    if (equals_ignoring_case(name, "content-length")) {
      ++lengths;
      const bool digits = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
      if (value.empty() || !digits) return Refusal{400, "Content-Length is not a number"};
    }
    if (equals_ignoring_case(name, "transfer-encoding")) {
      ++codings;
      if (!equals_ignoring_case(value, "chunked")) {
        return Refusal{400, "the only Transfer-Encoding is chunked"};
      }
    }
    if (equals_ignoring_case(name, "content-encoding")) {
      return Refusal{415, "bodies are not taken compressed"};
    }
    return std::nullopt;
  }

  std::optional<Refusal> fault() const {
    if (hosts != 1) return Refusal{400, "a request has exactly one Host"};
    if (lengths > 1 || codings > 1 || lengths + codings > 1) {
      return Refusal{400, "a request has one Content-Length or one Transfer-Encoding"};
    }
    return std::nullopt;
  }
};

std::optional<Refusal> field_fault(std::string_view line, Framing& framing) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return Refusal{400, "a header line is not NAME: VALUE"};
  }
  return framing.note(line.substr(0, colon), trimmed(line.substr(colon + 1)));
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(16 * high + low);
      i += 2;
    }
  }
  return decoded;
}

bool is_decent_path(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/') return false;
  if (std::ranges::any_of(path, [](char c) { return is_control(c) || c == '\\' || c == '%'; })) {
    return false;
  }
  for (std::size_t begin = 1; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

std::size_t find_head_end(std::string_view bytes) noexcept {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (bytes.substr(at + 1, 1) == "\n") return at + 2;
    if (bytes.substr(at + 1, 2) == "\r\n") return at + 3;
  }
  return std::string_view::npos;
}

std::optional<Refusal> find_head_fault(std::string_view head) {
  Framing framing;
  std::size_t line_count = 0;
  while (!head.empty()) {
    const auto feed = head.find('\n');
    if (feed == std::string_view::npos || feed == 0 || head[feed - 1] != '\r') {
      return Refusal{400, "a line does not end in CR LF"};
    }
    const std::string_view line = head.substr(0, feed - 1);
    head.remove_prefix(feed + 1);
    if (std::ranges::any_of(line, [](char c) { return is_control(c) && c != '\t'; })) {
      return Refusal{400, "a control character in the head"};
    }
    if (line.empty()) break;
    if (line_count > kHeaderCountMax) return Refusal{431, "more than 100 headers"};
    const auto fault = line_count == 0 ? request_line_fault(line) : field_fault(line, framing);
    if (fault) return fault;
    ++line_count;
  }
  return framing.fault();
}

const std::string* Target::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<Target> parse_target(std::string_view target) {
  const auto mark = target.find('?');
  auto path = percent_decoded(target.substr(0, mark), false);
  if (!path || !is_decent_path(*path)) return std::nullopt;
  Target parsed;
  parsed.path = std::move(*path);
  std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    const auto equals = std::min(part.find('='), part.size());
    auto name = percent_decoded(part.substr(0, equals), true);
    auto value = percent_decoded(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value) return std::nullopt;
    parsed.query.emplace_back(std::move(*name), std::move(*value));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parsed;
}

}  // namespace kindred::serving
