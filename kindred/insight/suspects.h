// Which labels are probably wrong.
//
// Both ways end in a matrix of probabilities, one row a thing, one column a label, in which
// the thing's own label must have had no say: from the vote of its nearest neighbours, or
// from classifiers that did not see it in training (cross-validation). Who trains them is
// the caller's business; several matrices may be averaged.
//
// A thing is suspect when another label is more probable than the one it was given. Suspects
// are ranked: by the probability of the given label (the surest way with a trained
// classifier), or by how far it lies behind the suggested one (better with votes, whose
// probabilities are coarse).
//
// Where neighbours vote, a label that too few rows have is not judged: nobody could have spoken
// for it. judgeable_labels() says which these are.
//
// Confident learning counts more strictly: label c is confidently predicted only where its
// probability reaches what things labelled c get on average, so that a classifier that is
// too sure of one label, or too shy of another, does no harm.
//
// Cost: O(n c). Thread safety: pure functions.
//
// Source: Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset
// labels", JAIR 2021.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/data/labels.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::insight {

// n x classes; row r is the vote of row r's neighbours. A neighbour's voice falls from 1 for
// the nearest to e^-3 for the last of them. A row none of whose neighbours has a label is 0.
// `labels` are of the rows that the graph names: the same ones, or others (neighbors_among).
// Requires: every id of the graph is a row of the labels.
Matrix vote_probabilities(const search::NeighborGraph& graph, const data::Labels& labels);

enum class SuspectOrder {
  given_probability,  // Least probable given label first.
  margin,             // Largest lead of the suggested label first.
};

struct Suspect {
  std::uint32_t row = 0;
  std::uint32_t given = 0;
  std::uint32_t suggested = 0;  // The most probable label but the given one.
  float given_probability = 0.0F;
  float suggested_probability = 0.0F;  // Above given_probability.
  bool is_confident = false;           // Whether confident learning flags it as well.
};

// Which labels enough rows have for a vote of `voters` neighbours to be able to keep them: more
// than half as many as vote.
std::vector<bool> judgeable_labels(const data::Labels& labels, std::size_t voters);

// The most suspicious first; equal ones by row. Rows without a label are no suspects, nor are
// those whose label is not judged (empty: all are).
// Throws Error(invalid_argument) unless there is a row of finite probabilities, none below 0,
// for each row of the labels and a column for each label.
std::vector<Suspect> suspects(MatrixView probabilities, const data::Labels& labels,
                              SuspectOrder order, const std::vector<bool>& judged = {});

struct Confusion {
  std::uint32_t given = 0;
  std::uint32_t suggested = 0;
  std::size_t count = 0;
};

// How often each label is taken for each other one: suspects by pair, most frequent first;
// equal ones by given, then suggested.
std::vector<Confusion> confusions(const std::vector<Suspect>& suspects);

}  // namespace kindred::insight
