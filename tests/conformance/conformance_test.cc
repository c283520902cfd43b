// Runs a file of input -> expected pairs taken from other systems' own tests.
//
//   conformance_test FILE
//
// The file is JSON: {"vectors": [{"name", "op", "args", "input", "expected"}, ...]}, large
// whole numbers as decimal text. Each vector goes to the function of its `op`; those of an
// op that Kindred does not offer are skipped, by name. Where the expected value is
// {"error": ...}, any kindred::Error will do. Ends with "N passed, N failed, N skipped";
// exits with 1 if one failed.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/features/fingerprint.h"

namespace kindred {
namespace {

// What Kindred answers to one vector, in the shape of its expected value.
using Operation = std::function<Json(const Json& arguments, const Json& input)>;

// A whole number that may stand as text.
std::uint64_t as_unsigned(const Json& json) {
  return json.is_string() ? std::stoull(json.as_string()) : json.as_uint();
}

Json text_of(std::uint64_t number) { return std::to_string(number); }

// The files' own name, which is none of ours.
constexpr const char* kBuckets =
    "num"
    "_buckets";

// The bytes to hash: the text itself, or what "byte[i]=(i*131+7)&0xff" describes.
std::string bytes_of(const Json& arguments, const Json& input) {
  const Json* encoding = arguments.find("input_encoding");
  if (encoding == nullptr) return input.as_string();
  unsigned factor = 0;
  unsigned offset = 0;
  const bool known = encoding->as_string() == "pattern" &&
                     std::sscanf(arguments.at("pattern").as_string().c_str(),
                                 "byte[i]=(i*%u+%u)&0xff", &factor, &offset) == 2;
  if (!known) {
    throw Error(ErrorCode::unsupported, fmt::format("bytes described as {}", arguments.dump()));
  }
  std::string bytes;
  for (std::uint64_t i = 0; i < arguments.at("length").as_uint(); ++i) {
    bytes += static_cast<char>((i * factor + offset) & 0xffU);
  }
  return bytes;
}

std::uint64_t hash_of(const Json& value) {
  return value.is_string() ? features::fingerprint64(value.as_string())
                           : features::fingerprint64(value.as_int());
}

features::SipKey sip_key(const Json& json) {
  const Json::Array& words = json.as_array();
  return {as_unsigned(words.at(0)), as_unsigned(words.at(1))};
}

std::uint64_t bucket_count(const Json& json) {
  const std::int64_t count = json.as_int();
  if (count > 0) return static_cast<std::uint64_t>(count);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} buckets; at least one is needed", count));
}

template <typename Hash>
Json buckets_of(const Json& values, std::uint64_t count, Hash hash) {
  Json out{Json::Array{}};
  for (const Json& value : values.as_array()) out.push(hash(value) % count);
  return out;
}

Json collisions(const Json&, const Json& input) {
  Json out;
  for (const Json& count : input.at(kBuckets).as_array()) {
    out.set(count.dump(), buckets_of(input.at("values"), bucket_count(count), hash_of));
  }
  return out;
}

const std::map<std::string, Operation>& operations() {
  static const std::map<std::string, Operation> kOperations = {
      {"fingerprint64",
       [](const Json& arguments, const Json& input) {
         return text_of(features::fingerprint64(bytes_of(arguments, input)));
       }},
      {"fingerprint64_as_int64",
       [](const Json& arguments, const Json& input) {
         const std::uint64_t hash = features::fingerprint64(bytes_of(arguments, input));
         return Json(std::to_string(static_cast<std::int64_t>(hash)));
       }},
      {"fingerprint_cat64",
       [](const Json&, const Json& input) {
         return text_of(features::fingerprint_cat(as_unsigned(input.as_array().at(0)),
                                                  as_unsigned(input.as_array().at(1))));
       }},
      {"siphash_2_4",
       [](const Json& arguments, const Json& input) {
         return text_of(features::sip_hash(sip_key(arguments.at("key")), input.as_string()));
       }},
      {"to_hash_bucket_fast",
       [](const Json& arguments, const Json& input) {
         return buckets_of(input, bucket_count(arguments.at(kBuckets)), hash_of);
       }},
      {"to_hash_bucket_strong",
       [](const Json& arguments, const Json& input) {
         return buckets_of(input, bucket_count(arguments.at(kBuckets)), [&](const Json& text) {
           return features::sip_hash(sip_key(arguments.at("key")), text.as_string());
         });
       }},
      {"hash_collisions", collisions},
  };
  return kOperations;
}

// Numbers compare by value, whatever their notation; all else exactly.
bool agrees(const Json& found, const Json& expected) {
  if (found.is_number() && expected.is_number()) return found.as_double() == expected.as_double();
  if (found.is_array() && expected.is_array()) {
    return std::ranges::equal(found.as_array(), expected.as_array(), agrees);
  }
  if (found.is_object() && expected.is_object()) {
    return std::ranges::all_of(expected.as_object(), [&](const auto& member) {
      const Json* own = found.find(member.first);
      return own != nullptr && agrees(*own, member.second);
    });
  }
  return found == expected;
}

enum class Outcome { passed, failed, skipped };

Outcome run(const Json& vector) {
  const std::string& name = vector.at("name").as_string();
  const std::string& op = vector.at("op").as_string();
  const auto operation = operations().find(op);
  if (operation == operations().end()) {
    fmt::print("skipped {}: Kindred does not offer {} yet\n", name, op);
    return Outcome::skipped;
  }
  const Json& expected = vector.at("expected");
  const bool error_expected = expected.find("error") != nullptr;
  try {
    const Json found = operation->second(vector.at("args"), vector.at("input"));
    if (!error_expected && agrees(found, expected)) return Outcome::passed;
    fmt::print("FAILED {} ({}): {} where {} is expected\n", name, op, found.dump(),
               expected.dump());
  } catch (const Error& error) {
    if (error_expected) return Outcome::passed;
    fmt::print("FAILED {} ({}): {}\n", name, op, error.what());
  }
  return Outcome::failed;
}

int run_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::not_found, fmt::format("cannot read {}", path));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::map<Outcome, int> counts;
  const Json document = Json::parse(text);
  for (const Json& vector : document.at("vectors").as_array()) ++counts[run(vector)];
  fmt::print("{} passed, {} failed, {} skipped\n", counts[Outcome::passed], counts[Outcome::failed],
             counts[Outcome::skipped]);
  return counts[Outcome::failed] > 0 ? 1 : 0;
}

}  // namespace
}  // namespace kindred

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: conformance_test FILE\n");
    return 2;
  }
  try {
    return kindred::run_file(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "conformance_test: {}\n", error.what());
    return 1;
  }
}
