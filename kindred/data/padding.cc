#include "kindred/data/padding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

[[noreturn]] void fail_padding(const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, "padded_batch(): " + problem);
}

// What fills a tensor of T, or of texts.
template <typename List>
auto filler(const PaddingValue& padding, std::string_view name) {
  if constexpr (std::is_same_v<List, TextList>) {
    const std::string* text = std::get_if<std::string>(&padding);
    if (text == nullptr)
      fail_padding(fmt::format("'{}' holds texts and cannot be filled with a number", name));
    return std::string_view(*text);
  } else {
    const double* number = std::get_if<double>(&padding);
    if (number == nullptr)
      fail_padding(fmt::format("'{}' holds numbers and cannot be filled with a text", name));
    using T = typename List::value_type;
    if constexpr (std::is_integral_v<T>) {
      constexpr double kLimit = 9223372036854775808.0;  // 2^63
      if (std::floor(*number) != *number || *number < -kLimit || *number >= kLimit) {
        fail_padding(
            fmt::format("'{}' holds integers and cannot be filled with {}", name, *number));
      }
    }
    return static_cast<T>(*number);
  }
}

void append_padded(TextList& to, const TextList& from, std::size_t begin, std::size_t end) {
  to.append(from, begin, end);
}

template <typename T>
void append_padded(std::vector<T>& to, const std::vector<T>& from, std::size_t begin,
                   std::size_t end) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

// The length that each list gets, in values.
std::size_t padded_length(const Tensor& tensor, std::optional<std::size_t> wish,
                          std::string_view name) {
  std::size_t longest = 0;
  for (std::size_t row = 0; row < tensor.row_count(); ++row) {
    longest = std::max(longest, tensor.row_begin(row + 1) - tensor.row_begin(row));
  }
  if (wish && longest > *wish) {
    fail_padding(fmt::format("a list of '{}' has {} values, more than the {} asked for", name,
                             longest, *wish));
  }
  return wish.value_or(longest);
}

void pad(Tensor& tensor, std::optional<std::size_t> wish, const PaddingValue& padding,
         std::string_view name) {
  if (!tensor.is_ragged() && (tensor.shape.size() == 1 || !wish)) {
    if (wish) fail_padding(fmt::format("'{}' holds one value a row, no list", name));
    return;
  }
  if (!tensor.is_ragged() && tensor.shape.size() > 2) {
    fail_padding(
        fmt::format("'{}' has {} axes; only lists can be lengthened", name, tensor.shape.size()));
  }
  const std::size_t length = padded_length(tensor, wish, name);
  std::visit(
      [&](auto& list) {
        using List = std::decay_t<decltype(list)>;
        const auto fill = filler<List>(padding, name);
        List padded;
        padded.reserve(tensor.row_count() * length);
        for (std::size_t row = 0; row < tensor.row_count(); ++row) {
          append_padded(padded, list, tensor.row_begin(row), tensor.row_begin(row + 1));
          while (padded.size() < (row + 1) * length) padded.push_back(fill);
        }
        list = std::move(padded);
      },
      tensor.values);
  tensor.shape = {tensor.row_count(), length};
  tensor.row_offsets.clear();
}

}  // namespace

void pad_batch(Batch& batch, const PaddedBatchOptions& options) {
  for (const auto& [name, value] : options.values) static_cast<void>(batch.at(name));
  for (const auto& [name, length] : options.lengths) static_cast<void>(batch.at(name));
  for (NamedTensor& feature : batch.features) {
    const auto length = options.lengths.find(feature.name);
    const auto value = options.values.find(feature.name);
    const PaddingValue usual =
        feature.tensor.is_text() ? PaddingValue(options.text) : PaddingValue(options.number);
    pad(feature.tensor,
        length == options.lengths.end() ? std::nullopt : std::optional(length->second),
        value == options.values.end() ? usual : value->second, feature.name);
  }
}

}  // namespace kindred::data
