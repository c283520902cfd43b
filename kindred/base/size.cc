#include "kindred/base/size.h"

#include <fmt/format.h>

#include <string>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred {
namespace {

// What is in a file may be a text of a megabyte.
constexpr std::size_t kShownMax = 40;

[[noreturn]] void refuse_size(const Json& found, std::string_view name, const std::string& range) {
  throw Error(ErrorCode::corrupt, fmt::format("{} is {}, not a whole number {}", name,
                                              printable(found.dump(), kShownMax), range));
}

}  // namespace

std::uint64_t read_size(const Json& json, std::string_view name, std::uint64_t largest) {
  if (json.is_integer() && json.as_double() >= 0.0) {
    const std::uint64_t value = json.as_uint();
    if (value <= largest) return value;
  }
  refuse_size(json, name, fmt::format("from 0 to {}", largest));
}

std::uint64_t read_size(const Json& object, const char* key, std::string_view name,
                        std::uint64_t largest) {
  const Json* found = object.find(key);
  if (found == nullptr) {
    throw Error(ErrorCode::corrupt, fmt::format("{} is missing", name));
  }
  return read_size(*found, name, largest);
}

std::int64_t read_integer(const Json& json, std::string_view name, std::int64_t least,
                          std::int64_t largest) {
  // Of what is no int64 the rest is above all ranges.
  if (json.is_integer() && json.as_double() < 0x1p63) {
    const std::int64_t value = json.as_int();
    if (value >= least && value <= largest) return value;
  }
  refuse_size(json, name, fmt::format("from {} to {}", least, largest));
}

std::uint64_t read_word(const Json& json, std::string_view name) {
  if (json.is_integer() && json.as_double() >= 0.0) return json.as_uint();
  refuse_size(json, name, "of 64 bits from 0 on");
}

std::uint64_t check_size(std::uint64_t value, std::string_view name, std::uint64_t least,
                         std::uint64_t largest) {
  if (value >= least && value <= largest) return value;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} is {}; it must be from {} to {}", name, value, least, largest));
}

std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, std::string_view what,
                              std::uint64_t largest) {
  std::uint64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product) && product <= largest) return product;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: {} x {} is more than {}", what, a, b, largest));
}

std::uint64_t checked_sum(std::uint64_t a, std::uint64_t b, std::string_view what,
                          std::uint64_t largest) {
  std::uint64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum) && sum <= largest) return sum;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: {} + {} is more than {}", what, a, b, largest));
}

}  // namespace kindred
