// Hashes that agree with those of other systems, bit for bit.
//
// A model whose columns are hashed must find the same bucket for a word wherever the word
// is hashed: in a TensorFlow pipeline, in BigQuery's FARM_FINGERPRINT, here. So these are
// not our own hashes but frozen, published ones:
//
//   fingerprint64    FarmHash's Fingerprint64: hash buckets, out-of-vocabulary buckets
//   fingerprint_cat  joins two fingerprints, in order: the cells of crosses
//   sip_hash         SipHash-2-4, keyed: buckets that nobody can predict without the key
//
// Whole numbers are hashed as their decimal text ("-7"), except in crosses, which take the
// number itself.
//
// About 4 ns for a word of eight letters. None of them is a cryptographic hash; sip_hash
// resists flooding as long as its key is secret.
//
// Thread safety: pure functions.
//
// Sources: Pike and Alakuijala, FarmHash, 2014; Aumasson and Bernstein, "SipHash: a fast
// short-input PRF", INDOCRYPT 2012.

#pragma once

#include <cstdint>
#include <string_view>

namespace kindred::features {

std::uint64_t fingerprint64(std::string_view bytes) noexcept;

// Of the number's decimal text.
std::uint64_t fingerprint64(std::int64_t number) noexcept;

// Not symmetric: fingerprint_cat(a, b) and fingerprint_cat(b, a) differ.
std::uint64_t fingerprint_cat(std::uint64_t first, std::uint64_t second) noexcept;

struct SipKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  bool operator==(const SipKey&) const = default;
};
std::uint64_t sip_hash(SipKey key, std::string_view bytes) noexcept;

}  // namespace kindred::features
