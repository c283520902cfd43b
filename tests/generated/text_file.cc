#include "tests/generated/text_file.h"

#include <fmt/format.h>

namespace kindred::generated {
namespace {

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.-") == std::string::npos;
}

bool needs_quotes(const Style& style, const std::string& cell) {
  return cell.find(style.separator) != std::string::npos || cell.find('"') != std::string::npos ||
         cell.find('\n') != std::string::npos;
}

std::string quoted(const std::string& cell) {
  std::string text = "\"";
  for (const char byte : cell) {
    if (byte == '"') text += '"';
    text += byte;
  }
  return text + '"';
}

std::string cell_text(const Style& style, const std::string& cell) {
  switch (style.quoting) {
    case Quoting::none:
      return cell;
    case Quoting::where_needed:
      return needs_quotes(style, cell) ? quoted(cell) : cell;
    case Quoting::text:
      return is_number(cell) ? cell : quoted(cell);
    case Quoting::all:
      break;
  }
  return quoted(cell);
}

}  // namespace

std::string Style::describe() const {
  static constexpr const char* kQuoting[] = {"no quotes", "quotes where needed", "text quoted",
                                             "all quoted"};
  return fmt::format("'{}', {}{}{}{}", separator == "\t" ? "tab" : separator,
                     kQuoting[static_cast<int>(quoting)], padded ? ", padded" : "",
                     byte_order_mark ? ", BOM" : "", carriage_returns ? ", CRLF" : "");
}

bool fits(const Style& style, const std::string& cell) {
  if (style.separator == " ") {
    return !cell.empty() && cell.find_first_of(" \t\n") == std::string::npos;
  }
  if (style.padded && (cell.starts_with(' ') || cell.ends_with(' '))) return false;
  if (style.quoting != Quoting::none) return true;
  return cell.find(style.separator) == std::string::npos && cell.find('\n') == std::string::npos;
}

std::string render(const std::vector<Row>& rows, const Style& style) {
  const std::string between = style.padded ? " " + style.separator + " " : style.separator;
  const std::string line_end = style.carriage_returns ? "\r\n" : "\n";
  std::string text = style.byte_order_mark ? "\xEF\xBB\xBF" : "";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      if (j > 0) text += between;
      text += cell_text(style, rows[i][j]);
    }
    if (i + 1 < rows.size() || style.last_line_end) text += line_end;
  }
  return style.blank_last_line ? text + line_end : text;
}

Style draw_style(Rng& rng) {
  static const std::vector<std::string> kSeparators = {",", ",", ",", ",",  "\t", "\t",
                                                       ";", ";", "|", "::", " "};
  Style style;
  style.separator = pick(rng, kSeparators);
  if (style.separator == "::" || style.separator == " " || style.separator == "|") {
    style.quoting = Quoting::none;
  } else {
    style.quoting = pick(rng, std::vector<Quoting>{Quoting::where_needed, Quoting::where_needed,
                                                   Quoting::text, Quoting::all});
    style.padded = style.separator != "\t" && chance(rng, 0.05);
    if (style.padded) style.quoting = Quoting::where_needed;
  }
  style.byte_order_mark = chance(rng, 0.1);
  style.carriage_returns = chance(rng, 0.2);
  style.last_line_end = chance(rng, 0.8);
  style.blank_last_line = style.last_line_end && chance(rng, 0.1);
  return style;
}

bool chance(Rng& rng, double share) { return rng.uniform() < share; }

std::int64_t between(Rng& rng, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(high - low + 1)));
}

}  // namespace kindred::generated
