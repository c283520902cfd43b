#include "kindred/linalg/kernels/rows.h"

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/rows.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/rows-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(add);
HWY_EXPORT(add_scaled);
HWY_EXPORT(add_rows);
HWY_EXPORT(gather_rows);
HWY_EXPORT(relu);
HWY_EXPORT(relu_gradient);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

void add(std::span<float> sum, std::span<const float> x) noexcept {
  KINDRED_DCHECK(sum.size() == x.size());
  HWY_DYNAMIC_DISPATCH(add)(sum, x);
}

void add_scaled(std::span<float> sum, float factor, std::span<const float> x) noexcept {
  KINDRED_DCHECK(sum.size() == x.size());
  HWY_DYNAMIC_DISPATCH(add_scaled)(sum, factor, x);
}

void add_rows(std::span<float> sum, MatrixView x) noexcept {
  KINDRED_DCHECK(sum.size() == x.cols);
  HWY_DYNAMIC_DISPATCH(add_rows)(sum, x);
}

void gather_rows(MatrixView x, std::span<const std::int64_t> ids, std::span<float> out) noexcept {
  KINDRED_DCHECK(out.size() == ids.size() * x.cols);
  HWY_DYNAMIC_DISPATCH(gather_rows)(x, ids, out);
}

void relu(std::span<const float> x, std::span<float> out) noexcept {
  KINDRED_DCHECK(x.size() == out.size());
  HWY_DYNAMIC_DISPATCH(relu)(x, out);
}

void relu_gradient(std::span<const float> y, std::span<const float> g,
                   std::span<float> out) noexcept {
  KINDRED_DCHECK(y.size() == g.size() && y.size() == out.size());
  HWY_DYNAMIC_DISPATCH(relu_gradient)(y, g, out);
}

void add_scaled_plain(std::span<float> sum, float factor, std::span<const float> x) noexcept {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * x[i];
}

void relu_plain(std::span<const float> x, std::span<float> out) noexcept {
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = x[i] < 0.0F ? 0.0F : x[i];
}

void relu_gradient_plain(std::span<const float> y, std::span<const float> g,
                         std::span<float> out) noexcept {
  for (std::size_t i = 0; i < y.size(); ++i) out[i] = y[i] > 0.0F ? g[i] : 0.0F;
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
