// What a training that was cut short needs to continue as if nothing had happened.
//
// A checkpoint is written beside the model (M.checkpoint) after every epoch, atomically,
// and removed once the model is saved: whoever is killed loses the epoch in flight and
// nothing else. It holds the vectors of both sides, the history and, where training
// stops early, the best vectors so far. It also names the training that it belongs to,
// by its options and a fingerprint of its data: resuming any other is refused, and the
// message shows what differs.
//
// Same container and promises as the model file; docs/format/model.md draws it.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/vocabulary.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"
#include "kindred/training/training_loop.h"

namespace kindred::model {

// The vectors of the best epoch so far.
struct BestVectors {
  int epoch = 0;
  Matrix user_vectors;  // |U| x d, or empty where only the items are kept.
  Matrix item_vectors;  // |I| x d.

  bool operator==(const BestVectors&) const = default;
};

struct Checkpoint {
  factorization::IalsOptions options;
  std::string fingerprint;  // Of the training data: training_fingerprint().
  Json settings;            // Whatever else must be equal to resume; an object or null.
  int epoch = 0;            // Epochs done.
  Matrix user_vectors;      // |U| x d.
  Matrix item_vectors;      // |I| x d.
  std::vector<training::EpochRecord> history;
  std::optional<BestVectors> best;

  bool operator==(const Checkpoint&) const = default;
};

// Sixteen digits that change whenever a positive, a weight or a label does.
// O(bytes of the arguments).
std::string training_fingerprint(const SparseMatrix& positives, const data::Vocabulary& users,
                                 const data::Vocabulary& items);

// "movies.kindred.checkpoint" for "movies.kindred".
std::filesystem::path checkpoint_path(const std::filesystem::path& model_path);

// Errors as those of save() and load() in io.h.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
Checkpoint load_checkpoint(const std::filesystem::path& path);

// Throws Error(invalid_argument) unless the checkpoint belongs to a training with these
// options, data and settings; the message lists every difference. The number of epochs
// may differ, so that a finished training can be prolonged.
void require_same_training(const Checkpoint& checkpoint, const factorization::IalsOptions& options,
                           const std::string& fingerprint, const Json& settings = Json());

}  // namespace kindred::model
