#include "tests/conformance/formula.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "tests/conformance/operations.h"

namespace kindred::conformance {
namespace {

// Recursive descent, one function for each level of precedence.
class Evaluator {
 public:
  Evaluator(const std::string& text, const Formula::Variables& variables)
      : text_(text), rest_(text), variables_(variables) {}

  double run() {
    const double value = comparison();
    skip_spaces();
    if (!rest_.empty()) fail();
    return value;
  }

 private:
  [[noreturn]] void fail() const { throw Skip(fmt::format("a function in words: '{}'", text_)); }
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  bool take(std::string_view symbol) {
    skip_spaces();
    if (!rest_.starts_with(symbol)) return false;
    rest_.remove_prefix(symbol.size());
    return true;
  }

  double comparison() {
    const double left = sum();
    if (take("==")) return left == sum() ? 1.0 : 0.0;
    if (take("!=")) return left != sum() ? 1.0 : 0.0;
    if (take("<=")) return left <= sum() ? 1.0 : 0.0;
    if (take(">=")) return left >= sum() ? 1.0 : 0.0;
    if (take("<")) return left < sum() ? 1.0 : 0.0;
    if (take(">")) return left > sum() ? 1.0 : 0.0;
    return left;
  }
  double sum() {
    double value = term();
    while (true) {
      if (take("+")) {
        value += term();
      } else if (take("-")) {
        value -= term();
      } else {
        return value;
      }
    }
  }
  double term() {
    double value = power();
    while (true) {
      if (take("//")) {
        value = std::floor(value / power());
      } else if (take("/")) {
        value /= power();
      } else if (!rest_.starts_with("**") && take("*")) {
        value *= power();
      } else if (take("%")) {
        const double divisor = power();
        value -= divisor * std::floor(value / divisor);
      } else {
        return value;
      }
    }
  }
  double power() {
    const double base = factor();
    return take("**") ? std::pow(base, power()) : base;
  }
  double factor() {
    if (take("-")) return -factor();
    if (take("(")) return closed(comparison());
    skip_spaces();
    if (rest_.empty()) fail();
    if (std::isalpha(static_cast<unsigned char>(rest_.front())) != 0) return word();
    char* end = nullptr;
    const std::string number(rest_);
    const double value = std::strtod(number.c_str(), &end);
    if (end == number.c_str()) fail();
    rest_.remove_prefix(static_cast<std::size_t>(end - number.c_str()));
    return value;
  }
  double closed(double value) {
    if (!take(")")) fail();
    return value;
  }
  double word() {
    std::size_t length = 0;
    while (length < rest_.size() &&
           (std::isalnum(static_cast<unsigned char>(rest_[length])) != 0 || rest_[length] == '_')) {
      ++length;
    }
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (const auto found = variables_.find(name); found != variables_.end()) return found->second;
    if (name == "true" || name == "True") return 1.0;
    if (name == "false" || name == "False") return 0.0;
    if (!take("(")) fail();
    const double argument = closed(comparison());
    if (name == "sqrt") return std::sqrt(argument);
    if (name == "log") return std::log(argument);
    if (name == "log1p") return std::log1p(argument);
    if (name == "abs") return std::abs(argument);
    fail();
  }

  const std::string& text_;
  std::string_view rest_;
  const Formula::Variables& variables_;
};

}  // namespace

double Formula::value(const Variables& variables) const {
  return Evaluator(text_, variables).run();
}

}  // namespace kindred::conformance
