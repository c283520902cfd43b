#include "kindred/features/fingerprint.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>

namespace kindred::features {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as little-endian");

// Three large primes, part of the published function.
constexpr std::uint64_t kPrime0 = 0xc3a5c85c97cb3127U;
constexpr std::uint64_t kPrime1 = 0xb492b66fbe98f273U;
constexpr std::uint64_t kPrime2 = 0x9ae16a3b2f90404fU;

template <typename Word>
Word load(const char* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}
std::uint64_t word_at(const char* at) noexcept { return load<std::uint64_t>(at); }

std::uint64_t fold(std::uint64_t value) noexcept { return value ^ (value >> 47U); }

std::uint64_t join(std::uint64_t u, std::uint64_t v, std::uint64_t multiplier) noexcept {
  const std::uint64_t a = fold((u ^ v) * multiplier);
  return fold((v ^ a) * multiplier) * multiplier;
}

std::uint64_t hash_up_to_16(const char* s, std::size_t n) noexcept {
  const std::uint64_t multiplier = kPrime2 + 2 * n;
  if (n >= 8) {
    const std::uint64_t a = word_at(s) + kPrime2;
    const std::uint64_t b = word_at(s + n - 8);
    return join(std::rotr(b, 37) * multiplier + a, (std::rotr(a, 25) + b) * multiplier, multiplier);
  }
  if (n >= 4) {
    const std::uint64_t first = load<std::uint32_t>(s);
    return join(n + (first << 3U), load<std::uint32_t>(s + n - 4), multiplier);
  }
  if (n == 0) return kPrime2;
  const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(s[i])}; };
  const std::uint64_t y = byte(0) + (byte(n / 2) << 8U);
  const std::uint64_t z = n + (byte(n - 1) << 2U);
  return fold((y * kPrime2) ^ (z * kPrime0)) * kPrime2;
}

// The two sums that lengths of 17 to 64 begin with.
struct Ends {
  std::uint64_t a, y, z;
};

Ends mix_ends(const char* s, std::size_t n, std::uint64_t multiplier,
              std::uint64_t first_prime) noexcept {
  const std::uint64_t a = word_at(s) * first_prime;
  const std::uint64_t b = word_at(s + 8);
  const std::uint64_t c = word_at(s + n - 8) * multiplier;
  const std::uint64_t d = word_at(s + n - 16) * kPrime2;
  return {a, std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + kPrime2, 18) + c};
}

std::uint64_t hash_17_to_32(const char* s, std::size_t n) noexcept {
  const std::uint64_t multiplier = kPrime2 + 2 * n;
  const Ends ends = mix_ends(s, n, multiplier, kPrime1);
  return join(ends.y, ends.z, multiplier);
}

std::uint64_t hash_33_to_64(const char* s, std::size_t n) noexcept {
  const std::uint64_t multiplier = kPrime2 + 2 * n;
  const Ends ends = mix_ends(s, n, multiplier, kPrime2);
  const std::uint64_t z = join(ends.y, ends.z, multiplier);
  const std::uint64_t e = word_at(s + 16) * multiplier;
  const std::uint64_t f = word_at(s + 24);
  const std::uint64_t g = (ends.y + word_at(s + n - 32)) * multiplier;
  const std::uint64_t h = (z + word_at(s + n - 24)) * multiplier;
  return join(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + ends.a, 18) + g,
              multiplier);
}

// Half of the state of a long hash.
struct Pair {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

// 32 bytes into two words.
Pair absorb(const char* s, std::uint64_t a, std::uint64_t b) noexcept {
  const std::uint64_t last = word_at(s + 24);
  a += word_at(s);
  b = std::rotr(b + a + last, 21);
  const std::uint64_t start = a;
  a += word_at(s + 8) + word_at(s + 16);
  b += std::rotr(a, 44);
  return {a + last, b + start};
}

struct LongState {
  std::uint64_t x, y, z;
  Pair v, w;

