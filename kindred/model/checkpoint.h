// What a training that was cut short needs to continue as if nothing had happened.
//
// A checkpoint is written beside the model (M.checkpoint, and M.rating-checkpoint for the
// model of ratings that a training of both learns second), atomically, and removed once the
// model is saved: a killed run loses what came after its last checkpoint and nothing else.
// There is one format for every family of models: matrices and numbers by name, the samples
// kept so far, and the history. It also names the training that it belongs to, by its
// settings and a fingerprint of its data: resuming any other is refused, and the message shows
// what differs.
//
// Everything is taken back by its name, never by its place, so that a family may write its
// state in any order, and more of it tomorrow.
//
// Same container and promises as the model file; docs/format/model.md draws it, and the two
// older formats that are still read.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/vocabulary.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"
#include "kindred/model/rating_model.h"
#include "kindred/training/run.h"

namespace kindred::model {

struct Checkpoint {
  std::string family;       // What learns: "ials", "als", "bayesian", ...
  Json settings;            // All that shapes the result, the number of epochs apart; an object.
  std::string fingerprint;  // Of the training data: training_fingerprint().
  int epoch = 0;            // Epochs or sweeps done.
  std::map<std::string, Matrix> matrices;
  std::map<std::string, double> numbers;
  std::vector<RatingDraw> draws;  // Kept so far, where a family keeps samples.
  std::vector<training::Epoch> history;

  bool has_matrix(const std::string& name) const { return matrices.contains(name); }

  // Moves the matrix out. Throws Error(corrupt), naming it, if there is none.
  Matrix take_matrix(const std::string& name);
  // Throws Error(corrupt), naming it, if there is none.
  double number(const std::string& name) const;

  bool operator==(const Checkpoint&) const = default;
};

// Sixteen digits that change whenever a positive, a weight or a label does.
// O(bytes of the arguments).
std::string training_fingerprint(const SparseMatrix& positives, const data::Vocabulary& users,
                                 const data::Vocabulary& items);

// "movies.kindred.checkpoint" for "movies.kindred".
std::filesystem::path checkpoint_path(const std::filesystem::path& model_path);

// "movies.kindred.rating-checkpoint": of the model of ratings, beside one of watching.
std::filesystem::path rating_checkpoint_path(const std::filesystem::path& model_path);

// Throws Error(corrupt) unless all parts fit together: what load and save both ask, and therefore
// inspect. What a training makes of it is for the training to judge.
void validate(const Checkpoint& checkpoint);

// Errors as those of save() and load() in io.h. load_checkpoint() reads the formats of
// earlier versions too.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
Checkpoint load_checkpoint(const std::filesystem::path& path);

// Throws Error(invalid_argument) unless the checkpoint belongs to a training of this family
// with these settings and data, and has at most `epochs` epochs behind it; the message lists
// every difference. The number of epochs may differ, so that a finished training can be
// prolonged.
void require_same_training(const Checkpoint& checkpoint, const std::string& family,
                           const Json& settings, const std::string& fingerprint, int epochs);

}  // namespace kindred::model
