#include "kindred/data/dataset_node.h"

#include <algorithm>

namespace kindred::data {

void keep_rows(Batch& block, std::size_t begin, std::size_t end) {
  if (begin != 0 || end != block.row_count) block = slice(block, begin, end);
}

void begin_like(Batch& out, const Batch& like) {
  const auto same = [](const std::optional<Tensor>& a, const std::optional<Tensor>& b) {
    return a.has_value() == b.has_value() && (!a || has_same_rows(*a, *b));
  };
  const bool reusable = std::equal(out.features.begin(), out.features.end(), like.features.begin(),
                                   like.features.end(),
                                   [](const NamedTensor& a, const NamedTensor& b) {
                                     return a.name == b.name && has_same_rows(a.tensor, b.tensor);
                                   }) &&
                        same(out.label, like.label) && same(out.weight, like.weight);
  if (reusable) {
    clear_rows(out);
  } else {
    out = empty_like(like);
  }
}

std::size_t RowReader::available() {
  while (!ended_ && at_ == block_.row_count) {
    at_ = 0;
    ended_ = !stream_->next(block_);
    if (ended_) block_ = {};
  }
  return block_.row_count - at_;
}

std::size_t RowReader::read(Batch& out, std::size_t row_count) {
  return append(out, row_count, false);
}

std::size_t RowReader::append(Batch& out, std::size_t row_count, bool form_is_set) {
  std::size_t read = 0;
  while (read < row_count) {
    const std::size_t here = std::min(available(), row_count - read);
    if (here == 0) break;
    if (!form_is_set) {
      // A block that is wanted whole changes hands without a copy.
      if (at_ == 0 && here == block_.row_count && here == row_count) {
        std::swap(out, block_);
        clear_rows(block_);
        return here;
      }
      begin_like(out, block_);
      form_is_set = true;
    }
    append_rows(out, block_, at_, at_ + here);
    at_ += here;
    read += here;
  }
  return read;
}

}  // namespace kindred::data
