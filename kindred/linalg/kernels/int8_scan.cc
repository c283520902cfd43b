#include "kindred/linalg/kernels/int8_scan.h"

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/int8_scan.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/int8_scan-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(int8_query_max);
HWY_EXPORT(find_int8_hits);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

int int8_query_max() noexcept { return HWY_DYNAMIC_DISPATCH(int8_query_max)(); }

std::size_t find_int8_hits_plain(const Int8Panels& items, const Int8Queries& queries,
                                 std::span<Int8Hit> hits) noexcept {
  std::size_t count = 0;
  const std::size_t components = items.components();
  for (std::uint32_t query = 0; query < queries.starts.size(); ++query) {
    for (std::uint32_t item = 0; item < items.panel_count * kPanelItems; ++item) {
      std::int32_t sum = queries.starts[query];
      for (std::size_t i = 0; i < components; ++i) {
        sum +=
            items.data[panel_offset(items.groups, item, i)] * queries.codes[query * components + i];
      }
      if (sum >= 0) hits[count++] = {query, item};
    }
  }
  return count;
}

std::size_t find_int8_hits(const Int8Panels& items, const Int8Queries& queries,
                           std::span<Int8Hit> hits) noexcept {
  KINDRED_DCHECK(queries.codes.size() == queries.starts.size() * items.components());
  KINDRED_DCHECK(items.components() <= kInt8ComponentsMax);
  KINDRED_DCHECK(hits.size() >= queries.starts.size() * items.panel_count * kPanelItems);
  return HWY_DYNAMIC_DISPATCH(find_int8_hits)(items, queries, hits);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
