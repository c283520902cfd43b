// Datasets: rows as a stream that can be started again for each pass of training.
//
//    Dataset::from_batch(homes).shuffle(1000, {.seed = 7}).repeat(2).batch(32).prefetch(1)
//
// A dataset is a recipe, cheap to copy; nothing is read before start(). Its elements are
// rows until batch(), padded_batch() or window() group them, and batches from there on;
// unbatch() goes back. shuffle, repeat, take, skip, shard, cache, prefetch, zip,
// concatenate and interleave count elements, whichever they are. The words and their
// meaning are those of tf.data, with two differences: rows with lists of different
// lengths may form a batch (its tensor is ragged), and functions see blocks of rows,
// because inside a dataset rows travel in blocks, not one by one.
//
// Determinism: equal recipes give equal elements, whatever runs in the background. The
// order that shuffle() draws depends on its seed and on the number of the pass alone:
// repeat() counts the passes of what stands before it, and start(pass) those of all.
//
// Memory: the blocks on their way (about a megabyte a step) and what a step is asked to
// hold: the buffer of shuffle(), all of cache(), the batches of prefetch().
//
// Thread safety: a dataset may be started from several threads at once if the functions
// it was given allow it; an iterator belongs to one thread.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kindred/data/batch.h"
#include "kindred/data/table.h"

namespace kindred::data {

struct DatasetNode;   // A step of the recipe; dataset_node.h, for this folder only.
class DatasetStream;  // A step at work.

inline constexpr std::int64_t kInfiniteCardinality = -1;
inline constexpr std::int64_t kUnknownCardinality = -2;
inline constexpr std::int64_t kForever = -1;  // For repeat().
inline constexpr std::int64_t kAll = -1;      // For take(), skip() and the buffer of shuffle().

struct ShuffleOptions {
  std::uint64_t seed = 1;
  bool reshuffle = true;  // Another order in each pass; false repeats the order of the first.
};

struct BatchOptions {
  bool drop_remainder = false;  // Leaves out a last batch that is not full.
};

using PaddingValue = std::variant<double, std::string>;

struct PaddedBatchOptions {
  bool drop_remainder = false;
  double number = 0.0;                                           // What fills lists of numbers,
  std::string text = "";                                         // and lists of texts,
  std::map<std::string, PaddingValue, std::less<>> values = {};  // unless the feature is here.
  // Features whose lists get this length; a longer list is an error. The others get the
  // length of the longest list of their batch.
  std::map<std::string, std::size_t, std::less<>> lengths = {};
};

struct WindowOptions {
  std::size_t shift = 0;   // Rows from the start of one window to the next; 0: its size.
  std::size_t stride = 1;  // Rows between two neighbours of a window.
  bool drop_remainder = false;
};

struct InterleaveOptions {
  std::size_t cycle_length = 1;  // Datasets that are open at once.
  std::size_t block_length = 1;  // Elements taken from one before the next has its turn.
};

struct MapOptions {
  int thread_count = 0;  // Background threads that call the function; the order stays.
};

// One pass over a dataset. Also keeps the recipe alive.
class DatasetIterator {
 public:
  DatasetIterator(std::shared_ptr<const DatasetNode> recipe, std::uint64_t pass);
  ~DatasetIterator();
  DatasetIterator(DatasetIterator&&) noexcept;
  DatasetIterator& operator=(DatasetIterator&&) noexcept;

  // Replaces `out` by the next batch, or in a dataset of rows by the next block of at
  // least one row. False at the end, which leaves `out` as it may be. Reuses the memory
  // of `out` where it can. Throws what the steps throw; after that it is at the end.
  bool next(Batch& out);

 private:
  std::shared_ptr<const DatasetNode> recipe_;
  std::unique_ptr<DatasetStream> stream_;
};

class Dataset {
 public:
  // Changes rows: gets a block of rows (a batch, after batch()) and returns what takes
  // its place. For a dataset of rows it must treat each row by itself and keep their
  // number, since where blocks begin and end is not promised.
  using Map = std::function<Batch(Batch rows)>;
  // Whether row `row` stays.
  using RowPredicate = std::function<bool(const Batch& rows, std::size_t row)>;
  using BatchPredicate = std::function<bool(const Batch& batch)>;
  // Gives blocks of rows until it gives nothing. Called from one thread at a time.
  using Generator = std::function<std::optional<Batch>()>;
  // Makes the generator of a pass.
  using GeneratorFactory = std::function<Generator(std::uint64_t pass)>;

  // ---- Sources. All are datasets of rows.

  // The rows of tensors in memory, one element a row.
  // Throws Error(invalid_argument) as check_batch() does, and for a batch without tensors.
  static Dataset from_batch(Batch rows);

  // The columns of a table: text as text, numbers as float64 with NaN where they are
  // missing. `label` names the column that is the label; "" for none.
  // Throws Error(not_found) when there is no such column.
  static Dataset from_table(const Table& table, std::string_view label = "");

  // begin, begin + step, ... before end, as one int64 feature.
  // Throws Error(invalid_argument) when step is 0.
  static Dataset range(std::int64_t begin, std::int64_t end, std::int64_t step = 1,
                       std::string name = "value");

  // Rows that code makes. `cardinality` is the number of rows where it is known.
  static Dataset generate(GeneratorFactory factory, std::int64_t cardinality = kUnknownCardinality);

