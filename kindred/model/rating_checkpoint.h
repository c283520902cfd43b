// A rating model's training between two epochs or sweeps, on disk: what it takes to go on
// to the same bytes.
//
// The same kind of file as a model, with other tensors; written atomically.

#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/linalg/matrix.h"
#include "kindred/model/rating_model.h"
#include "kindred/training/training_loop.h"

namespace kindred::model {

struct RatingCheckpoint {
  Json settings;            // All that shapes the result, the number of epochs apart.
  std::string fingerprint;  // Of the data: training_fingerprint().
  int epoch = 0;            // Epochs or sweeps done.
  std::vector<std::pair<std::string, Matrix>> matrices;  // By name, in an order of its own.
  std::vector<double> numbers;
  std::vector<RatingDraw> draws;  // Kept so far.
  std::vector<training::EpochRecord> history;
};

// "movies.kindred.rating-checkpoint" for "movies.kindred".
std::filesystem::path rating_checkpoint_path(const std::filesystem::path& model_path);

// Errors as those of save() and load() in io.h.
void save_rating_checkpoint(const std::filesystem::path& path, const RatingCheckpoint& checkpoint);
RatingCheckpoint load_rating_checkpoint(const std::filesystem::path& path);

// Throws Error(invalid_argument) unless settings and data are the same, listing every
// difference.
void require_same_training(const RatingCheckpoint& checkpoint, const Json& settings,
                           const std::string& fingerprint);

}  // namespace kindred::model
