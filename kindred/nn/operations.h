// What can be computed on a tape, each with its gradient.
//
// Functions take values of a tape and return a new one of it; shapes are in the comments,
// n being the rows of the batch. Operations on rows are split over the tape's pool in
// blocks that depend on the shapes alone.
//
// Every operation is instantiated for float, where products go to BLAS, and for double,
// where they are plain loops: operations_test.cc checks each gradient against differences.
//
// Thread safety: as the tape.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/features/feature_block.h"
#include "kindred/features/pooling.h"
#include "kindred/nn/loss.h"
#include "kindred/nn/tape.h"

namespace kindred::nn {

// ---- Products.

// x w: n x k times k x m.
template <typename Real>
Var matmul(Tape<Real>& tape, Var x, Var w);

// x w + b, with b of 1 x m added to every row.
template <typename Real>
Var affine(Tape<Real>& tape, Var x, Var w, Var b);

// a b': n x k times m x k. The scores of every row of a for every row of b.
template <typename Real>
Var matmul_transposed(Tape<Real>& tape, Var a, Var b);

// The dot product of row r of a with row r of b: n x 1.
template <typename Real>
Var dot_rows(Tape<Real>& tape, Var a, Var b);

// ---- Element by element; shapes are equal, or b has one row that stands for all.

template <typename Real>
Var add(Tape<Real>& tape, Var a, Var b);
template <typename Real>
Var multiply(Tape<Real>& tape, Var a, Var b);
template <typename Real>
Var scale(Tape<Real>& tape, Var x, Real factor);

// Side by side: n x (sum of the columns).
template <typename Real>
Var concatenate(Tape<Real>& tape, std::span<const Var> parts);

// ---- Activations.

enum class Activation { linear, relu, gelu, tanh, sigmoid, softmax };

// "relu", ...; softmax is over each row, gelu the exact one, x Phi(x).
// Throws Error(invalid_argument), listing the names, for anything else.
Activation parse_activation(std::string_view name);
std::string_view name_of(Activation activation) noexcept;

template <typename Real>
Var activate(Tape<Real>& tape, Activation activation, Var x);

// ---- Regularisation and normalisation.

// Each value becomes 0 with probability `rate`, to within 1/65536, and the others are
// scaled by 1 / (1 - rate). What falls depends on (seed, stream, row) alone.
// Requires: 0 <= rate < 1.
template <typename Real>
Var dropout(Tape<Real>& tape, Var x, double rate, std::uint64_t seed, std::uint32_t stream);

// (x - mean) / sqrt(variance + epsilon) gamma + beta, over each row.
// gamma and beta are 1 x k.
template <typename Real>
Var layer_norm(Tape<Real>& tape, Var x, Var gamma, Var beta, double epsilon);

// The same over each column of the batch; `mean` and `variance` (of the batch, divided by
// n) get the statistics, k values each.
template <typename Real>
Var batch_norm(Tape<Real>& tape, Var x, Var gamma, Var beta, double epsilon, std::span<Real> mean,
               std::span<Real> variance);

// The same with statistics that are given, as after training.
template <typename Real>
Var normalize_by(Tape<Real>& tape, Var x, Var gamma, Var beta, double epsilon,
                 std::span<const Real> mean, std::span<const Real> variance);

// Every row divided by its length; rows shorter than sqrt(1e-12) by that.
template <typename Real>
Var l2_normalize(Tape<Real>& tape, Var x);

// ---- Tables.

// The combined vectors of each row's ids: n x table.cols. The ids are not copied: the bag
// must stay until the tape is cleared. A table whose gradient is by rows costs what is read.
// Requires: ids of the bag are below the table's rows.
template <typename Real>
Var embedding_bag(Tape<Real>& tape, Var table, const features::IdBag& bag,
                  const features::Pooling& pooling);

// ---- Losses: 1 x 1.

// `targets` and `weights` as in LossBatch; neither is copied.
template <typename Real>
Var reduce_loss(Tape<Real>& tape, const Loss& loss, Var predictions, std::span<const Real> targets,
                std::span<const Real> weights);

// The sum of all values.
template <typename Real>
Var sum(Tape<Real>& tape, Var x);

}  // namespace kindred::nn
