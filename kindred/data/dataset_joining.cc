// The steps that bring several datasets together: concatenate, zip, interleave.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

std::int64_t added(std::int64_t a, std::int64_t b) {
  if (a == kInfiniteCardinality || b == kInfiniteCardinality) return kInfiniteCardinality;
  std::int64_t sum = 0;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum)) return kUnknownCardinality;
  return sum;
}

struct ConcatenateNode : DatasetNode {
  ConcatenateNode(NodePointer one, NodePointer other)
      : first(std::move(one)), second(std::move(other)) {}

  class Stream : public DatasetStream {
   public:
    Stream(const ConcatenateNode& node, std::uint64_t pass)
        : node_(node), pass_(pass), stream_(node.first->start(pass)) {}
    bool next(Batch& out) override {
      if (stream_->next(out)) return true;
      if (in_second_) return false;
      in_second_ = true;
      stream_ = node_.second->start(pass_);
      return stream_->next(out);
    }

   private:
    const ConcatenateNode& node_;
    std::uint64_t pass_;
    StreamPointer stream_;
    bool in_second_ = false;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, pass);
  }
  std::int64_t cardinality() const override {
    return added(first->cardinality(), second->cardinality());
  }
  bool is_batched() const override { return first->is_batched(); }

  NodePointer first;
  NodePointer second;
};

// Puts the tensors of `from` beside those of `to`.
void join_tensors(Batch& to, Batch&& from) {
  if (to.row_count != from.row_count) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("zip(): a batch of {} rows beside one of {}", to.row_count, from.row_count));
  }
  for (NamedTensor& feature : from.features) {
    if (to.find(feature.name) != nullptr) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("zip(): feature '{}' is in two of the datasets", feature.name));
    }
    to.features.push_back(std::move(feature));
  }
  const auto join = [](std::optional<Tensor>& place, std::optional<Tensor>&& tensor,
                       const char* what) {
    if (!tensor) return;
    if (place) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("zip(): two of the datasets have a {}", what));
    }
    place = std::move(tensor);
  };
  join(to.label, std::move(from.label), "label");
  join(to.weight, std::move(from.weight), "weight");
}

struct ZipNode : DatasetNode {
  explicit ZipNode(std::vector<NodePointer> all) : sources(std::move(all)) {}

  class RowStream : public DatasetStream {
   public:
    explicit RowStream(std::vector<StreamPointer> streams) {
      for (StreamPointer& stream : streams) readers_.emplace_back(std::move(stream));
    }
    bool next(Batch& out) override {
      std::size_t count = kBlockRows;
      for (RowReader& reader : readers_) {
        if (count > 0) count = std::min(count, reader.available());
      }
      if (count == 0) return false;
      out = {};
      readers_.front().read(out, count);
      for (std::size_t i = 1; i < readers_.size(); ++i) {
        Batch rows;
        readers_[i].read(rows, count);
        join_tensors(out, std::move(rows));
      }
      return true;
    }

   private:
    std::vector<RowReader> readers_;
  };

  class BatchStream : public DatasetStream {
   public:
    explicit BatchStream(std::vector<StreamPointer> streams) : streams_(std::move(streams)) {}
    bool next(Batch& out) override {
      if (!streams_.front()->next(out)) return false;
      for (std::size_t i = 1; i < streams_.size(); ++i) {
        Batch batch;
        if (!streams_[i]->next(batch)) return false;
        join_tensors(out, std::move(batch));
      }
      return true;
    }

   private:
    std::vector<StreamPointer> streams_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    std::vector<StreamPointer> streams;
    for (const NodePointer& source : sources) streams.push_back(source->start(pass));
    if (is_batched()) return std::make_unique<BatchStream>(std::move(streams));
    return std::make_unique<RowStream>(std::move(streams));
  }
  std::int64_t cardinality() const override {
    std::int64_t shortest = kInfiniteCardinality;
    for (const NodePointer& source : sources) {
      const std::int64_t here = source->cardinality();
      if (here == kUnknownCardinality) return here;
      if (here == kInfiniteCardinality) continue;
      shortest = shortest == kInfiniteCardinality ? here : std::min(shortest, here);
    }
    return shortest;
  }
  bool is_batched() const override { return sources.front()->is_batched(); }

  std::vector<NodePointer> sources;
};

// What interleave takes turns with. `next` gives the datasets one after the other.
class InterleaveStream : public DatasetStream {
 public:
  using NextDataset = std::function<std::optional<Dataset>()>;

  InterleaveStream(NextDataset next_dataset, const InterleaveOptions& options, bool batched,
                   std::uint64_t pass)
      : next_dataset_(std::move(next_dataset)),
        options_(options),
        batched_(batched),
        pass_(pass),
        slots_(options.cycle_length) {}

