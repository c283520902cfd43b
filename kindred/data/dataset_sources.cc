// Where rows come from: memory, counting, and functions.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

// Gives the rows of a batch in blocks. Keeps a reference to `rows`, which must outlive it.
class MemoryStream : public DatasetStream {
 public:
  explicit MemoryStream(const Batch& rows) : rows_(rows) {}

  bool next(Batch& out) override {
    if (at_ == rows_.row_count) return false;
    const std::size_t end = std::min(rows_.row_count, at_ + kBlockRows);
    begin_like(out, rows_);
    append_rows(out, rows_, at_, end);
    at_ = end;
    return true;
  }

 private:
  const Batch& rows_;
  std::size_t at_ = 0;
};

struct MemoryNode : DatasetNode {
  explicit MemoryNode(Batch batch) : rows(std::move(batch)) {
    check_batch(rows);
    if (rows.features.empty() && !rows.label) {
      throw Error(ErrorCode::invalid_argument, "a dataset needs at least one tensor");
    }
  }
  StreamPointer start(std::uint64_t) const override { return std::make_unique<MemoryStream>(rows); }
  std::int64_t cardinality() const override { return static_cast<std::int64_t>(rows.row_count); }
  bool is_batched() const override { return false; }

  Batch rows;
};

struct RangeNode : DatasetNode {
  class Stream : public DatasetStream {
   public:
    explicit Stream(const RangeNode& node) : node_(node) {}
    bool next(Batch& out) override {
      const std::uint64_t left = node_.count - done_;
      if (left == 0) return false;
      const std::uint64_t here = std::min<std::uint64_t>(left, kBlockRows);
      std::vector<std::int64_t> values;
      for (std::uint64_t i = done_; i < done_ + here; ++i) {
        // In unsigned arithmetic, where nothing overflows; the result is in range.
        values.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(node_.begin) +
                                                   i * static_cast<std::uint64_t>(node_.step)));
      }
      done_ += here;
      out = {};
      out.add(node_.name, column(std::move(values)));
      return true;
    }

   private:
    const RangeNode& node_;
    std::uint64_t done_ = 0;
  };

  RangeNode(std::int64_t first, std::int64_t end, std::int64_t stride, std::string feature)
      : begin(first), step(stride), name(std::move(feature)) {
    const bool up = step > 0;
    if (up ? begin >= end : begin <= end) return;
    const auto distance = up ? static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(begin)
                             : static_cast<std::uint64_t>(begin) - static_cast<std::uint64_t>(end);
    const auto size = up ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step);
    count = (distance - 1) / size + 1;
  }
  StreamPointer start(std::uint64_t) const override { return std::make_unique<Stream>(*this); }
  std::int64_t cardinality() const override {
    return std::in_range<std::int64_t>(count) ? static_cast<std::int64_t>(count)
                                              : kUnknownCardinality;
  }
  bool is_batched() const override { return false; }

  std::int64_t begin;
  std::int64_t step;
  std::string name;
  std::uint64_t count = 0;
};

struct GeneratorNode : DatasetNode {
  class Stream : public DatasetStream {
   public:
    explicit Stream(Dataset::Generator generator) : generator_(std::move(generator)) {}
    bool next(Batch& out) override {
      while (std::optional<Batch> rows = generator_()) {
        check_batch(*rows);
        if (rows->row_count == 0) continue;
        out = std::move(*rows);
        return true;
      }
      return false;
    }

   private:
    Dataset::Generator generator_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(factory(pass));
  }
  std::int64_t cardinality() const override { return count; }
  bool is_batched() const override { return false; }

  Dataset::GeneratorFactory factory;
  std::int64_t count = kUnknownCardinality;
};

struct FunctionNode : DatasetNode {
  // Owns the rows that the function gave for this pass.
  class Stream : public DatasetStream {
   public:
    explicit Stream(Batch rows) : rows_(std::move(rows)), stream_(rows_) {}
    bool next(Batch& out) override { return stream_.next(out); }

   private:
    Batch rows_;
    MemoryStream stream_;
  };

  StreamPointer start(std::uint64_t) const override {
    Batch rows = function();
    // The label, or a feature, may be the first to say how many rows there are.
    if (rows.features.empty() && rows.row_count == 0 && rows.label) {
      rows.row_count = rows.label->row_count();
    }
    check_batch(rows);
    return std::make_unique<Stream>(std::move(rows));
  }
  std::int64_t cardinality() const override { return kUnknownCardinality; }
  bool is_batched() const override { return false; }

  std::function<Batch()> function;
};

}  // namespace

NodePointer make_memory_node(Batch rows) { return std::make_shared<MemoryNode>(std::move(rows)); }

NodePointer make_range_node(std::int64_t begin, std::int64_t end, std::int64_t step,
                            std::string name) {
  return std::make_shared<RangeNode>(begin, end, step, std::move(name));
}

NodePointer make_generator_node(Dataset::GeneratorFactory factory, std::int64_t cardinality) {
  auto node = std::make_shared<GeneratorNode>();
  node->factory = std::move(factory);
  node->count = cardinality;
  return node;
}

NodePointer make_function_node(std::function<Batch()> function) {
  auto node = std::make_shared<FunctionNode>();
  node->function = std::move(function);
  return node;
}

}  // namespace kindred::data
