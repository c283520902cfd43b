// The steps between rows and batches: batch, padded_batch, window, unbatch.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/data/dataset_node.h"
#include "kindred/data/padding.h"

namespace kindred::data {
namespace {

std::int64_t group_count(std::int64_t element_count, std::size_t size, bool drop_remainder) {
  if (element_count < 0) return element_count;
  const auto rows = static_cast<std::uint64_t>(element_count);
  return static_cast<std::int64_t>(rows / size + (!drop_remainder && rows % size != 0 ? 1 : 0));
}

struct BatchNode : DatasetStep {
  BatchNode(NodePointer source, std::size_t row_count, const BatchOptions& batch_options)
      : DatasetStep(std::move(source)), size(row_count), options(batch_options) {}

  class RowStream : public DatasetStream {
   public:
    RowStream(const BatchNode& node, StreamPointer source)
        : node_(node), rows_(std::move(source)) {}
    bool next(Batch& out) override {
      const std::size_t read = rows_.read(out, node_.size);
      return read == node_.size || (read > 0 && !node_.options.drop_remainder);
    }

   private:
    const BatchNode& node_;
    RowReader rows_;
  };

  // Batches of one form on top of each other: each becomes a row.
  class StackStream : public DatasetStream {
   public:
    StackStream(const BatchNode& node, StreamPointer source)
        : node_(node), source_(std::move(source)) {}
    bool next(Batch& out) override {
      std::size_t count = 0;
      for (; count < node_.size && source_->next(batch_); ++count) {
        lift(batch_);
        if (count == 0) begin_like(out, batch_);
        append_rows(out, batch_, 0, 1);
      }
      return count == node_.size || (count > 0 && !node_.options.drop_remainder);
    }

   private:
    static void lift(Batch& batch) {
      batch.row_count = 1;
      for_each_tensor(batch, [](std::string_view name, Tensor& tensor) {
        if (tensor.is_ragged()) {
          throw Error(ErrorCode::invalid_argument,
                      fmt::format("batch(): '{}' has a list a row, and such batches cannot be "
                                  "stacked; use padded_batch() before",
                                  name));
        }
        tensor.shape.insert(tensor.shape.begin(), 1);
      });
    }

    const BatchNode& node_;
    StreamPointer source_;
    Batch batch_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    if (before->is_batched()) return std::make_unique<StackStream>(*this, before->start(pass));
    return std::make_unique<RowStream>(*this, before->start(pass));
  }
  std::int64_t cardinality() const override {
    return group_count(before->cardinality(), size, options.drop_remainder);
  }
  bool is_batched() const override { return true; }

  std::size_t size;
  BatchOptions options;
};

struct PaddedBatchNode : DatasetStep {
  PaddedBatchNode(NodePointer source, std::size_t row_count, const PaddedBatchOptions& padding)
      : DatasetStep(std::move(source)), size(row_count), options(padding) {}

  class Stream : public DatasetStream {
   public:
    Stream(const PaddedBatchNode& node, StreamPointer source)
        : node_(node), rows_(std::move(source)) {}
    bool next(Batch& out) override {
      const std::size_t read = rows_.read(out, node_.size);
      if (read == 0 || (read < node_.size && node_.options.drop_remainder)) return false;
      pad_batch(out, node_.options);
      return true;
    }

   private:
    const PaddedBatchNode& node_;
    RowReader rows_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }
  std::int64_t cardinality() const override {
    return group_count(before->cardinality(), size, options.drop_remainder);
  }
  bool is_batched() const override { return true; }

  std::size_t size;
  PaddedBatchOptions options;
};

struct WindowNode : DatasetStep {
  WindowNode(NodePointer source, std::size_t row_count, const WindowOptions& window)
      : DatasetStep(std::move(source)), size(row_count), options(window) {
    if (options.shift == 0) options.shift = size;
    if (__builtin_mul_overflow(size - 1, options.stride, &span) ||
        __builtin_add_overflow(span, 1, &span)) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("window(): {} rows at a stride of {} are too many", size, options.stride));
    }
  }

  class Stream : public DatasetStream {
   public:
    Stream(const WindowNode& node, StreamPointer source) : node_(node), rows_(std::move(source)) {}
    bool next(Batch& out) override {
      if (!first_) drop(node_.options.shift);
      first_ = false;
      const std::size_t held = held_.row_count - begin_;
      if (held < node_.span) {
        rows_.append(held_, node_.span - held, has_form_);
        has_form_ = has_form_ || held_.row_count > 0;
      }
      const std::size_t here = std::min(node_.span, held_.row_count - begin_);
      if (here == 0 || (here < node_.span && node_.options.drop_remainder)) return false;
      chosen_.clear();
      for (std::size_t row = 0; row < here; row += node_.options.stride) {
        chosen_.push_back(begin_ + row);
      }
      begin_like(out, held_);
      append_chosen_rows(out, held_, chosen_);
      return true;
    }

   private:
    // Moves the start of the window by `count` rows, some of which may not be read yet.
    void drop(std::size_t count) {
      const std::size_t from_held = std::min(count, held_.row_count - begin_);
      begin_ += from_held;
      for (std::size_t left = count - from_held; left > 0 && rows_.available() > 0;) {
        const std::size_t here = std::min(left, rows_.available());
        rows_.advance(here);
        left -= here;
      }
      // Now and then, so that a row is copied once on average.
      if (2 * begin_ < held_.row_count) return;
      held_ = slice(held_, begin_, held_.row_count);
      begin_ = 0;
    }

    const WindowNode& node_;
    RowReader rows_;
    Batch held_;  // The rows of this window begin at begin_.
    std::size_t begin_ = 0;
    bool has_form_ = false;
    bool first_ = true;
    std::vector<std::size_t> chosen_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }
  std::int64_t cardinality() const override {
    const std::int64_t rows = before->cardinality();
    if (rows < 0 || !options.drop_remainder) return group_count(rows, options.shift, false);
    const auto count = static_cast<std::uint64_t>(rows);
    return count < span ? 0 : static_cast<std::int64_t>((count - span) / options.shift + 1);
  }
  bool is_batched() const override { return true; }

  std::size_t size;
  WindowOptions options;
  std::size_t span = 0;  // Rows from the first of a window to its last, both included.
};

struct UnbatchNode : DatasetStep {
  using DatasetStep::DatasetStep;

  class Stream : public DatasetStream {
   public:
    explicit Stream(StreamPointer source) : source_(std::move(source)) {}
    bool next(Batch& out) override {
      while (source_->next(out)) {
        if (out.row_count > 0) return true;
      }
      return false;
    }

   private:
    StreamPointer source_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(before->start(pass));
  }
  std::int64_t cardinality() const override {
    // Only running tells how full the batches are.
    const std::int64_t batches = before->cardinality();
    return batches > 0 ? kUnknownCardinality : batches;
  }
  bool is_batched() const override { return false; }
};

}  // namespace

NodePointer make_batch_node(NodePointer source, std::size_t size, const BatchOptions& options) {
  return std::make_shared<BatchNode>(std::move(source), size, options);
}

NodePointer make_padded_batch_node(NodePointer source, std::size_t size,
                                   const PaddedBatchOptions& options) {
  return std::make_shared<PaddedBatchNode>(std::move(source), size, options);
}

NodePointer make_window_node(NodePointer source, std::size_t size, const WindowOptions& options) {
  return std::make_shared<WindowNode>(std::move(source), size, options);
}

NodePointer make_unbatch_node(NodePointer source) {
  return std::make_shared<UnbatchNode>(std::move(source));
}

}  // namespace kindred::data
