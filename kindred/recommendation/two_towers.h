// Two towers: vectors of users and items from what is known of them.
//
// One network reads a user's attributes and who they are, another an item's; each ends in a
// vector of length 1, and the score of a pair is the cosine of the two. They learn together
// from who liked what: in a batch of liked pairs every user's own item is to win against the
// other items (nn/in_batch_softmax.h), so no pair has to be made up.
//
// An item that nobody has rated has attributes all the same, and so a vector: that is what
// the second tower is for. Items also have a vector of their own, which attributes cannot
// replace where there are many ratings; in a share of the pairs it is hidden, so that the
// tower learns to do without. Users alike.
//
// Whoever has neither attributes nor a liked pair gets a zero vector, which recommending
// knows as "nothing was learned".
//
// Equal arguments give bit-equal models for any number of threads, resumed or not.
// Cost: an epoch is (liked pairs) x (what the towers cost a row), and batch_size x dimensions a
// pair. Memory: attributes once for each user and item, 12 bytes a pair.
//
// In the literature: dual encoders; id dropout for cold start; in-batch negative sampling.
// Thread safety: runs in the calling thread and the pool of the Run.
//
// After Yi et al., "Sampling-bias-corrected neural modeling for large corpus item
// recommendations", RecSys 2019.

#pragma once

#include <cstdio>
#include <vector>

#include "kindred/base/progress.h"
#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/data/table.h"
#include "kindred/features/column.h"
#include "kindred/model/model.h"
#include "kindred/training/run.h"

namespace kindred::recommendation {

struct TwoTowerOptions {
  // On the fields of the tables of users and items; learned from the rows that have liked
  // pairs where they are not learned yet. No columns: the tower knows who it is, no more.
  std::vector<features::Column> user_columns = {};
  std::vector<features::Column> item_columns = {};
  int dimensions = 32;
  std::size_t hidden = 64;       // Units of the layer between attributes and vector.
  float dropout = 0.2F;          // Of these units.
  float sharpness = 10.0F;       // Cosines are multiplied by it before the softmax.
  double hidden_ids = 0.5;       // Share of pairs in which the item, or the user, is nobody known.
  float learning_rate = 0.002F;  // Of LazyAdam.
  int epochs = 10;
  std::size_t batch_size = 512;  // Larger batches have more rivals for each item.
  std::uint64_t seed = 1;
  data::PositiveRule positive_rule = {};

  std::FILE* progress = nullptr;  // Where a bar within each epoch goes, as in nn::FitOptions.
  ProgressStyle progress_style = ProgressStyle::silent;
};

struct TowerTrainResult {
  model::Model model;  // Without metadata and facts, which the caller adds. After a cancellation
                       // it holds the history alone: of the epochs that a checkpoint goes on from.
  training::Ended ended = training::Ended::finished;
};

// The tables have a row for each user and item of the interactions.
// Throws Error(invalid_argument) for options out of range, for data without liked pairs, for
// columns that do not suit and for a checkpoint of another training.
TowerTrainResult train_two_towers(const data::Interactions& interactions, const data::Table& users,
                                  const data::Table& items, const TwoTowerOptions& options,
                                  const training::Run& run);

}  // namespace kindred::recommendation
