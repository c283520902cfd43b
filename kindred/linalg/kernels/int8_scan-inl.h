// The body of int8_scan.h for one target; included once per target by int8_scan.cc.
//
// A tile of items x queries lives in registers; for each group of 4 components it loads the
// items' bytes, broadcasts the 4 codes of a query, and adds 4 products to each 32-bit sum.
// AVX-512 VNNI does that in one instruction, x86 without it in three, by way of 16-bit pairs,
// which cannot saturate because query codes stay within 63 there.

#if defined(KINDRED_LINALG_KERNELS_INT8_SCAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_INT8_SCAN_INL_H_
#undef KINDRED_LINALG_KERNELS_INT8_SCAN_INL_H_
#else
#define KINDRED_LINALG_KERNELS_INT8_SCAN_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "kindred/linalg/kernels/int8_scan.h"
#include "kindred/linalg/kernels/target.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

int int8_query_max() {
#if HWY_TARGET == HWY_AVX3
  return simd_has_byte_products() ? 127 : 63;
#elif HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4
  return 63;
#else
  return 127;
#endif
}

#if HWY_TARGET == HWY_SCALAR

std::size_t find_int8_hits(const Int8Panels& items, const Int8Queries& queries,
                           std::span<Int8Hit> hits) {
  return find_int8_hits_plain(items, queries, hits);
}

#else

using ByteTag = hn::CappedTag<std::uint8_t, 64>;
using Sum32Tag = hn::Repartition<std::int32_t, ByteTag>;
using Bytes = hn::Vec<ByteTag>;
using Sums32 = hn::Vec<Sum32Tag>;

constexpr std::size_t kLanes32 = hn::MaxLanes(Sum32Tag());

// The tile: with AVX-512, 4 x 6 sums, 4 vectors of items and a query fill 29 of 32 registers;
// with 16 registers, 2 x 4 sums leave room for what the longer way needs.
constexpr std::size_t kTileVectors = kLanes32 == 16 ? 4 : 2;
constexpr std::size_t kTileQueryMax = kLanes32 == 16 ? 6 : 4;
constexpr std::size_t kTileItems = kTileVectors * kLanes32;
static_assert(kPanelItems % kTileItems == 0);

// sum + the four products of each lane: bytes of items, without sign, by codes of the query.
struct PairProducts {
  HWY_INLINE Sums32 operator()(Sums32 sum, Bytes items, Bytes query) const {
#if HWY_TARGET == HWY_AVX3
    const __m512i pairs = _mm512_maddubs_epi16(items.raw, query.raw);
    return Sums32{_mm512_add_epi32(sum.raw, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)))};
#elif HWY_TARGET == HWY_AVX2
    const __m256i pairs = _mm256_maddubs_epi16(items.raw, query.raw);
    return Sums32{_mm256_add_epi32(sum.raw, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))};
#elif HWY_TARGET == HWY_SSE4
    const __m128i pairs = _mm_maddubs_epi16(items.raw, query.raw);
    return Sums32{_mm_add_epi32(sum.raw, _mm_madd_epi16(pairs, _mm_set1_epi16(1)))};
#else
    const hn::Repartition<std::int16_t, ByteTag> d16;
    const hn::Repartition<std::uint16_t, ByteTag> du16;
    const Sum32Tag d32;
    const auto codes = hn::BitCast(d16, query);
    // One product fits 16 bits, 255 x 127 = 32,385; two do not.
    const auto even = hn::Mul(hn::And(hn::BitCast(d16, items), hn::Set(d16, 0xFF)),
                              hn::ShiftRight<8>(hn::ShiftLeft<8>(codes)));
    const auto odd = hn::Mul(hn::BitCast(d16, hn::ShiftRight<8>(hn::BitCast(du16, items))),
                             hn::ShiftRight<8>(codes));
    for (const auto products : {hn::BitCast(d32, even), hn::BitCast(d32, odd)}) {
      sum = hn::Add(sum, hn::ShiftRight<16>(products));
      sum = hn::Add(sum, hn::ShiftRight<16>(hn::ShiftLeft<16>(products)));
    }
    return sum;
#endif
  }
};

#if HWY_TARGET == HWY_AVX3
// The same in one instruction. Its intrinsic does not inline into functions that are compiled
// for Highway's target, which lacks VNNI.
struct QuadProducts {
  HWY_INLINE Sums32 operator()(Sums32 sum, Bytes items, Bytes query) const {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(items.raw), "v"(query.raw));
    return sum;
  }
};
#endif