  bool next(Batch& out) override {
    while (open_count_ > 0 || !all_opened_) {
      std::optional<Slot>& slot = slots_[turn_];
      if (!slot) {
        if (all_opened_ || !open(slot)) pass_turn();
        continue;
      }
      if (take(*slot, out)) return true;
      slot.reset();
      --open_count_;
      pass_turn();
    }
    return false;
  }

 private:
  struct Slot {
    explicit Slot(Dataset opened, std::uint64_t pass)
        : dataset(std::move(opened)), rows(dataset.node()->start(pass)) {}
    Dataset dataset;  // First: the stream refers to it.
    RowReader rows;
  };

  bool open(std::optional<Slot>& slot) {
    std::optional<Dataset> dataset = next_dataset_();
    if (!dataset) {
      all_opened_ = true;
      return false;
    }
    if (dataset->is_batched() != batched_) {
      throw Error(ErrorCode::invalid_argument,
                  "interleave(): some of the datasets have rows, others batches");
    }
    slot.emplace(std::move(*dataset), pass_);
    ++open_count_;
    return true;
  }

  // What is left of the slot's turn; false when its dataset has ended.
  bool take(Slot& slot, Batch& out) {
    const std::size_t available = slot.rows.available();
    if (available == 0) return false;
    const std::size_t elements = batched_ ? 1 : std::min(available, options_.block_length - taken_);
    slot.rows.read(out, batched_ ? available : elements);
    taken_ += elements;
    if (taken_ == options_.block_length) pass_turn();
    return true;
  }

  void pass_turn() {
    turn_ = (turn_ + 1) % slots_.size();
    taken_ = 0;
  }

  NextDataset next_dataset_;
  InterleaveOptions options_;
  bool batched_;
  std::uint64_t pass_;
  std::vector<std::optional<Slot>> slots_;
  std::size_t turn_ = 0;   // Whose turn it is,
  std::size_t taken_ = 0;  // and how many elements it gave in this turn.
  std::size_t open_count_ = 0;
  bool all_opened_ = false;
};

struct InterleaveNode : DatasetNode {
  InterleaveNode(std::vector<NodePointer> all, const InterleaveOptions& interleave)
      : sources(std::move(all)), options(interleave) {}

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<InterleaveStream>(
        [this, next = std::size_t{0}]() mutable -> std::optional<Dataset> {
          if (next == sources.size()) return std::nullopt;
          return Dataset(sources[next++]);
        },
        options, is_batched(), pass);
  }
  std::int64_t cardinality() const override {
    std::int64_t sum = 0;
    for (const NodePointer& source : sources) sum = added(sum, source->cardinality());
    return sum;
  }
  bool is_batched() const override { return sources.front()->is_batched(); }

  std::vector<NodePointer> sources;
  InterleaveOptions options;
};

struct InterleaveFunctionNode : DatasetStep {
  using Function = std::function<Dataset(const Batch& element)>;

  InterleaveFunctionNode(NodePointer source, Function make, const InterleaveOptions& interleave)
      : DatasetStep(std::move(source)), function(std::move(make)), options(interleave) {}

  StreamPointer start(std::uint64_t pass) const override {
    const auto elements = std::make_shared<RowReader>(before->start(pass));
    return std::make_unique<InterleaveStream>(
        [this, elements]() -> std::optional<Dataset> {
          const std::size_t available = elements->available();
          if (available == 0) return std::nullopt;
          Batch element;
          elements->read(element, before->is_batched() ? available : 1);
          Dataset made = function(element);
          if (made.is_batched()) {
            throw Error(ErrorCode::invalid_argument,
                        "interleave(): the function must make datasets of rows; batch() after");
          }
          return made;
        },
        options, false, pass);
  }
  std::int64_t cardinality() const override { return kUnknownCardinality; }
  bool is_batched() const override { return false; }

  Function function;
  InterleaveOptions options;
};

}  // namespace

NodePointer make_concatenate_node(NodePointer first, NodePointer second) {
  return std::make_shared<ConcatenateNode>(std::move(first), std::move(second));
}

NodePointer make_zip_node(std::vector<NodePointer> sources) {
  return std::make_shared<ZipNode>(std::move(sources));
}

NodePointer make_interleave_node(std::vector<NodePointer> sources,
                                 const InterleaveOptions& options) {
  return std::make_shared<InterleaveNode>(std::move(sources), options);
}

NodePointer make_interleave_node(NodePointer source,
                                 std::function<Dataset(const Batch& element)> function,
                                 const InterleaveOptions& options) {
  return std::make_shared<InterleaveFunctionNode>(std::move(source), std::move(function), options);
}

}  // namespace kindred::data
