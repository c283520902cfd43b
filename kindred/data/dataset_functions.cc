// The steps that call the user's functions: map and filter.

#include <fmt/format.h>

#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/ordered_stage.h"
#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

struct MapNode : DatasetStep {
  MapNode(NodePointer source, Dataset::Map map, const MapOptions& map_options)
      : DatasetStep(std::move(source)), function(std::move(map)), options(map_options) {}

  Batch apply(Batch rows) const {
    const std::size_t row_count = rows.row_count;
    Batch mapped = function(std::move(rows));
    check_batch(mapped);
    if (!is_batched() && mapped.row_count != row_count) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("map(): the function made {} rows of {}; it may change rows, not "
                              "their number (filter() leaves rows out)",
                              mapped.row_count, row_count));
    }
    return mapped;
  }

  class Stream : public DatasetStream {
   public:
    Stream(const MapNode& node, StreamPointer source)
        : source_(std::move(source)),
          stage_(
              {.thread_count = node.options.thread_count,
               .ahead = 2 * static_cast<std::size_t>(node.options.thread_count)},
              [this]() -> std::optional<Batch> {
                Batch block;
                if (!source_->next(block)) return std::nullopt;
                return block;
              },
              [&node](Batch block) { return node.apply(std::move(block)); }) {}
    bool next(Batch& out) override {
      std::optional<Batch> mapped = stage_.next();
      if (mapped) out = std::move(*mapped);
      return mapped.has_value();
    }

   private:
    StreamPointer source_;
    OrderedStage<Batch, Batch> stage_;  // Last: its threads use the source.
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }

  Dataset::Map function;
  MapOptions options;
};

struct FilterNode : DatasetStep {
  FilterNode(NodePointer source, Dataset::RowPredicate row_predicate)
      : DatasetStep(std::move(source)), predicate(std::move(row_predicate)) {}

  class Stream : public DatasetStream {
   public:
    Stream(const FilterNode& node, StreamPointer source)
        : node_(node), source_(std::move(source)) {}
    bool next(Batch& out) override {
      while (source_->next(block_)) {
        kept_.clear();
        for (std::size_t row = 0; row < block_.row_count; ++row) {
          if (node_.predicate(block_, row)) kept_.push_back(row);
        }
        if (kept_.empty()) continue;
        if (kept_.size() == block_.row_count) {
          std::swap(out, block_);
          return true;
        }
        begin_like(out, block_);
        append_chosen_rows(out, block_, kept_);
        return true;
      }
      return false;
    }

   private:
    const FilterNode& node_;
    StreamPointer source_;
    Batch block_;
    std::vector<std::size_t> kept_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }
  std::int64_t cardinality() const override { return kUnknownCardinality; }

  Dataset::RowPredicate predicate;
};

struct BatchFilterNode : DatasetStep {
  BatchFilterNode(NodePointer source, Dataset::BatchPredicate batch_predicate)
      : DatasetStep(std::move(source)), predicate(std::move(batch_predicate)) {}

  class Stream : public DatasetStream {
   public:
    Stream(const BatchFilterNode& node, StreamPointer source)
        : node_(node), source_(std::move(source)) {}
    bool next(Batch& out) override {
      while (source_->next(out)) {
        if (node_.predicate(out)) return true;
      }
      return false;
    }

   private:
    const BatchFilterNode& node_;
    StreamPointer source_;
  };

  StreamPointer start(std::uint64_t pass) const override {
    return std::make_unique<Stream>(*this, before->start(pass));
  }
  std::int64_t cardinality() const override { return kUnknownCardinality; }

  Dataset::BatchPredicate predicate;
};

}  // namespace

NodePointer make_map_node(NodePointer source, Dataset::Map function, const MapOptions& options) {
  return std::make_shared<MapNode>(std::move(source), std::move(function), options);
}

NodePointer make_filter_node(NodePointer source, Dataset::RowPredicate predicate) {
  return std::make_shared<FilterNode>(std::move(source), std::move(predicate));
}

NodePointer make_batch_filter_node(NodePointer source, Dataset::BatchPredicate predicate) {
  return std::make_shared<BatchFilterNode>(std::move(source), std::move(predicate));
}

}  // namespace kindred::data
