#include "kindred/data/dataset.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/memory_budget.h"
#include "kindred/data/dataset_node.h"

namespace kindred::data {
namespace {

void require_dataset(bool condition, const std::string& problem) {
  if (!condition) throw Error(ErrorCode::invalid_argument, problem);
}

// Changes batches row by row without looking at the rows, so it works on both kinds.
Dataset move_feature(const Dataset& dataset, std::string feature,
                     std::optional<Tensor> Batch::*place) {
  return dataset.map([feature = std::move(feature), place](Batch rows) {
    rows.*place = rows.remove(feature);
    return rows;
  });
}

}  // namespace

DatasetIterator::DatasetIterator(std::shared_ptr<const DatasetNode> recipe, std::uint64_t pass)
    : recipe_(std::move(recipe)), stream_(recipe_->start(pass)) {}
DatasetIterator::~DatasetIterator() = default;
DatasetIterator::DatasetIterator(DatasetIterator&&) noexcept = default;
DatasetIterator& DatasetIterator::operator=(DatasetIterator&& other) noexcept {
  stream_ = std::move(other.stream_);  // First: it refers to the recipe it goes with.
  recipe_ = std::move(other.recipe_);
  return *this;
}

bool DatasetIterator::next(Batch& out) {
  if (!stream_) return false;
  StreamPointer stream = std::move(stream_);  // If next() throws, it is over.
  const bool more = stream->next(out);
  if (more) stream_ = std::move(stream);
  return more;
}

Dataset::Dataset(std::shared_ptr<const DatasetNode> node) : node_(std::move(node)) {}

Dataset Dataset::from_batch(Batch rows) { return Dataset(make_memory_node(std::move(rows))); }

Dataset Dataset::from_table(const Table& table, std::string_view label) {
  Batch rows;
  rows.row_count = table.row_count();
  if (!label.empty()) static_cast<void>(table.at(label));
  for (const Column& from : table.columns()) {
    Tensor tensor;
    if (from.is_text()) {
      TextList texts;
      texts.reserve(from.size());
      for (const std::string& text : from.text()) texts.push_back(text);
      tensor = column(std::move(texts));
    } else {
      tensor = column(from.numbers());
    }
    if (from.name == label) {
      rows.label = std::move(tensor);
    } else {
      rows.features.push_back({from.name, std::move(tensor)});
    }
  }
  return from_batch(std::move(rows));
}

Dataset Dataset::range(std::int64_t begin, std::int64_t end, std::int64_t step, std::string name) {
  require_dataset(step != 0, "range(): the step is 0");
  return Dataset(make_range_node(begin, end, step, std::move(name)));
}

Dataset Dataset::generate(GeneratorFactory factory, std::int64_t cardinality) {
  return Dataset(make_generator_node(std::move(factory), cardinality));
}

Dataset Dataset::from_batch_function(std::function<Batch()> function) {
  return Dataset(make_function_node(std::move(function)));
}

Dataset Dataset::map(Map function, const MapOptions& options) const {
  require_dataset(options.thread_count >= 0 && options.thread_count <= 1024,
                  fmt::format("map(): {} threads; 0 to 1024 are possible", options.thread_count));
  return Dataset(make_map_node(node_, std::move(function), options));
}

Dataset Dataset::filter(RowPredicate predicate) const {
  require_dataset(
      !is_batched(),
      "filter(): the elements are batches; filter rows before batch(), or use filter_batches()");
  return Dataset(make_filter_node(node_, std::move(predicate)));
}

Dataset Dataset::filter_batches(BatchPredicate predicate) const {
  require_dataset(is_batched(), "filter_batches(): the elements are rows; use filter()");
  return Dataset(make_batch_filter_node(node_, std::move(predicate)));
}

Dataset Dataset::with_label(std::string feature) const {
  return move_feature(*this, std::move(feature), &Batch::label);
}

Dataset Dataset::with_weight(std::string feature) const {
  return move_feature(*this, std::move(feature), &Batch::weight);
}

Dataset Dataset::shuffle(std::int64_t buffer_size, const ShuffleOptions& options) const {
  require_dataset(
      buffer_size > 0 || buffer_size == kAll,
      fmt::format("shuffle(): a buffer of {} elements; at least 1 is needed", buffer_size));
  return Dataset(make_shuffle_node(node_, buffer_size, options));
}

Dataset Dataset::repeat(std::int64_t count) const {
  require_dataset(count >= 0 || count == kForever, fmt::format("repeat(): {} times", count));
  return Dataset(make_repeat_node(node_, count));
}

Dataset Dataset::batch(std::size_t size, const BatchOptions& options) const {
  require_dataset(size > 0, "batch(): a batch of 0 rows; at least 1 is needed");
  return Dataset(make_batch_node(node_, size, options));
}

Dataset Dataset::padded_batch(std::size_t size, const PaddedBatchOptions& options) const {
  require_dataset(size > 0, "padded_batch(): a batch of 0 rows; at least 1 is needed");
  require_dataset(!is_batched(),
                  "padded_batch(): the elements are batches already; unbatch() first");
  return Dataset(make_padded_batch_node(node_, size, options));
}

Dataset Dataset::window(std::size_t size, const WindowOptions& options) const {
  require_dataset(size > 0 && options.stride > 0,
                  "window(): its size and its stride must be at least 1");
  require_dataset(!is_batched(), "window(): the elements are batches already; unbatch() first");
  return Dataset(make_window_node(node_, size, options));
}

Dataset Dataset::unbatch() const {
  require_dataset(is_batched(), "unbatch(): the elements are rows already");
  return Dataset(make_unbatch_node(node_));
}

Dataset Dataset::cache() const {
  require_dataset(cardinality() != kInfiniteCardinality, "cache(): the dataset never ends");
  return Dataset(make_cache_node(node_));
}

Dataset Dataset::prefetch(std::size_t ahead) const {
  require_dataset(ahead > 0, "prefetch(): 0 elements ahead; at least 1 is needed");
  return Dataset(make_prefetch_node(node_, ahead));
}

Dataset Dataset::take(std::int64_t count) const {
  require_dataset(count >= 0 || count == kAll, fmt::format("take(): {} elements", count));
  return count == kAll ? *this : Dataset(make_take_node(node_, count));
}

Dataset Dataset::skip(std::int64_t count) const {
  require_dataset(count >= 0 || count == kAll, fmt::format("skip(): {} elements", count));
  return count == kAll ? take(0) : Dataset(make_skip_node(node_, count));
}

Dataset Dataset::shard(std::int64_t count, std::int64_t index) const {
  require_dataset(count > 0 && index >= 0 && index < count,
                  fmt::format("shard(): shard {} of {}", index, count));
  return Dataset(make_shard_node(node_, count, index));
}

Dataset Dataset::enumerate(std::string name, std::int64_t begin) const {
  require_dataset(!is_batched(),
                  "enumerate(): the elements are batches; enumerate rows before batch()");
  return Dataset(make_enumerate_node(node_, std::move(name), begin));
}

Dataset Dataset::concatenate(Dataset next) const {
  require_dataset(is_batched() == next.is_batched(),
                  "concatenate(): one has rows, the other batches");
  return Dataset(make_concatenate_node(node_, next.node_));
}

namespace {

std::vector<NodePointer> nodes_of(const std::vector<Dataset>& datasets, const char* step) {
  require_dataset(!datasets.empty(), fmt::format("{}: no datasets are given", step));
  std::vector<NodePointer> nodes;
  for (const Dataset& dataset : datasets) {
    require_dataset(dataset.is_batched() == datasets.front().is_batched(),
                    fmt::format("{}: some have rows, others batches", step));
    nodes.push_back(dataset.node());
  }
  return nodes;
}

void check_interleave(const InterleaveOptions& options) {
  require_dataset(options.cycle_length > 0 && options.block_length > 0,
                  "interleave(): the lengths of the cycle and the block must be at least 1");
}

}  // namespace

Dataset Dataset::zip(std::vector<Dataset> datasets) {
  return Dataset(make_zip_node(nodes_of(datasets, "zip()")));
}

Dataset Dataset::interleave(std::vector<Dataset> datasets, const InterleaveOptions& options) {
  check_interleave(options);
  return Dataset(make_interleave_node(nodes_of(datasets, "interleave()"), options));
}

Dataset Dataset::interleave(std::function<Dataset(const Batch& element)> function,
                            const InterleaveOptions& options) const {
  check_interleave(options);
  return Dataset(make_interleave_node(node_, std::move(function), options));
}

std::int64_t Dataset::cardinality() const { return node_->cardinality(); }

bool Dataset::is_batched() const { return node_->is_batched(); }

DatasetIterator Dataset::start(std::uint64_t pass) const { return {node_, pass}; }

Batch Dataset::collect(std::uint64_t pass) const {
  require_dataset(cardinality() != kInfiniteCardinality,
                  "collect(): the dataset never ends; take() some of it");
  DatasetIterator iterator = start(pass);
  Batch all;
  Batch block;
  for (bool first = true; iterator.next(block); first = false) {
    if (first) all = empty_like(block);
    // By the bytes of a number in each cell; what texts take is seen when the next block comes.
    process_memory().take(block.row_count * (block.features.size() + 1) * sizeof(double),
                          "the rows of the table");
    append_rows(all, block, 0, block.row_count);
  }
  return all;
}

std::size_t train_row_count(std::size_t row_count, double validation_fraction) {
  require_dataset(
      validation_fraction > 0.0 && validation_fraction < 1.0,
      fmt::format("a validation share of {}; it must lie between 0 and 1", validation_fraction));
  const auto train = static_cast<std::size_t>(
      std::floor(static_cast<double>(row_count) * (1.0 - validation_fraction)));
  require_dataset(
      train > 0 && train < row_count,
      fmt::format("a validation share of {} of {} rows leaves {} to train on and {} to validate",
                  validation_fraction, row_count, train, row_count - train));
  return train;
}

ValidationSplit split_validation(const Batch& rows, double fraction) {
  const std::size_t train = train_row_count(rows.row_count, fraction);
  return {slice(rows, 0, train), slice(rows, train, rows.row_count)};
}

}  // namespace kindred::data