// Bit i is set where lane i of `sum` is not negative.
HWY_INLINE std::uint32_t hit_bits(Sums32 sum) {
  const Sum32Tag d32;
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(d32, hn::Not(hn::Lt(sum, hn::Zero(d32))), bytes);
  std::uint32_t bits = 0;
  std::memcpy(&bits, bytes, sizeof(bits));
  return bits;
}

// Appends the hits of one query of a tile whose first item is `item`.
HWY_NOINLINE std::size_t report(const Sums32 (&sums)[kTileVectors], std::size_t query,
                                std::size_t item, std::span<Int8Hit> hits, std::size_t count) {
  for (std::size_t v = 0; v < kTileVectors; ++v) {
    for (std::uint32_t bits = hit_bits(sums[v]); bits != 0; bits &= bits - 1) {
      const std::size_t lane = v * kLanes32 + static_cast<std::size_t>(std::countr_zero(bits));
      hits[count++] = {static_cast<std::uint32_t>(query), static_cast<std::uint32_t>(item + lane)};
    }
  }
  return count;
}

// kQueries queries from `first` against all panels; returns the new count of hits.
template <class Products, std::size_t kQueries>
HWY_INLINE std::size_t scan(const Int8Panels& items, const Int8Queries& queries, std::size_t first,
                            std::span<Int8Hit> hits, std::size_t count) {
  const ByteTag d8;
  const Sum32Tag d32;
  const std::size_t stride = items.components();
  const std::int8_t* const codes = queries.codes.data() + first * stride;
  for (std::size_t tile = 0; tile < items.panel_count * kPanelItems; tile += kTileItems) {
    const std::uint8_t* bytes = items.data + panel_offset(items.groups, tile, 0);
    Sums32 sums[kQueries][kTileVectors];
    for (std::size_t q = 0; q < kQueries; ++q) {
      for (Sums32& sum : sums[q]) sum = hn::Set(d32, queries.starts[first + q]);
    }
    for (std::size_t group = 0; group < items.groups; ++group) {
      Bytes vectors[kTileVectors];
      for (std::size_t v = 0; v < kTileVectors; ++v) {
        vectors[v] = hn::LoadU(d8, bytes + v * kLanes32 * kGroupComponents);
      }
      for (std::size_t q = 0; q < kQueries; ++q) {
        std::int32_t four = 0;
        std::memcpy(&four, codes + q * stride + group * kGroupComponents, sizeof(four));
        const Bytes query = hn::BitCast(d8, hn::Set(d32, four));
        for (std::size_t v = 0; v < kTileVectors; ++v) {
          sums[q][v] = Products()(sums[q][v], vectors[v], query);
        }
      }
      bytes += kPanelItems * kGroupComponents;
    }
    for (std::size_t q = 0; q < kQueries; ++q) {
      // The sign of all sums' common bits is set only where every sum is negative.
      Sums32 common = sums[q][0];
      for (std::size_t v = 1; v < kTileVectors; ++v) common = hn::And(common, sums[q][v]);
      if (HWY_LIKELY(hn::AllTrue(d32, hn::Lt(common, hn::Zero(d32))))) continue;
      // A copy: sums whose address is taken would be kept in memory all the time.
      Sums32 found[kTileVectors];
      for (std::size_t v = 0; v < kTileVectors; ++v) found[v] = sums[q][v];
      count = report(found, first + q, tile, hits, count);
    }
  }
  return count;
}

template <class Products>
HWY_INLINE std::size_t scan_all(const Int8Panels& items, const Int8Queries& queries,
                                std::span<Int8Hit> hits) {
  const std::size_t query_count = queries.starts.size();
  constexpr std::size_t kMax = kTileQueryMax;
  std::size_t count = 0;
  std::size_t first = 0;
  for (; first + kMax <= query_count; first += kMax) {
    count = scan<Products, kMax>(items, queries, first, hits, count);
  }
  switch (query_count - first) {
    case 1:
      return scan<Products, 1>(items, queries, first, hits, count);
    case 2:
      return scan<Products, 2>(items, queries, first, hits, count);
    case 3:
      return scan<Products, 3>(items, queries, first, hits, count);
    case 4:
      return scan<Products, std::min<std::size_t>(4, kMax)>(items, queries, first, hits, count);
    case 5:
      return scan<Products, std::min<std::size_t>(5, kMax)>(items, queries, first, hits, count);
    default:
      return count;
  }
}

std::size_t find_int8_hits(const Int8Panels& items, const Int8Queries& queries,
                           std::span<Int8Hit> hits) {
#if HWY_TARGET == HWY_AVX3
  if (simd_has_byte_products()) return scan_all<QuadProducts>(items, queries, hits);
#endif
  return scan_all<PairProducts>(items, queries, hits);
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_INT8_SCAN_INL_H_
