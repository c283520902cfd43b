#include "kindred/nn/gradient.h"

#include <algorithm>

#include "kindred/base/check.h"
#include "kindred/base/huge_pages.h"

namespace kindred::nn {

template <typename Real>
Gradient<Real>::Gradient(std::size_t rows, std::size_t cols, GradientKind kind)
    : kind_(kind), cols_(cols) {
  KINDRED_CHECK(rows <= 0xFFFFFFFEU);
  if (kind == GradientKind::dense) {
    values_.resize(rows * cols);
  } else {
    slot_of_ = huge_vector<std::uint32_t>(rows);
  }
}

template <typename Real>
void Gradient<Real>::clear() noexcept {
  for (const std::int64_t id : ids_) slot_of_[static_cast<std::size_t>(id)] = 0;
  ids_.clear();
  is_zero_ = true;
}

template <typename Real>
std::span<Real> Gradient<Real>::dense_row(std::size_t id) {
  if (is_zero_) std::ranges::fill(values_, Real{0});
  is_zero_ = false;
  return std::span(values_).subspan(id * cols_, cols_);
}

template <typename Real>
void Gradient<Real>::add_row(std::size_t id) {
  KINDRED_DCHECK(id < slot_of_.size());
  ids_.push_back(static_cast<std::int64_t>(id));
  slot_of_[id] = static_cast<std::uint32_t>(ids_.size());
  zero_rows_from(ids_.size() - 1);
}

template <typename Real>
void Gradient<Real>::zero_rows_from(std::size_t first) {
  const std::size_t size = ids_.size() * cols_;
  if (values_.size() < size) values_.resize(std::max(size, values_.size() + values_.size() / 2));
  std::fill(values_.begin() + static_cast<std::ptrdiff_t>(first * cols_),
            values_.begin() + static_cast<std::ptrdiff_t>(size), Real{0});
}

template <typename Real>
void Gradient<Real>::touch(std::span<const std::int64_t> ids) {
  constexpr std::size_t kAhead = 16;  // A miss takes as long as a dozen of these.
  const std::size_t first = ids_.size();
  ids_.resize(first + ids.size());
  std::size_t count = first;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) {
      __builtin_prefetch(&slot_of_[static_cast<std::size_t>(ids[i + kAhead])], 1);
    }
    std::uint32_t& slot = slot_of_[static_cast<std::size_t>(ids[i])];
    if (slot != 0) continue;
    ids_[count++] = ids[i];
    slot = static_cast<std::uint32_t>(count);
  }
  ids_.resize(count);
  is_zero_ = is_zero_ && ids.empty();
  zero_rows_from(first);
}

template class Gradient<float>;
template class Gradient<double>;

}  // namespace kindred::nn
