// The steps that choose elements by their number: take, skip, shard, repeat, enumerate.

#include <algorithm>
#include <numeric>
#include <utility>

#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

struct TakeNode : DatasetStep {
  TakeNode(NodePointer source, std::int64_t element_count)
      : DatasetStep(std::move(source)), count(static_cast<std::uint64_t>(element_count)) {}

  class Stream : public DatasetStream {
   public:
    Stream(StreamPointer source, std::uint64_t count, bool batched)
        : source_(std::move(source)), left_(count), batched_(batched) {}
    bool next(Batch& out) override {
      if (left_ == 0 || !source_->next(out)) return false;
      const std::uint64_t here = element_count(out, batched_);
      if (here > left_) keep_rows(out, 0, static_cast<std::size_t>(left_));
      left_ -= std::min(here, left_);
      return true;
    }

   private:
    StreamPointer source_;
    std::uint64_t left_;
    bool batched_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(before->start(pass), count, is_batched());
  }
  std::int64_t cardinality() const override {
    const std::int64_t all = before->cardinality();
    const auto most = static_cast<std::int64_t>(count);
    if (most == 0) return 0;
    if (all == kUnknownCardinality) return all;
    return all == kInfiniteCardinality ? most : std::min(all, most);
  }

  std::uint64_t count;
};

struct SkipNode : DatasetStep {
  SkipNode(NodePointer source, std::int64_t element_count)
      : DatasetStep(std::move(source)), count(static_cast<std::uint64_t>(element_count)) {}

  class Stream : public DatasetStream {
   public:
    Stream(StreamPointer source, std::uint64_t count, bool batched)
        : source_(std::move(source)), left_(count), batched_(batched) {}
    bool next(Batch& out) override {
      while (source_->next(out)) {
        const std::uint64_t here = element_count(out, batched_);
        const std::uint64_t skipped = std::min(here, left_);
        left_ -= skipped;
        if (skipped == here) continue;
        if (skipped > 0) keep_rows(out, static_cast<std::size_t>(skipped), out.row_count);
        return true;
      }
      return false;
    }

   private:
    StreamPointer source_;
    std::uint64_t left_;
    bool batched_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(before->start(pass), count, is_batched());
  }
  std::int64_t cardinality() const override {
    const std::int64_t all = before->cardinality();
    return all < 0 ? all : std::max<std::int64_t>(0, all - static_cast<std::int64_t>(count));
  }

  std::uint64_t count;
};

struct ShardNode : DatasetStep {
  ShardNode(NodePointer source, std::int64_t shard_count, std::int64_t shard)
      : DatasetStep(std::move(source)),
        count(static_cast<std::uint64_t>(shard_count)),
        index(static_cast<std::uint64_t>(shard)) {}

  class Stream : public DatasetStream {
   public:
    Stream(const ShardNode& node, StreamPointer source)
        : node_(node), source_(std::move(source)), until_next_(node.index) {}
    bool next(Batch& out) override {
      while (source_->next(block_)) {
        const std::size_t here = element_count(block_, node_.is_batched());
        chosen_.clear();
        std::uint64_t at = until_next_;
        for (; at < here; at += node_.count) chosen_.push_back(static_cast<std::size_t>(at));
        until_next_ = at - here;
        if (chosen_.empty()) continue;
        if (node_.is_batched()) {
          std::swap(out, block_);
        } else {
          begin_like(out, block_);
          append_chosen_rows(out, block_, chosen_);
        }
        return true;
      }
      return false;
    }

   private:
    const ShardNode& node_;
    StreamPointer source_;
    Batch block_;
    std::vector<std::size_t> chosen_;
    std::uint64_t until_next_;  // Elements before the next one of this shard.
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }
  std::int64_t cardinality() const override {
    const std::int64_t all = before->cardinality();
    if (all < 0) return all;
    const auto shards = static_cast<std::int64_t>(count);
    return all / shards + (static_cast<std::int64_t>(index) < all % shards ? 1 : 0);
  }

  std::uint64_t count;
  std::uint64_t index;
};

struct RepeatNode : DatasetStep {
  RepeatNode(NodePointer source, std::int64_t times)
      : DatasetStep(std::move(source)), count(times) {}

  // The passes of the step before, numbered so that no two passes of this step share one
  // as long as there are fewer than 2^32.
  std::uint64_t inner_pass(std::uint64_t pass, std::uint64_t round) const {
    return count == kForever ? (pass << 32U) + round
                             : pass * static_cast<std::uint64_t>(count) + round;
  }

  class Stream : public DatasetStream {
   public:
    Stream(const RepeatNode& node, std::uint64_t pass) : node_(node), pass_(pass) {}
    bool next(Batch& out) override {
      while (node_.count == kForever || round_ < static_cast<std::uint64_t>(node_.count)) {
        if (!source_) source_ = node_.before->start(node_.inner_pass(pass_, round_));
        if (source_->next(out)) {
          gave_any_ = true;
          return true;
        }
        source_.reset();
        ++round_;
        if (!gave_any_) return false;  // A dataset without elements repeats to nothing.
        gave_any_ = false;
      }
      return false;
    }

   private:
    const RepeatNode& node_;
    std::uint64_t pass_;
    std::uint64_t round_ = 0;
    StreamPointer source_;
    bool gave_any_ = false;  // In this round.
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, pass);
  }
  std::int64_t cardinality() const override {
    const std::int64_t once = before->cardinality();
    if (count == 0 || once == 0) return 0;
    if (count == kForever) return kInfiniteCardinality;
    if (once < 0) return once;
    std::int64_t all = 0;
    return __builtin_mul_overflow(once, count, &all) ? kUnknownCardinality : all;
  }

  std::int64_t count;
};

struct EnumerateNode : DatasetStep {
  EnumerateNode(NodePointer source, std::string feature, std::int64_t first)
      : DatasetStep(std::move(source)), name(std::move(feature)), begin(first) {}

  class Stream : public DatasetStream {
   public:
    Stream(const EnumerateNode& node, StreamPointer source)
        : node_(node), source_(std::move(source)), next_(node.begin) {}
    bool next(Batch& out) override {
      if (!source_->next(out)) return false;
      std::vector<std::int64_t> numbers(out.row_count);
      std::iota(numbers.begin(), numbers.end(), next_);
      next_ += static_cast<std::int64_t>(out.row_count);
      out.add(node_.name, column(std::move(numbers)));
      return true;
    }

   private:
    const EnumerateNode& node_;
    StreamPointer source_;
    std::int64_t next_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }

  std::string name;
  std::int64_t begin;
};

}  // namespace

NodePointer make_take_node(NodePointer source, std::int64_t count) {
  return std::make_shared<TakeNode>(std::move(source), count);
}

NodePointer make_skip_node(NodePointer source, std::int64_t count) {
  return std::make_shared<SkipNode>(std::move(source), count);
}

NodePointer make_shard_node(NodePointer source, std::int64_t count, std::int64_t index) {
  return std::make_shared<ShardNode>(std::move(source), count, index);
}

NodePointer make_repeat_node(NodePointer source, std::int64_t count) {
  return std::make_shared<RepeatNode>(std::move(source), count);
}

NodePointer make_enumerate_node(NodePointer source, std::string name, std::int64_t begin) {
  return std::make_shared<EnumerateNode>(std::move(source), std::move(name), begin);
}

}  // namespace kindred::data
