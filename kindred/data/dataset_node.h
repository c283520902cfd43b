// The steps behind a Dataset: each is a node of the recipe, and a stream when it runs.
//
// A stream gives blocks. Where the elements are rows, a block is one or more rows and the
// next step may cut it anywhere; where they are batches, a block is one element. Every
// step is written against that one rule, so that a row costs no object and no call.
//
// Only files of this folder include this one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kindred/data/dataset.h"

namespace kindred::data {

// Rows of a block that a step makes itself: enough to spread the cost of a block over
// many rows, few enough to stay in the cache.
inline constexpr std::size_t kBlockRows = 1024;

// Draws of the shuffles are keyed by (seed, this, pass).
inline constexpr std::uint32_t kShuffleStream = 0x53484655;

class DatasetStream {
 public:
  virtual ~DatasetStream() = default;
  // As DatasetIterator::next(); not called again once it returned false or threw.
  virtual bool next(Batch& out) = 0;
};
using StreamPointer = std::unique_ptr<DatasetStream>;

struct DatasetNode {
  virtual ~DatasetNode() = default;
  // The stream refers to the node, which must outlive it.
  virtual StreamPointer start(std::uint64_t pass) const = 0;
  virtual std::int64_t cardinality() const = 0;
  virtual bool is_batched() const = 0;
};
using NodePointer = std::shared_ptr<const DatasetNode>;

// A node with one other before it, whose kind of elements and number it keeps unless it
// says otherwise.
struct DatasetStep : DatasetNode {
  explicit DatasetStep(NodePointer source) : before(std::move(source)) {}
  std::int64_t cardinality() const override { return before->cardinality(); }
  bool is_batched() const override { return before->is_batched(); }

  NodePointer before;
};

// How many elements a block holds.
inline std::size_t element_count(const Batch& block, bool batched) {
  return batched ? 1 : block.row_count;
}

// Cuts a block of a dataset of rows down to rows [begin, end).
void keep_rows(Batch& block, std::size_t begin, std::size_t end);

// Makes `out` a batch of no rows in the form of `like`, reusing its memory if it can.
void begin_like(Batch& out, const Batch& like);

// Reads rows in portions of any size from a stream of blocks.
class RowReader {
 public:
  explicit RowReader(StreamPointer stream) : stream_(std::move(stream)) {}

  // The rows at hand: at least one, or none at the end.
  std::size_t available();
  const Batch& block() const noexcept { return block_; }
  std::size_t begin() const noexcept { return at_; }  // The first row of block() not taken.
  void advance(std::size_t row_count) noexcept { at_ += row_count; }

  // Replaces `out` by the next `row_count` rows, or as many as there are: how many.
  std::size_t read(Batch& out, std::size_t row_count);
  // The same, at the end of what `out` has. `form_is_set`: out has the form already.
  std::size_t append(Batch& out, std::size_t row_count, bool form_is_set);

 private:
  StreamPointer stream_;
  Batch block_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

// The recipe's steps, by the file that holds them.

// dataset_sources.cc
NodePointer make_memory_node(Batch rows);
NodePointer make_range_node(std::int64_t begin, std::int64_t end, std::int64_t step,
                            std::string name);
NodePointer make_generator_node(Dataset::GeneratorFactory factory, std::int64_t cardinality);
NodePointer make_function_node(std::function<Batch()> function);

// dataset_functions.cc
NodePointer make_map_node(NodePointer source, Dataset::Map function, const MapOptions& options);
NodePointer make_filter_node(NodePointer source, Dataset::RowPredicate predicate);
NodePointer make_batch_filter_node(NodePointer source, Dataset::BatchPredicate predicate);

// dataset_memory.cc
NodePointer make_cache_node(NodePointer source);
NodePointer make_prefetch_node(NodePointer source, std::size_t ahead);

// dataset_grouping.cc
NodePointer make_batch_node(NodePointer source, std::size_t size, const BatchOptions& options);
NodePointer make_padded_batch_node(NodePointer source, std::size_t size,
                                   const PaddedBatchOptions& options);
NodePointer make_window_node(NodePointer source, std::size_t size, const WindowOptions& options);
NodePointer make_unbatch_node(NodePointer source);

// dataset_selection.cc
NodePointer make_take_node(NodePointer source, std::int64_t count);
NodePointer make_skip_node(NodePointer source, std::int64_t count);
NodePointer make_shard_node(NodePointer source, std::int64_t count, std::int64_t index);
NodePointer make_repeat_node(NodePointer source, std::int64_t count);
NodePointer make_enumerate_node(NodePointer source, std::string name, std::int64_t begin);

// dataset_joining.cc
NodePointer make_concatenate_node(NodePointer first, NodePointer second);
NodePointer make_zip_node(std::vector<NodePointer> sources);
NodePointer make_interleave_node(std::vector<NodePointer> sources,
                                 const InterleaveOptions& options);
NodePointer make_interleave_node(NodePointer source,
                                 std::function<Dataset(const Batch& element)> function,
                                 const InterleaveOptions& options);

// dataset_shuffle.cc
NodePointer make_shuffle_node(NodePointer source, std::int64_t buffer_size,
                              const ShuffleOptions& options);

}  // namespace kindred::data
