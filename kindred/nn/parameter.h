// What a network learns: named matrices, each with its gradient.
//
// Layers add their parameters when they are made and keep references; the set owns them, at
// addresses that never change. The order in which they were added is the order of
// everything: of updates, of files, of reports.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "kindred/linalg/matrix.h"
#include "kindred/nn/gradient.h"

namespace kindred::nn {

struct ParameterOptions {
  bool trainable = true;  // Else it is carried along: statistics, frozen tables.
  bool decays = true;     // Whether weight decay applies: not to biases and gains.
  bool is_table = false;  // Rows are read by id: a large one has its gradient by rows.
};

struct Parameter {
  std::string name;  // "deep/dense_1.kernel".
  Matrix value;
  ParameterOptions options;
  Gradient<float> gradient;  // Of no rows where it is not trainable.
};

// Tables with more values than this have their gradient by rows. Below it a dense update
// costs less than keeping books: a few microseconds.
inline constexpr std::size_t kDenseTableValuesMax = std::size_t{1} << 14U;

// How a parameter begins: its shape, and its values where no file has them.
struct Beginning {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::function<Matrix()> draw;  // rows x cols.
};

// A file that has the values: rows x cols numbers by name. It throws where it has not, before
// anything is allocated for them.
using ParameterSource =
    std::function<Matrix(const std::string& name, std::size_t rows, std::size_t cols)>;

class ParameterSet {
 public:
  ParameterSet() = default;
  // What is added begins as the file says; nothing is drawn.
  explicit ParameterSet(ParameterSource source) : source_(std::move(source)) {}
  ParameterSet(ParameterSet&&) = delete;  // Layers hold references.

  // Requires: the name is new. The reference lives as long as the set.
  // Throws Error(invalid_argument) for more than kCellsMax numbers, and what the source throws.
  Parameter& add(std::string name, const Beginning& beginning,
                 const ParameterOptions& options = {});
  Parameter& add(std::string name, Matrix value, const ParameterOptions& options = {});
  // What is added from now on begins as it is drawn.
  void end_source() noexcept { source_ = nullptr; }

  std::deque<Parameter>& all() noexcept { return parameters_; }
  const std::deque<Parameter>& all() const noexcept { return parameters_; }

  // The parameter, or null.
  Parameter* find(std::string_view name) noexcept;

  std::size_t trainable_value_count() const noexcept;

  void clear_gradients() noexcept;

 private:
  Parameter& insert(std::string name, Matrix value, const ParameterOptions& options);

  std::deque<Parameter> parameters_;
  ParameterSource source_;
};

// ---- How parameters begin. The draws depend on (seed, name, row) alone.

// Uniform in +-sqrt(6 / (fan_in + fan_out)), after Glorot and Bengio 2010.
Matrix glorot_uniform(std::size_t rows, std::size_t cols, std::size_t fan_in, std::size_t fan_out,
                      std::uint64_t seed, std::string_view name);

// Uniform in +-limit.
Matrix uniform(std::size_t rows, std::size_t cols, float limit, std::uint64_t seed,
               std::string_view name);

Matrix filled(std::size_t rows, std::size_t cols, float value);

}  // namespace kindred::nn
