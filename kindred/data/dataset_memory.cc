// The steps that hold elements: cache and prefetch.

#include <mutex>
#include <optional>
#include <utility>

#include "kindred/base/ordered_stage.h"
#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

struct CacheNode : DatasetStep {
  using Blocks = std::vector<Batch>;
  using DatasetStep::DatasetStep;

  // What a pass that reached the end has kept; null until then.
  std::shared_ptr<const Blocks> kept() const {
    const std::lock_guard lock(mutex);
    return blocks;
  }
  void keep(Blocks all) const {
    const std::lock_guard lock(mutex);
    if (!blocks) blocks = std::make_shared<const Blocks>(std::move(all));
  }

  class FillingStream : public DatasetStream {
   public:
    FillingStream(const CacheNode& node, StreamPointer source)
        : node_(node), source_(std::move(source)) {}
    bool next(Batch& out) override {
      if (source_->next(out)) {
        blocks_.push_back(out);
        return true;
      }
      node_.keep(std::move(blocks_));
      return false;
    }

   private:
    const CacheNode& node_;
    StreamPointer source_;
    Blocks blocks_;
  };

  class KeptStream : public DatasetStream {
   public:
    explicit KeptStream(std::shared_ptr<const Blocks> blocks) : blocks_(std::move(blocks)) {}
    bool next(Batch& out) override {
      if (at_ == blocks_->size()) return false;
      out = (*blocks_)[at_++];
      return true;
    }

   private:
    std::shared_ptr<const Blocks> blocks_;
    std::size_t at_ = 0;
  };

  StreamPointer start(std::uint64_t pass) const override {
    if (auto all = kept()) return std::make_unique<KeptStream>(std::move(all));
    return std::make_unique<FillingStream>(*this, before->start(pass));
  }

  mutable std::mutex mutex;
  mutable std::shared_ptr<const Blocks> blocks;
};

struct PrefetchNode : DatasetStep {
  PrefetchNode(NodePointer source, std::size_t block_count)
      : DatasetStep(std::move(source)), ahead(block_count) {}

  class Stream : public DatasetStream {
   public:
    Stream(StreamPointer source, std::size_t ahead)
        : source_(std::move(source)),
          stage_(
              {.thread_count = 1, .ahead = ahead},
              [this]() -> std::optional<Batch> {
                Batch block;
                if (!source_->next(block)) return std::nullopt;
                return block;
              },
              [](Batch block) { return block; }) {}
    bool next(Batch& out) override {
      std::optional<Batch> block = stage_.next();
      if (block) out = std::move(*block);
      return block.has_value();
    }

   private:
    StreamPointer source_;
    OrderedStage<Batch, Batch> stage_;  // Last: its thread uses the source.
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(before->start(pass), ahead);
  }

  std::size_t ahead;
};

}  // namespace

NodePointer make_cache_node(NodePointer source) {
  return std::make_shared<CacheNode>(std::move(source));
}

NodePointer make_prefetch_node(NodePointer source, std::size_t ahead) {
  return std::make_shared<PrefetchNode>(std::move(source), ahead);
}

}  // namespace kindred::data