  // One block of 64 bytes. The last block has another multiplier and weighs two words by 9.
  void block(const char* s, std::uint64_t multiplier, std::uint64_t weight) noexcept {
    x = std::rotr(x + y + v.first + word_at(s + 8), 37) * multiplier;
    y = std::rotr(y + v.second + word_at(s + 48), 42) * multiplier;
    x ^= w.second * weight;
    y += v.first * weight + word_at(s + 40);
    z = std::rotr(z + w.first, 33) * multiplier;
    v = absorb(s, v.second * multiplier, x + w.first);
    w = absorb(s + 32, z + w.second, y + word_at(s + 16));
    std::swap(z, x);
  }
};

std::uint64_t hash_long(const char* s, std::size_t n) noexcept {
  constexpr std::uint64_t kSeed = 81;
  constexpr std::uint64_t kStartY = kSeed * kPrime1 + 113;
  LongState state{.x = kSeed * kPrime2 + word_at(s),
                  .y = kStartY,
                  .z = fold(kStartY * kPrime2 + 113) * kPrime2,
                  .v = {},
                  .w = {}};
  // All whole blocks but the last, which is taken from the end and may overlap.
  const std::size_t block_count = (n - 1) / 64;
  for (std::size_t i = 0; i < block_count; ++i) state.block(s + 64 * i, kPrime1, 1);
  const std::uint64_t multiplier = kPrime1 + ((state.z & 0xffU) << 1U);
  state.w.first += (n - 1) & 63U;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.block(s + n - 64, multiplier, 9);
  return join(join(state.v.first, state.w.first, multiplier) + fold(state.y) * kPrime0 + state.z,
              join(state.v.second, state.w.second, multiplier) + state.x, multiplier);
}

// The four words of SipHash.
struct SipState {
  std::uint64_t a, b, c, d;

  void rounds(int count) noexcept {
    for (int i = 0; i < count; ++i) {
      a += b;
      b = std::rotl(b, 13) ^ a;
      a = std::rotl(a, 32);
      c += d;
      d = std::rotl(d, 16) ^ c;
      a += d;
      d = std::rotl(d, 21) ^ a;
      c += b;
      b = std::rotl(b, 17) ^ c;
      c = std::rotl(c, 32);
    }
  }
  void take(std::uint64_t word) noexcept {
    d ^= word;
    rounds(2);
    a ^= word;
  }
};

}  // namespace

std::uint64_t fingerprint64(std::string_view bytes) noexcept {
  const std::size_t n = bytes.size();
  if (n <= 16) return hash_up_to_16(bytes.data(), n);
  if (n <= 32) return hash_17_to_32(bytes.data(), n);
  if (n <= 64) return hash_33_to_64(bytes.data(), n);
  return hash_long(bytes.data(), n);
}

std::uint64_t fingerprint64(std::int64_t number) noexcept {
  std::array<char, 20> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return fingerprint64({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

std::uint64_t fingerprint_cat(std::uint64_t first, std::uint64_t second) noexcept {
  constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995U;
  std::uint64_t result = first ^ kMultiplier;
  result ^= fold(second * kMultiplier) * kMultiplier;
  result *= kMultiplier;
  result = fold(result) * kMultiplier;
  return fold(result);
}

std::uint64_t sip_hash(SipKey key, std::string_view bytes) noexcept {
  // "somepseudorandomlygeneratedbytes", as the paper has it.
  SipState state{key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU,
                 key.first ^ 0x6c7967656e657261U, key.second ^ 0x7465646279746573U};
  const std::size_t whole = bytes.size() / 8;
  for (std::size_t i = 0; i < whole; ++i) state.take(word_at(bytes.data() + 8 * i));
  std::uint64_t last = std::uint64_t{bytes.size()} << 56U;
  for (std::size_t i = 8 * whole; i < bytes.size(); ++i) {
    last |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (i % 8));
  }
  state.take(last);
  state.c ^= 0xffU;
  state.rounds(4);
  return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace kindred::features