  // An input function: any callable that returns a Batch, or features and label as a
  // std::pair<Batch, Tensor>, is called at the beginning of each pass and gives the rows.
  // A callable that returns a Dataset is called once, now.
  template <std::invocable Function>
  static Dataset from_function(Function function) {
    using Result = std::invoke_result_t<Function&>;
    if constexpr (std::same_as<Result, Dataset>) {
      return function();
    } else if constexpr (std::same_as<Result, Batch>) {
      return from_batch_function(std::move(function));
    } else {
      return from_batch_function([function = std::move(function)]() mutable {
        auto [features, label] = function();
        features.label = std::move(label);
        return std::move(features);
      });
    }
  }

  // ---- Steps. Each returns a dataset that has this one before it.

  Dataset map(Map function, const MapOptions& options = {}) const;
  // Throws Error(invalid_argument) when the elements are batches.
  Dataset filter(RowPredicate predicate) const;
  // Throws Error(invalid_argument) when the elements are rows.
  Dataset filter_batches(BatchPredicate predicate) const;

  // Makes a feature the label, or the weight, of the rows.
  Dataset with_label(std::string feature) const;
  Dataset with_weight(std::string feature) const;

  // Holds `buffer_size` elements and gives a random one of them, whose place the next
  // element takes: a perfect shuffle only if the buffer holds all elements, as it does
  // with kAll. Throws Error(invalid_argument) for other sizes below 1.
  Dataset shuffle(std::int64_t buffer_size, const ShuffleOptions& options = {}) const;

  // All elements `count` times over, or for ever. A dataset without elements stays so.
  Dataset repeat(std::int64_t count = kForever) const;

  // Groups elements. Rows become batches of `size` rows; batches of equal form are
  // stacked, which gives their tensors one more axis in front.
  // Throws Error(invalid_argument) when size is 0.
  Dataset batch(std::size_t size, const BatchOptions& options = {}) const;
  // Rows become batches; lists of different lengths are padded to a dense tensor.
  Dataset padded_batch(std::size_t size, const PaddedBatchOptions& options = {}) const;
  // Batches of `size` rows that may overlap: row i * shift + j * stride is row j of
  // window i. The last windows may be shorter.
  Dataset window(std::size_t size, const WindowOptions& options = {}) const;
  // The rows of batches.
  Dataset unbatch() const;

  // Keeps the elements of the first pass that reaches the end and gives them again in
  // every later one. Before shuffle(), or all passes have one order.
  Dataset cache() const;

  // A background thread works on the next elements while the caller is busy with this
  // one: `ahead` batches, or blocks of rows. Errors come when their element would.
  Dataset prefetch(std::size_t ahead = 1) const;

  Dataset take(std::int64_t count) const;  // kAll: all.
  Dataset skip(std::int64_t count) const;  // kAll: leaves none.
  // Element `index`, `index + count`, `index + 2 count`, ....
  // Throws Error(invalid_argument) unless index < count.
  Dataset shard(std::int64_t count, std::int64_t index) const;
  // Adds a feature that counts the elements from `begin`. Rows only.
  Dataset enumerate(std::string name = "index", std::int64_t begin = 0) const;
  Dataset concatenate(Dataset next) const;

  // Side by side, the shortest ends it: the features of all, one after the other, with
  // the one label and weight there may be. All must be rows, or all batches.
  // Throws Error(invalid_argument) when the list is empty or mixed, and while running
  // when a feature is in two of them, or batches have different numbers of rows.
  static Dataset zip(std::vector<Dataset> datasets);

  // Takes turns: block_length elements from each of cycle_length open datasets; a
  // finished one makes room for the next in the list.
  static Dataset interleave(std::vector<Dataset> datasets, const InterleaveOptions& options = {});
  // The same for the datasets that `function` makes of the elements of this one: it gets
  // a batch (of one row, where the elements are rows).
  Dataset interleave(std::function<Dataset(const Batch& element)> function,
                     const InterleaveOptions& options = {}) const;

  // ---- What there is.

  // The number of elements, kInfiniteCardinality, or kUnknownCardinality when only
  // running would tell.
  std::int64_t cardinality() const;

  // Whether elements are batches, not rows.
  bool is_batched() const;

  // Begins pass number `pass`.
  DatasetIterator start(std::uint64_t pass = 0) const;

  // All rows of a pass as one batch.
  // Throws Error(invalid_argument) when there is no end to them.
  Batch collect(std::uint64_t pass = 0) const;

  // For the steps of this folder.
  explicit Dataset(std::shared_ptr<const DatasetNode> node);
  const std::shared_ptr<const DatasetNode>& node() const noexcept { return node_; }

 private:
  static Dataset from_batch_function(std::function<Batch()> function);

  std::shared_ptr<const DatasetNode> node_;
};

// The rows that train and those that validate: the last ones, floor(n (1 - fraction))
// being the first. Take them before shuffling.
// Throws Error(invalid_argument) when one of the two would be empty.
struct ValidationSplit {
  Batch train;
  Batch validation;
};
ValidationSplit split_validation(const Batch& rows, double fraction);
std::size_t train_row_count(std::size_t row_count, double validation_fraction);

}  // namespace kindred::data
