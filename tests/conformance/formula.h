// Formulas as the vectors write them: "(x-2)/sqrt(1)", "x + y", "x % 2 == 0".
//
// Numbers, variables, + - * / // % ** and comparisons, parentheses, and sqrt, log, log1p,
// abs. Comparisons and "true" are 1, their opposites 0.

#pragma once

#include <map>
#include <string>

namespace kindred::conformance {

class Formula {
 public:
  using Variables = std::map<std::string, double, std::less<>>;

  explicit Formula(std::string text) : text_(std::move(text)) {}

  // Throws Skip when the text is not a formula of these variables.
  double value(const Variables& variables) const;

 private:
  std::string text_;
};

}  // namespace kindred::conformance
