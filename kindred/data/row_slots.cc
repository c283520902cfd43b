#include "kindred/data/row_slots.h"

#include <string>
#include <type_traits>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::data {
namespace {

// What a slot holds of one column: a number, a text, or a list of either.
template <typename Cell>
struct CellTraits {
  using Value = Cell;
  static constexpr bool kIsList = false;
};
template <typename T>
struct CellTraits<std::vector<T>> {
  using Value = T;
  static constexpr bool kIsList = true;
};

template <typename Value>
using ListOf = std::conditional_t<std::is_same_v<Value, std::string>, TextList, std::vector<Value>>;

}  // namespace

class RowSlots::Column {
 public:
  virtual ~Column() = default;
  virtual void add(const Tensor& rows, std::size_t begin, std::size_t end) = 0;
  virtual void exchange(std::span<const std::size_t> slots, const Tensor& rows, std::size_t begin,
                        Tensor& out) = 0;
  virtual void drain(std::span<const std::size_t> slots, Tensor& out) = 0;
};

template <typename Cell>
class RowSlots::CellColumn : public RowSlots::Column {
 public:
  using Value = typename CellTraits<Cell>::Value;
  using List = ListOf<Value>;

  void add(const Tensor& rows, std::size_t begin, std::size_t end) override {
    const List& values = std::get<List>(rows.values);
    for (std::size_t row = begin; row < end; ++row) {
      cells_.emplace_back();
      store(rows, values, row, cells_.back());
    }
  }

  void exchange(std::span<const std::size_t> slots, const Tensor& rows, std::size_t begin,
                Tensor& out) override {
    const List& values = std::get<List>(rows.values);
    List& target = std::get<List>(out.values);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      Cell& cell = cells_[slots[i]];
      emit(cell, target, out);
      store(rows, values, begin + i, cell);
    }
    out.shape.front() += slots.size();
  }

  void drain(std::span<const std::size_t> slots, Tensor& out) override {
    List& target = std::get<List>(out.values);
    for (const std::size_t slot : slots) {
      emit(cells_[slot], target, out);
      if (slot + 1 != cells_.size()) cells_[slot] = std::move(cells_.back());
      cells_.pop_back();
    }
    out.shape.front() += slots.size();
  }

 private:
  static void store(const Tensor& rows, const List& values, std::size_t row, Cell& cell) {
    if constexpr (CellTraits<Cell>::kIsList) {
      cell.clear();
      for (std::size_t i = rows.row_begin(row); i < rows.row_begin(row + 1); ++i) {
        cell.emplace_back(values[i]);
      }
    } else {
      cell = values[row];
    }
  }

  static void emit(const Cell& cell, List& target, Tensor& out) {
    if constexpr (CellTraits<Cell>::kIsList) {
      for (const Value& value : cell) target.push_back(value);
      if (out.is_ragged()) out.row_offsets.push_back(target.size());
    } else {
      target.push_back(cell);
    }
  }

  std::vector<Cell> cells_;
};

RowSlots::RowSlots() = default;
RowSlots::~RowSlots() = default;

std::unique_ptr<RowSlots::Column> RowSlots::make_column(const Tensor& like) {
  const bool lists = like.is_ragged() || like.row_width() != 1;
  return std::visit(
      [&](const auto& list) -> std::unique_ptr<Column> {
        using List = std::decay_t<decltype(list)>;
        if constexpr (std::is_same_v<List, TextList>) {
          if (lists) return std::make_unique<CellColumn<std::vector<std::string>>>();
          return std::make_unique<CellColumn<std::string>>();
        } else {
          using Value = typename List::value_type;
          if (lists) return std::make_unique<CellColumn<std::vector<Value>>>();
          return std::make_unique<CellColumn<Value>>();
        }
      },
      like.values);
}

void RowSlots::add(const Batch& rows, std::size_t begin, std::size_t end) {
  if (columns_.empty()) {
    form_ = empty_like(rows);
    for_each_tensor(rows, [&](std::string_view, const Tensor& tensor) {
      columns_.push_back(make_column(tensor));
    });
  }
  append_rows(form_, rows, 0, 0);  // Throws when the form differs.
  std::size_t column = 0;
  for_each_tensor(rows, [&](std::string_view, const Tensor& tensor) {
    columns_[column++]->add(tensor, begin, end);
  });
  size_ += end - begin;
}

void RowSlots::exchange(std::span<const std::size_t> slots, const Batch& rows, std::size_t begin,
                        Batch& out) {
  append_rows(form_, rows, 0, 0);  // Throws when the form differs.
  std::vector<const Tensor*> sources;
  for_each_tensor(rows,
                  [&](std::string_view, const Tensor& tensor) { sources.push_back(&tensor); });
  std::size_t column = 0;
  for_each_tensor(out, [&](std::string_view, Tensor& tensor) {
    columns_[column]->exchange(slots, *sources[column], begin, tensor);
    ++column;
  });
  out.row_count += slots.size();
}

void RowSlots::drain(std::span<const std::size_t> slots, Batch& out) {
  KINDRED_DCHECK(slots.size() <= size_);
  std::size_t column = 0;
  for_each_tensor(
      out, [&](std::string_view, Tensor& tensor) { columns_[column++]->drain(slots, tensor); });
  out.row_count += slots.size();
  size_ -= slots.size();
}

}  // namespace kindred::data
