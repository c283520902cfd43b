// What a backward pass says of one parameter: how the loss changes with each value.
//
// Two forms. `dense` holds a number for every value. `by_rows` is for tables of which a
// batch reads few rows: it holds those rows alone, each once however often it was read, so
// that a step costs what was read and not what there is.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kindred::nn {

enum class GradientKind { dense, by_rows };

template <typename Real>
class Gradient {
 public:
  Gradient(std::size_t rows, std::size_t cols, GradientKind kind);

  GradientKind kind() const noexcept { return kind_; }
  std::size_t cols() const noexcept { return cols_; }

  // All zeros again. O(1) for dense, O(rows that were touched) by rows.
  void clear() noexcept;

  // Whether anything was added since clear().
  bool is_zero() const noexcept { return is_zero_; }

  // Row `id`, to be added to; zeros when it is asked for the first time. By rows the span
  // lives until the next call. Requires: id < rows.
  std::span<Real> row(std::size_t id) {
    if (kind_ == GradientKind::dense) return dense_row(id);
    const std::size_t place = place_of(id);
    if (place >= begun_) begin_rows(place + 1);
    return {&values_[place * cols_], cols_};
  }

  // Row i of `values` is added to row ids[i]. Requires: values is ids.size() x cols.
  void add_rows(std::span<const std::int64_t> ids, std::span<const Real> values);

  // by_rows only: as row() for each of the ids, with their places in memory asked for early.
  // add_rows() of the same ids then copies what it can, and nothing is zeroed before.
  void touch(std::span<const std::int64_t> ids);

  // dense only: all values, rows x cols. While is_zero(), what they hold is not: whoever
  // writes them first replaces them, and says so by mark_written().
  std::span<Real> values() noexcept { return values_; }
  std::span<const Real> values() const noexcept { return values_; }
  void mark_written() noexcept { is_zero_ = false; }

  // by_rows only: the rows that were touched, each once, and their gradients, one after the
  // other in the same order.
  std::span<const std::int64_t> row_ids() const noexcept { return ids_; }
  std::span<Real> row_values() {
    if (begun_ < ids_.size()) begin_rows(ids_.size());
    return {values_.data(), ids_.size() * cols_};
  }

 private:
  std::span<Real> dense_row(std::size_t id);
  std::size_t place_of(std::size_t id) {
    is_zero_ = false;
    if (slot_of_[id] == 0) append(id);
    return slot_of_[id] - 1;
  }
  void ask_for(std::int64_t id) const noexcept {
    __builtin_prefetch(&slot_of_[static_cast<std::size_t>(id)], 1);
  }
  void append(std::size_t id);
  void make_room();
  void begin_rows(std::size_t end);

  std::vector<Real> values_;            // rows x cols, or the touched rows and room for more.
  std::vector<std::int64_t> ids_;       // by_rows: touched rows in the order of first touch.
  std::vector<std::uint32_t> slot_of_;  // by_rows: for each row 1 + its place in ids_, or 0.
  std::size_t begun_ = 0;               // by_rows: the first so many of ids_ have values.
  GradientKind kind_;
  std::size_t cols_;
  bool is_zero_ = true;
};

extern template class Gradient<float>;
extern template class Gradient<double>;

}  // namespace kindred::nn
