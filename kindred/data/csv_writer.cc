#include "kindred/data/csv_writer.h"

#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

bool needs_quotes(std::string_view text) {
  if (text.find_first_of(",\"\r\n") != std::string_view::npos) return true;
  if (text.empty()) return false;
  if (text.front() == ' ' || text.back() == ' ') return true;
  double value = 0.0;
  const bool may_be_formula =
      std::string_view("=+-@\t").find(text.front()) != std::string_view::npos;
  return may_be_formula && parse_number(text, value) != NumberFault::none;
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (!needs_quotes(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char byte : text) {
    if (byte == '"') quoted += '"';
    quoted += byte;
  }
  return quoted + "\"";
}

}  // namespace kindred::data
