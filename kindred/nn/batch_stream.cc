#include "kindred/nn/batch_stream.h"

#include <algorithm>
#include <numeric>

#include "kindred/base/rng.h"

namespace kindred::nn {
namespace {

// Orders of epochs are keyed by (seed, this, epoch).
constexpr std::uint32_t kOrderStream = 0x4F524452;

class MemoryStream final : public BatchStream {
 public:
  MemoryStream(std::shared_ptr<const EncodedRows> rows, const MemoryStreamOptions& options)
      : rows_(std::move(rows)), options_(options), order_(options.end - options.begin) {}

  void begin_epoch(int epoch) override {
    std::iota(order_.begin(), order_.end(), static_cast<std::uint32_t>(options_.begin));
    if (options_.shuffles) {
      Rng rng(options_.seed, kOrderStream, static_cast<std::uint64_t>(epoch));
      rng.shuffle(std::span(order_));
    }
    used_ = 0;
  }

  EncodedBatch* next() override {
    if (used_ == order_.size()) return nullptr;
    const std::size_t size = std::min(options_.batch_size, order_.size() - used_);
    rows_->gather(std::span(order_).subspan(used_, size), batch_);
    used_ += size;
    return &batch_;
  }

  std::size_t row_count() const noexcept override { return order_.size(); }
  std::size_t batch_count() const noexcept override {
    const std::size_t full = order_.size() / options_.batch_size;
    return full + (order_.size() % options_.batch_size > 0 ? 1 : 0);
  }

 private:
  std::shared_ptr<const EncodedRows> rows_;
  MemoryStreamOptions options_;
  std::vector<std::uint32_t> order_;
  std::size_t used_ = 0;  // Of order_.
  EncodedBatch batch_;
};

class DatasetStream final : public BatchStream {
 public:
  DatasetStream(const BatchEncoder& encoder, data::Dataset batches,
                const DatasetStreamOptions& options, ThreadPool* pool)
      : encoder_(encoder), batches_(std::move(batches)), options_(options), pool_(pool) {}

  void begin_epoch(int /*epoch*/) override {
    if (iterator_ && options_.continues) return;
    iterator_.emplace(batches_.start(pass_++));
    for (; options_.skipped_batches > 0; --options_.skipped_batches) {
      if (iterator_->next(raw_)) continue;
      iterator_.emplace(batches_.start(pass_++));
      if (!iterator_->next(raw_)) return;
    }
  }

  EncodedBatch* next() override {
    if (!iterator_ || !iterator_->next(raw_)) {
      iterator_.reset();
      return nullptr;
    }
    encoder_.encode(raw_, options_.targets, batch_, pool_);
    return &batch_;
  }

  std::size_t row_count() const noexcept override { return 0; }

 private:
  const BatchEncoder& encoder_;
  data::Dataset batches_;
  DatasetStreamOptions options_;
  ThreadPool* pool_;
  std::optional<data::DatasetIterator> iterator_;
  std::uint64_t pass_ = 0;
  data::Batch raw_;
  EncodedBatch batch_;
};

}  // namespace

std::unique_ptr<BatchStream> memory_stream(std::shared_ptr<const EncodedRows> rows,
                                           const MemoryStreamOptions& options) {
  return std::make_unique<MemoryStream>(std::move(rows), options);
}

std::unique_ptr<BatchStream> dataset_stream(const BatchEncoder& encoder, data::Dataset batches,
                                            const DatasetStreamOptions& options, ThreadPool* pool) {
  return std::make_unique<DatasetStream>(encoder, std::move(batches), options, pool);
}

}  // namespace kindred::nn
