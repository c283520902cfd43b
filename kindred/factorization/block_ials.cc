#include "kindred/factorization/block_ials.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/ordered_stage.h"
#include "kindred/factorization/cost_model.h"
#include "kindred/factorization/ials_loss.h"
#include "kindred/factorization/row_solver.h"

namespace kindred::factorization {
namespace {

using Reader = OrderedStage<std::size_t, SparseMatrix>;

// The blocks of a side, the next one read in the background.
class BlockReader {
 public:
  explicit BlockReader(const RowBlocks& side)
      : stage_(
            {.thread_count = 1, .ahead = 1},
            [this, &side]() -> std::optional<std::size_t> {
              if (next_ == side.block_count) return std::nullopt;
              return next_++;
            },
            [&side](std::size_t block) { return side.read(block); }) {}

  std::optional<SparseMatrix> next() { return stage_.next(); }

 private:
  std::size_t next_ = 0;
  Reader stage_;
};

}  // namespace

BlockIals::BlockIals(const RowBlocks& by_user, const RowBlocks& by_item, const IalsOptions& options)
    : by_user_(by_user), by_item_(by_item), options_(options) {
  validate(options);
  KINDRED_CHECK(by_user.rows == by_item.cols && by_user.cols == by_item.rows);
  user_sizes_ = sizes_of(by_user);
  item_sizes_ = sizes_of(by_item);
  positive_count_ = user_sizes_.offsets.back();
  user_vectors_ = draw_user_vectors(by_user.rows, options);
  item_vectors_ = draw_item_vectors(by_item.rows, options);
}

SparseMatrix BlockIals::sizes_of(const RowBlocks& side) {
  SparseMatrix sizes;
  sizes.cols = side.cols;
  sizes.offsets.reserve(side.rows + 1);
  BlockReader blocks(side);
  while (const std::optional<SparseMatrix> block = blocks.next()) {
    for (std::size_t row = 0; row < block->rows; ++row) {
      sizes.offsets.push_back(sizes.offsets.back() + block->row_size(row));
    }
  }
  sizes.rows = sizes.offsets.size() - 1;
  KINDRED_CHECK(sizes.rows == side.rows);
  return sizes;
}

double BlockIals::solve(const RowBlocks& side, const SparseMatrix& sizes, MatrixView fixed,
                        Matrix& solved, ThreadPool& pool) {
  const bool with_eigenbasis = eigenbasis_pays(sizes, fixed.cols, options_.solver);
  const RowSolver solver(fixed, options_, with_eigenbasis, pool);
  BlockReader blocks(side);
  std::size_t first = 0;
  double minimum = 0.0;
  while (const std::optional<SparseMatrix> block = blocks.next()) {
    Matrix vectors(block->rows, solved.cols());
    minimum += solver.solve_all(*block, vectors, pool);
    std::ranges::copy(vectors.values(),
                      solved.values().begin() + static_cast<std::ptrdiff_t>(first * solved.cols()));
    first += block->rows;
  }
  KINDRED_CHECK(first == side.rows);
  return minimum;
}

void BlockIals::restore(Matrix user_vectors, Matrix item_vectors, int epoch) {
  require_shapes(user_vectors, item_vectors, by_user_.rows, by_item_.rows, options_);
  user_vectors_ = std::move(user_vectors);
  item_vectors_ = std::move(item_vectors);
  minimum_.reset();
  epoch_ = epoch;
}

void BlockIals::run_epoch(ThreadPool& pool) {
  solve(by_user_, user_sizes_, item_vectors_, user_vectors_, pool);
  minimum_ = solve(by_item_, item_sizes_, user_vectors_, item_vectors_, pool);
  ++epoch_;
}

void BlockIals::finish(ThreadPool& pool) {
  minimum_.reset();
  solve(by_user_, user_sizes_, item_vectors_, user_vectors_, pool);
}

IalsLoss BlockIals::epoch_loss(ThreadPool& pool) const {
  KINDRED_CHECK(minimum_.has_value());
  return loss_at_minimum(*minimum_, {item_vectors_, item_sizes_}, {user_vectors_, user_sizes_},
                         options_, pool);
}

}  // namespace kindred::factorization
