#include "kindred/nn/gradient.h"

#include <algorithm>

#include "kindred/base/check.h"
#include "kindred/base/huge_pages.h"
#include "kindred/base/memory_budget.h"
#include "kindred/nn/row_kernels.h"

namespace kindred::nn {
namespace {

constexpr std::size_t kRowsAhead = 16;  // A miss takes as long as a dozen lookups.

}  // namespace

template <typename Real>
Gradient<Real>::Gradient(std::size_t rows, std::size_t cols, GradientKind kind)
    : kind_(kind), cols_(cols) {
  KINDRED_CHECK(rows <= 0xFFFFFFFEU);
  if (kind == GradientKind::dense) {
    process_memory().take(rows * cols * sizeof(Real), "a gradient of the network");
    values_.resize(rows * cols);
  } else {
    slot_of_ = huge_vector<std::uint32_t>(rows);
  }
}

template <typename Real>
void Gradient<Real>::clear() noexcept {
  for (const std::int64_t id : ids_) slot_of_[static_cast<std::size_t>(id)] = 0;
  ids_.clear();
  begun_ = 0;
  is_zero_ = true;
}

template <typename Real>
std::span<Real> Gradient<Real>::dense_row(std::size_t id) {
  if (is_zero_) std::ranges::fill(values_, Real{0});
  is_zero_ = false;
  return std::span(values_).subspan(id * cols_, cols_);
}

template <typename Real>
void Gradient<Real>::append(std::size_t id) {
  KINDRED_DCHECK(id < slot_of_.size());
  ids_.push_back(static_cast<std::int64_t>(id));
  slot_of_[id] = static_cast<std::uint32_t>(ids_.size());
  make_room();
}

template <typename Real>
void Gradient<Real>::make_room() {
  const std::size_t size = ids_.size() * cols_;
  if (values_.size() < size) values_.resize(std::max(size, values_.size() + values_.size() / 2));
}

// Zeros for the rows up to `end` that have no values yet.
template <typename Real>
void Gradient<Real>::begin_rows(std::size_t end) {
  std::fill(values_.begin() + static_cast<std::ptrdiff_t>(begun_ * cols_),
            values_.begin() + static_cast<std::ptrdiff_t>(end * cols_), Real{0});
  begun_ = end;
}

template <typename Real>
void Gradient<Real>::add_rows(std::span<const std::int64_t> ids, std::span<const Real> values) {
  KINDRED_CHECK(values.size() == ids.size() * cols_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (kind_ == GradientKind::by_rows && i + kRowsAhead < ids.size()) ask_for(ids[i + kRowsAhead]);
    const auto id = static_cast<std::size_t>(ids[i]);
    const std::span<const Real> from = values.subspan(i * cols_, cols_);
    if (kind_ == GradientKind::by_rows && place_of(id) == begun_) {
      // The usual case: an id for the first time, in the order of touch().
      std::copy_n(from.data(), cols_, &values_[begun_++ * cols_]);
    } else {
      add_to(row(id), from);
    }
  }
}

template <typename Real>
void Gradient<Real>::touch(std::span<const std::int64_t> ids) {
  const std::size_t first = ids_.size();
  ids_.resize(first + ids.size());
  std::size_t count = first;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kRowsAhead < ids.size()) ask_for(ids[i + kRowsAhead]);
    std::uint32_t& slot = slot_of_[static_cast<std::size_t>(ids[i])];
    if (slot != 0) continue;
    ids_[count++] = ids[i];
    slot = static_cast<std::uint32_t>(count);
  }
  ids_.resize(count);
  is_zero_ = is_zero_ && ids.empty();
  make_room();
}

template class Gradient<float>;
template class Gradient<double>;

}  // namespace kindred::nn
