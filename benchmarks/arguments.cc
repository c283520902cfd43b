#include "benchmarks/arguments.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::benchmarks {
namespace {

template <typename Number>
Number parse(const std::string& name, const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    throw Error(ErrorCode::invalid_argument,
                "--" + name + ": '" + text + "' is not a number of its kind");
  }
  return number;
}

}  // namespace

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Arguments::Arguments(int count, char** values, const std::string& usage, Declared declared)
    : usage_(usage), declared_(std::move(declared)) {
  for (int i = 1; i < count; ++i) {
    const std::string value = values[i];
    if (!value.starts_with("--")) {
      if (!word_.empty()) refuse("one word too many: " + value);
      word_ = value;
      continue;
    }
    const std::string name = value.substr(2);
    if (declared_.switches.contains(name)) {
      on_.insert(name);
    } else if (!declared_.flags.contains(name)) {
      refuse("unknown flag " + value);
    } else if (i + 1 == count) {
      refuse(value + " without its value");
    } else {
      declared_.flags[name] = values[++i];
    }
  }
}

void Arguments::refuse(const std::string& problem) const {
  throw Error(ErrorCode::invalid_argument, problem + "; usage: " + usage_);
}

const std::string& Arguments::required_word() const {
  if (word_.empty()) refuse("what to read is missing");
  return word_;
}

bool Arguments::is_on(const std::string& name) const {
  KINDRED_CHECK(declared_.switches.contains(name));
  return on_.contains(name);
}

const std::string& Arguments::text(const std::string& name) const {
  const auto found = declared_.flags.find(name);
  KINDRED_CHECK(found != declared_.flags.end());
  return found->second;
}

std::size_t Arguments::count(const std::string& name) const {
  return parse<std::size_t>(name, text(name));
}

int Arguments::integer(const std::string& name) const { return parse<int>(name, text(name)); }

double Arguments::real(const std::string& name) const { return parse<double>(name, text(name)); }

std::size_t Arguments::count(const std::string& name, std::size_t most) const {
  return text(name) == "all" ? most : std::min(most, count(name));
}

std::vector<int> Arguments::integers(const std::string& name) const {
  std::vector<int> numbers;
  for (const std::string& part : texts(name)) numbers.push_back(parse<int>(name, part));
  return numbers;
}

}  // namespace kindred::benchmarks
