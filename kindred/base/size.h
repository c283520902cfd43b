// Sizes that come from outside: counts, lengths and indices of files, recipes and flags.
//
//    const std::uint64_t rows = read_size(json.at("rows"), "rows");
//    const std::uint64_t cells = checked_product(rows, cols, "the table 'city'");
//
// A number that somebody wrote is hostile until it is bounded: multiplied by four it wraps to
// nothing, plus one it is 0, and a vector of it is all the memory there is. So there is one way
// in. read_size() takes a member of a file with its name and the largest value that makes
// sense, check_size() does the same for a number that is there already (a flag), and what is
// computed from sizes goes through checked_product() and checked_sum(). Numbers that count
// nothing, seeds and hashes, are read by read_word(). tools/check_layers.py keeps it so: nobody
// else may call Json::as_uint().
//
// Cost: a comparison. Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string_view>

#include "kindred/base/json.h"

namespace kindred {

// Rows or columns of anything: ids are 32 bits wide.
inline constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 31U;
// Numbers of one matrix: 16 GiB of floats.
inline constexpr std::uint64_t kCellsMax = std::uint64_t{1} << 32U;

// A whole number from 0 to `largest`. Throws Error(corrupt) that gives the name, what was
// found and the range.
std::uint64_t read_size(const Json& json, std::string_view name, std::uint64_t largest = kSizeMax);
// The same for a member of an object. Throws Error(corrupt) where it is missing, too.
std::uint64_t read_size(const Json& object, const char* key, std::string_view name,
                        std::uint64_t largest = kSizeMax);

// A whole number from `least` to `largest`, of which some may be below 0.
std::int64_t read_integer(const Json& json, std::string_view name, std::int64_t least,
                          std::int64_t largest);

// Any 64 bits: a seed, a hash; nothing that is counted, allocated or compared with a size.
std::uint64_t read_word(const Json& json, std::string_view name);

// `value` itself. Throws Error(invalid_argument) that gives the name, the value and the range
// unless it is in [least, largest].
std::uint64_t check_size(std::uint64_t value, std::string_view name, std::uint64_t least = 0,
                         std::uint64_t largest = kSizeMax);

// a b and a + b. Throws Error(invalid_argument), "WHAT: A x B is more than LARGEST", where they
// are larger than that, whether or not they fit into 64 bits.
std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, std::string_view what,
                              std::uint64_t largest = kCellsMax);
std::uint64_t checked_sum(std::uint64_t a, std::uint64_t b, std::string_view what,
                          std::uint64_t largest = kCellsMax);

}  // namespace kindred
