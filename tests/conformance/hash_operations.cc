// Fingerprints and hash buckets.

#include <fmt/format.h>

#include <cstdio>

#include "kindred/base/error.h"
#include "kindred/features/fingerprint.h"
#include "tests/conformance/operations.h"

namespace kindred::conformance {
namespace {

Json text_of(std::uint64_t number) { return std::to_string(number); }

// The bytes to hash: the text itself, or what "byte[i]=(i*131+7)&0xff" describes.
std::string bytes_of(const Question& question) {
  const Json* encoding = find_argument(question.arguments, "input_encoding");
  if (encoding == nullptr) return question.input.as_string();
  unsigned factor = 0;
  unsigned offset = 0;
  const bool known = encoding->as_string() == "pattern" &&
                     std::sscanf(question.arguments.at("pattern").as_string().c_str(),
                                 "byte[i]=(i*%u+%u)&0xff", &factor, &offset) == 2;
  if (!known) throw Skip(fmt::format("bytes described as {}", question.arguments.dump()));
  std::string bytes;
  for (std::uint64_t i = 0; i < question.arguments.at("length").as_uint(); ++i) {
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

template <typename Hash>
Json buckets_of(const Json& values, const Json* count, Hash hash) {
  const auto buckets = static_cast<std::uint64_t>(bucket_count(count));
  Json out{Json::Array{}};
  for (const Json& value : values.as_array()) out.push(hash(value) % buckets);
  return out;
}

Json collisions(const Question& question) {
  Json out;
  for (const Json& count : question.input.at(kBuckets).as_array()) {
    out.set(count.dump(), buckets_of(question.input.at("values"), &count, hash_of));
  }
  return out;
}

}  // namespace

void add_hash_operations(Operations& operations) {
  operations["fingerprint64"] = [](const Question& question) {
    return text_of(features::fingerprint64(bytes_of(question)));
  };
  operations["fingerprint64_as_int64"] = [](const Question& question) {
    const std::uint64_t hash = features::fingerprint64(bytes_of(question));
    return Json(std::to_string(static_cast<std::int64_t>(hash)));
  };
  operations["fingerprint_cat64"] = [](const Question& question) {
    const Json::Array& both = question.input.as_array();
    return text_of(features::fingerprint_cat(as_unsigned(both.at(0)), as_unsigned(both.at(1))));
  };
  operations["siphash_2_4"] = [](const Question& question) {
    return text_of(
        features::sip_hash(sip_key(question.arguments.at("key")), question.input.as_string()));
  };
  operations["to_hash_bucket_fast"] = [](const Question& question) {
    return buckets_of(question.input, find_argument(question.arguments, kBuckets), hash_of);
  };
  operations["to_hash_bucket_strong"] = [](const Question& question) {
    return buckets_of(
        question.input, find_argument(question.arguments, kBuckets), [&](const Json& text) {
          return features::sip_hash(sip_key(question.arguments.at("key")), text.as_string());
        });
  };
  operations["hash_collisions"] = collisions;
}

}  // namespace kindred::conformance
