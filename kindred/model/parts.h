// The parts that models and checkpoints have in common, as tensors and as JSON.
//
// Every write_ function adds tensors to a writer and returns what the manifest must say
// of them; its read_ function takes both and gives the part back, or throws
// Error(corrupt). Tensor names begin with a prefix: "item.vectors", "item.labels", ....

#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/positives.h"
#include "kindred/data/table.h"
#include "kindred/data/vocabulary.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"
#include "kindred/storage/container.h"
#include "kindred/training/training_loop.h"

namespace kindred::model {

// Pairs of a sparse matrix: more than a file holds, and far below what wraps.
inline constexpr std::uint64_t kEntriesMax = std::uint64_t{1} << 40U;

// Gathers tensors, some of which must first be laid out; those it keeps alive itself.
class PartWriter {
 public:
  Json add_embeddings(const std::string& prefix, const embedding::Embeddings& embeddings);
  Json add_sparse(const std::string& prefix, const SparseMatrix& matrix);
  // "PREFIX.labels" and "PREFIX.labels.offsets": of all rows, or of these in this order.
  void add_labels(const std::string& prefix, const data::Vocabulary& labels);
  void add_labels(const std::string& prefix, const data::Vocabulary& labels,
                  std::span<const std::uint32_t> rows);
  // No JSON: the shape says it all.
  void add_matrix(const std::string& name, MatrixView matrix);

  storage::ContainerWriter& writer() noexcept { return writer_; }

 private:
  // A text for each row, as bytes and row_count + 1 offsets.
  template <typename TextOfRow>
  void add_texts(const std::string& name, std::size_t row_count, TextOfRow text_of_row);

  storage::ContainerWriter writer_;
  std::deque<std::vector<std::uint8_t>> bytes_;  // deque: elements stay where they are.
  std::deque<std::vector<std::uint64_t>> offsets_;
  std::deque<std::vector<double>> numbers_;
};

// The labels of `count` rows, as add_labels() has written them.
data::Vocabulary read_labels(storage::ContainerReader& reader, const std::string& name,
                             std::uint64_t count);
// Throws Error(corrupt) unless the texts of `count` rows are there; they may repeat.
void check_texts(storage::ContainerReader& reader, const std::string& name, std::uint64_t count);
embedding::Embeddings read_embeddings(storage::ContainerReader& reader, const std::string& prefix,
                                      const Json& description);
SparseMatrix read_sparse(storage::ContainerReader& reader, const std::string& prefix,
                         const Json& description);
Matrix read_matrix(storage::ContainerReader& reader, const std::string& name, std::uint64_t rows,
                   std::uint64_t cols);

// The double that prints with as few digits as the float does; and back, refusing what a
// float or an int cannot hold.
double short_double(float value);
float as_float(const Json& json);
int as_int32(const Json& json, std::string_view name);

// [rows, columns], and the matrix of that shape, whose numbers must be finite.
Json shape_of(const Matrix& matrix);
Matrix read_shaped(storage::ContainerReader& reader, const std::string& name, const Json& shape);

// A product of two larger numbers is more than a float holds, and a score would be infinite.
inline constexpr float kVectorValueMax = 1e15F;
// Throws Error(corrupt) unless all are finite and at most kVectorValueMax on either side of 0.
void require_moderate(MatrixView matrix, std::string_view name);

// The members in which two objects differ, as "seed is 1 there and 2 here"; or "".
std::string differences(const Json& there, const Json& here);

Json to_json(const factorization::IalsOptions& options);
// All of them but the number of epochs: what must be equal for a training to be resumed.
Json settings_of(const factorization::IalsOptions& options);
factorization::IalsOptions options_from_json(const Json& json);

Json to_json(const data::PositiveRule& rule);
data::PositiveRule rule_from_json(const Json& json);

// Seconds differ from run to run, and equal trainings are to give equal files: models
// leave them out, checkpoints keep them.
enum class KeepSeconds { no, yes };
Json to_json(const std::vector<training::Epoch>& history, KeepSeconds keep);
std::vector<training::Epoch> history_from_json(const Json& json);

// A number of epochs: an integer from 0 on. Throws Error(corrupt) for anything else.
int epoch_from_json(const Json& json);

// What holds of the history of any training: epochs ascend from 1 on.
// Throws Error(corrupt) that names the entry.
void check_history(const std::vector<training::Epoch>& history);
// And where `epoch` of them are done: an entry for each.
void check_history(const std::vector<training::Epoch>& history, int epoch);

// Sixteen lower-case hexadecimal digits, as training_fingerprint() gives.
void check_fingerprint(const std::string& fingerprint);

}  // namespace kindred::model
