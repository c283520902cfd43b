// One pass of a batch through a network: the tape, and what layers need to know besides.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>

#include "kindred/features/feature_block.h"
#include "kindred/nn/parameter.h"
#include "kindred/nn/tape.h"

namespace kindred::nn {

class Pass {
 public:
  // Called before rows of a table are read, each once; see Optimizer::catch_up_rows().
  using BeforeRead = std::function<void(Parameter& table)>;

  // For predicting: nothing is learned, nothing dropped.
  explicit Pass(Tape<float>& tape) : tape_(&tape) {}
  // For training; `seed` belongs to this step. before_read may be empty.
  Pass(Tape<float>& tape, std::uint64_t seed, const BeforeRead& before_read)
      : tape_(&tape), is_training_(true), seed_(seed), before_read_(&before_read) {}

  Tape<float>& tape() const noexcept { return *tape_; }
  bool is_training() const noexcept { return is_training_; }
  std::uint64_t seed() const noexcept { return seed_; }

  // A number that no other layer of this pass gets: 0, 1, ....
  std::uint32_t next_stream() noexcept { return streams_++; }

  // A parameter on the tape.
  Var read(Parameter& parameter) {
    return tape_->parameter(
        parameter.value.values().data(), parameter.value.rows(), parameter.value.cols(),
        is_training_ && parameter.options.trainable ? &parameter.gradient : nullptr);
  }

  // A table on the tape, of which the rows of the bag will be read.
  Var read_rows(Parameter& table, const features::IdBag& bag) {
    if (is_training_ && table.options.trainable && table.gradient.kind() == GradientKind::by_rows) {
      table.gradient.touch(bag.ids);
      if (*before_read_) (*before_read_)(table);
    }
    return read(table);
  }

 private:
  Tape<float>* tape_;
  bool is_training_ = false;
  std::uint64_t seed_ = 0;
  const BeforeRead* before_read_ = nullptr;
  std::uint32_t streams_ = 0;
};

}  // namespace kindred::nn
