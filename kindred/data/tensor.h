// A typed block of values: one column of a batch.
//
// Dense: the shape is {rows, ...} and the values lie row-major, so that `row_width()`
// values belong to each row. A column of scalars has the shape {rows}; {rows, 1} is the
// same numbers with one axis more.
//
// Ragged: each row is a list of its own length (the genres of a movie). Row r is the
// values [row_offsets[r], row_offsets[r + 1]), and the shape is {rows}.
//
// Texts lie in one buffer with offsets (TextList): a column of a million words is three
// allocations, and none once its buffers have grown.
//
// These are plain values; functions that copy rows keep a tensor's type, width and
// raggedness. Thread safety: as for any value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kindred::data {

// Texts in one block of bytes. Text i is bytes [offsets[i], offsets[i + 1]).
class TextList {
 public:
  TextList() = default;
  TextList(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) push_back(text);
  }

  std::size_t size() const noexcept { return offsets_.size() - 1; }
  bool empty() const noexcept { return size() == 0; }

  // Requires: text < size(). The view lives until the list changes.
  std::string_view operator[](std::size_t text) const noexcept {
    return {bytes_.data() + offsets_[text], offsets_[text + 1] - offsets_[text]};
  }

  void push_back(std::string_view text) {
    bytes_.append(text);
    offsets_.push_back(bytes_.size());
  }

  // Texts [begin, end) of another list, at the end of this one.
  // Requires: begin <= end <= from.size(); `from` is not this list.
  void append(const TextList& from, std::size_t begin, std::size_t end);

  // Takes away all texts from number `text_count` on. Requires: text_count <= size().
  void truncate(std::size_t text_count) {
    offsets_.resize(text_count + 1);
    bytes_.resize(offsets_.back());
  }

  // Keeps the capacity.
  void clear() {
    bytes_.clear();
    offsets_.assign(1, 0);  // Right for a list that was moved from, too.
  }
  void reserve(std::size_t text_count) { offsets_.reserve(text_count + 1); }

  bool operator==(const TextList&) const = default;

 private:
  std::string bytes_;
  std::vector<std::size_t> offsets_ = {0};
};

// In the order of the alternatives of Tensor::Values.
enum class ElementType { float32, float64, int64, text };

// "float32", "text", ...: for messages.
std::string_view name_of(ElementType type) noexcept;

struct Tensor {
  using Values =
      std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>, TextList>;

  Values values;
  std::vector<std::size_t> shape = {0};  // {rows, ...}; {rows} where the tensor is ragged.
  std::vector<std::size_t> row_offsets;  // Empty: dense. Else rows + 1, from 0 to the value count.

  ElementType type() const noexcept { return static_cast<ElementType>(values.index()); }
  bool is_text() const noexcept { return type() == ElementType::text; }
  bool is_ragged() const noexcept { return !row_offsets.empty(); }
  std::size_t row_count() const noexcept { return shape.empty() ? 0 : shape.front(); }
  std::size_t value_count() const noexcept;

  // Values of each row of a dense tensor: the product of the axes after the first.
  std::size_t row_width() const noexcept;

  // The values of row `row` are [row_begin(row), row_begin(row + 1)).
  std::size_t row_begin(std::size_t row) const noexcept {
    return is_ragged() ? row_offsets[row] : row * row_width();
  }

  std::span<const float> floats() const { return std::get<std::vector<float>>(values); }
  std::span<const double> doubles() const { return std::get<std::vector<double>>(values); }
  std::span<const std::int64_t> integers() const {
    return std::get<std::vector<std::int64_t>>(values);
  }
  const TextList& texts() const { return std::get<TextList>(values); }

  bool operator==(const Tensor&) const = default;
};

// {rows}: one value a row.
Tensor column(Tensor::Values values);

// {values / width, width}. Requires: width > 0 divides the number of values.
Tensor matrix(Tensor::Values values, std::size_t width);

// One list a row. Requires: what check_tensor() asks for.
Tensor ragged(Tensor::Values values, std::vector<std::size_t> row_offsets);

// Throws Error(invalid_argument), naming the tensor, when its shape, offsets and values
// contradict each other.
void check_tensor(const Tensor& tensor, std::string_view name);

// An empty tensor (no rows) with the type, the other axes and the raggedness of `like`.
Tensor empty_like(const Tensor& like);

// Whether rows of `a` may stand beside rows of `b`: the same type, axes and raggedness.
bool has_same_rows(const Tensor& a, const Tensor& b) noexcept;

// Rows [begin, end) of `from`, at the end of `to`.
// Requires: has_same_rows(to, from), begin <= end <= from.row_count(); `from` is not `to`.
void append_rows(Tensor& to, const Tensor& from, std::size_t begin, std::size_t end);

// Rows of `from` in the order of `rows`, at the end of `to`.
// Requires: has_same_rows(to, from), rows in range; `from` is not `to`.
void append_chosen_rows(Tensor& to, const Tensor& from, std::span<const std::size_t> rows);

// Takes away all rows and keeps the capacity.
void clear_rows(Tensor& tensor);

}  // namespace kindred::data
