// shuffle: a buffer of elements, of which a random one leaves for each that comes.

#include <algorithm>
#include <limits>
#include <utility>

#include "kindred/base/rng.h"
#include "kindred/data/dataset_node.h"
#include "kindred/data/row_slots.h"

namespace kindred::data {
namespace {

class RowShuffleStream : public DatasetStream {
 public:
  RowShuffleStream(StreamPointer source, std::size_t capacity, const Rng& rng)
      : rows_(std::move(source)), capacity_(capacity), rng_(rng) {}

  bool next(Batch& out) override {
    while (buffer_.size() < capacity_ && rows_.available() > 0) {
      const std::size_t here = std::min(rows_.available(), capacity_ - buffer_.size());
      buffer_.add(rows_.block(), rows_.begin(), rows_.begin() + here);
      rows_.advance(here);
    }
    if (buffer_.size() == 0) return false;
    begin_like(out, buffer_.form());
    const std::size_t arriving = std::min(rows_.available(), kBlockRows);
    slots_.clear();
    if (arriving > 0) {
      for (std::size_t i = 0; i < arriving; ++i) slots_.push_back(draw(buffer_.size()));
      buffer_.exchange(slots_, rows_.block(), rows_.begin(), out);
      rows_.advance(arriving);
    } else {
      const std::size_t leaving = std::min(buffer_.size(), kBlockRows);
      for (std::size_t i = 0; i < leaving; ++i) slots_.push_back(draw(buffer_.size() - i));
      buffer_.drain(slots_, out);
    }
    return true;
  }

 private:
  std::size_t draw(std::size_t count) { return static_cast<std::size_t>(rng_.below(count)); }

  RowReader rows_;
  std::size_t capacity_;
  Rng rng_;
  RowSlots buffer_;
  std::vector<std::size_t> slots_;
};

class BatchShuffleStream : public DatasetStream {
 public:
  BatchShuffleStream(StreamPointer source, std::size_t capacity, const Rng& rng)
      : source_(std::move(source)), capacity_(capacity), rng_(rng) {}

  bool next(Batch& out) override {
    while (!ended_ && buffer_.size() < capacity_) {
      Batch batch;
      ended_ = !source_->next(batch);
      if (!ended_) buffer_.push_back(std::move(batch));
    }
    if (buffer_.empty()) return false;
    Batch& chosen = buffer_[static_cast<std::size_t>(rng_.below(buffer_.size()))];
    std::swap(out, chosen);
    // The next element takes the place; at the end, the last of the buffer.
    ended_ = ended_ || !source_->next(chosen);
    if (ended_) {
      if (&chosen != &buffer_.back()) chosen = std::move(buffer_.back());
      buffer_.pop_back();
    }
    return true;
  }

 private:
  StreamPointer source_;
  std::size_t capacity_;
  Rng rng_;
  std::vector<Batch> buffer_;
  bool ended_ = false;
};

struct ShuffleNode : DatasetStep {
  ShuffleNode(NodePointer source, std::int64_t buffer_size, const ShuffleOptions& shuffle)
      : DatasetStep(std::move(source)),
        capacity(buffer_size == kAll ? std::numeric_limits<std::size_t>::max()
                                     : static_cast<std::size_t>(buffer_size)),
        options(shuffle) {}

  StreamPointer start(std::uint64_t pass) const override {
    const Rng rng(options.seed, kShuffleStream, options.reshuffle ? pass : 0);
    StreamPointer source = before->start(pass);
    if (is_batched()) return std::make_unique<BatchShuffleStream>(std::move(source), capacity, rng);
    return std::make_unique<RowShuffleStream>(std::move(source), capacity, rng);
  }

  std::size_t capacity;
  ShuffleOptions options;
};

}  // namespace

NodePointer make_shuffle_node(NodePointer source, std::int64_t buffer_size,
                              const ShuffleOptions& options) {
  return std::make_shared<ShuffleNode>(std::move(source), buffer_size, options);
}

}  // namespace kindred::data
