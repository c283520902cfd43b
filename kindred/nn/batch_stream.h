// Where an epoch gets its batches from: rows in memory, or a dataset of batches.
//
// Rows in memory were encoded once and are gathered in an order that depends on (seed,
// epoch) alone. A dataset is encoded as it comes; in training with a number of steps an
// epoch goes on where the one before stopped.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "kindred/nn/encoded_rows.h"

namespace kindred::nn {

class BatchStream {
 public:
  virtual ~BatchStream() = default;

  // Before the batches of an epoch, counted from 0.
  virtual void begin_epoch(int epoch) = 0;
  // The next batch, or null at the end of the rows. It lives until the next call.
  virtual EncodedBatch* next() = 0;
  // Rows of an epoch, or 0 where only running would tell.
  virtual std::size_t row_count() const noexcept = 0;
  // Batches of an epoch, or 0 where only running would tell.
  virtual std::size_t batch_count() const noexcept { return 0; }
};

struct MemoryStreamOptions {
  std::size_t batch_size = 32;  // Above 0.
  bool shuffles = false;
  std::uint64_t seed = 1;
  // Rows [begin, end) of the shared ones.
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::unique_ptr<BatchStream> memory_stream(std::shared_ptr<const EncodedRows> rows,
                                           const MemoryStreamOptions& options);

struct DatasetStreamOptions {
  Targets targets = Targets::required;
  bool continues = false;           // The next epoch goes on where this one stopped.
  std::size_t skipped_batches = 0;  // Of a continuing stream: what earlier epochs have used.
};
// `encoder` and `pool` must outlive the stream.
std::unique_ptr<BatchStream> dataset_stream(const BatchEncoder& encoder, data::Dataset batches,
                                            const DatasetStreamOptions& options, ThreadPool* pool);

}  // namespace kindred::nn
