// A buffer of rows in numbered slots, for shuffling: a row leaves its slot and another
// takes the place.
//
// Columns are kept apart, as in a tensor, so exchanging a thousand rows is a few tight
// loops a column. A slot of a text keeps its memory for the next text.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "kindred/data/batch.h"

namespace kindred::data {

class RowSlots {
 public:
  RowSlots();
  ~RowSlots();

  std::size_t size() const noexcept { return size_; }

  // Rows [begin, end) of `rows` get new slots at the end. All rows must have one form.
  // Throws Error(invalid_argument) as append_rows() does.
  void add(const Batch& rows, std::size_t begin, std::size_t end);

  // One after the other: the row in slots[i] goes to the end of `out`, and row begin + i
  // of `rows` takes its place. Requires: slots are in range; out has the form of the rows.
  void exchange(std::span<const std::size_t> slots, const Batch& rows, std::size_t begin,
                Batch& out);

  // One after the other: the row in slots[i] goes to the end of `out`, and the row in the
  // last slot takes its place, which is then gone. Requires: slots[i] < size() - i.
  void drain(std::span<const std::size_t> slots, Batch& out);

  // The form of the rows. Requires: size() > 0 at some time.
  const Batch& form() const noexcept { return form_; }

 private:
  class Column;
  template <typename Cell>
  class CellColumn;
  static std::unique_ptr<Column> make_column(const Tensor& like);

  Batch form_;
  std::vector<std::unique_ptr<Column>> columns_;  // In the order of for_each_tensor().
  std::size_t size_ = 0;
};

}  // namespace kindred::data
