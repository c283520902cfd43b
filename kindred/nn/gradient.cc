#include "kindred/nn/gradient.h"

#include <algorithm>

#include "kindred/base/check.h"

namespace kindred::nn {

template <typename Real>
Gradient<Real>::Gradient(std::size_t rows, std::size_t cols, GradientKind kind)
    : kind_(kind), cols_(cols) {
  KINDRED_CHECK(rows <= 0xFFFFFFFEU);
  if (kind == GradientKind::dense) {
    values_.resize(rows * cols);
  } else {
    slot_of_.resize(rows);
  }
}

template <typename Real>
void Gradient<Real>::clear() noexcept {
  for (const std::int64_t id : ids_) slot_of_[static_cast<std::size_t>(id)] = 0;
  ids_.clear();
  is_zero_ = true;
}

template <typename Real>
std::span<Real> Gradient<Real>::row(std::size_t id) {
  if (kind_ == GradientKind::dense) {
    if (is_zero_) std::ranges::fill(values_, Real{0});
    is_zero_ = false;
    return std::span(values_).subspan(id * cols_, cols_);
  }
  KINDRED_DCHECK(id < slot_of_.size());
  is_zero_ = false;
  std::uint32_t& slot = slot_of_[id];
  if (slot == 0) {
    ids_.push_back(static_cast<std::int64_t>(id));
    slot = static_cast<std::uint32_t>(ids_.size());
    if (values_.size() < ids_.size() * cols_) {
      values_.resize(std::max(ids_.size() * cols_, values_.size() + values_.size() / 2));
    }
    std::fill_n(&values_[(slot - 1) * cols_], cols_, Real{0});
  }
  return std::span(values_).subspan((slot - 1) * cols_, cols_);
}

template <typename Real>
void Gradient<Real>::touch(std::span<const std::int64_t> ids) {
  constexpr std::size_t kAhead = 16;  // A miss takes as long as a dozen of these.
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) {
      __builtin_prefetch(&slot_of_[static_cast<std::size_t>(ids[i + kAhead])], 1);
    }
    row(static_cast<std::size_t>(ids[i]));
  }
}

template class Gradient<float>;
template class Gradient<double>;

}  // namespace kindred::nn
