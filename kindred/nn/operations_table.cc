#include <algorithm>
#include <cmath>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/row_kernels.h"

namespace kindred::nn {
namespace {

using features::Combiner;
using features::IdBag;
using features::Pooling;

// One id of a bag: its vector enters the combination as weight x factor x vector, where
// the factor is that of max_norm.
template <typename Real>
struct Entry {
  std::size_t id = 0;
  Real weight{1};
  Real factor{1};
};

// The ids of a row that count, with what each is multiplied by when they are combined.
template <typename Real>
class BagReader {
 public:
  BagReader(const IdBag& bag, const Pooling& pooling, std::span<const Real> table, std::size_t cols)
      : bag_(bag), pooling_(pooling), table_(table), cols_(cols) {}

  std::span<const Entry<Real>> read(std::size_t row) {
    entries_.clear();
    Real sum{0};
    Real squares{0};
    for (std::size_t i = bag_.row_offsets[row]; i < bag_.row_offsets[row + 1]; ++i) {
      const Real weight = bag_.weights.empty() ? Real{1} : static_cast<Real>(bag_.weights[i]);
      if (pooling_.combiner != Combiner::sum && weight <= Real{0}) continue;
      const auto id = static_cast<std::size_t>(bag_.ids[i]);
      entries_.push_back({id, weight, norm_factor(id)});
      sum += weight;
      squares += weight * weight;
    }
    Real divisor{1};
    if (pooling_.combiner == Combiner::mean) divisor = sum;
    if (pooling_.combiner == Combiner::sqrtn) divisor = std::sqrt(squares);
    if (divisor != Real{1}) {
      for (Entry<Real>& entry : entries_) entry.weight /= divisor;
    }
    if (pooling_.combiner == Combiner::last && entries_.size() > 1) {
      entries_.front() = entries_.back();
      entries_.resize(1);
    }
    return entries_;
  }

  std::span<const Real> vector(std::size_t id) const { return table_.subspan(id * cols_, cols_); }

 private:
  Real norm_factor(std::size_t id) const {
    if (!pooling_.max_norm) return Real{1};
    Real squares{0};
    for (const Real x : vector(id)) squares += x * x;
    const auto limit = static_cast<Real>(*pooling_.max_norm);
    return squares > limit * limit ? limit / std::sqrt(squares) : Real{1};
  }

  const IdBag& bag_;
  const Pooling& pooling_;
  std::span<const Real> table_;
  std::size_t cols_;
  std::vector<Entry<Real>> entries_;
};

// For each element the first entry with the largest value.
template <typename Real>
std::vector<std::size_t> largest_entries(std::span<const Entry<Real>> entries,
                                         const BagReader<Real>& reader, std::size_t cols) {
  std::vector<std::size_t> largest(cols, 0);
  const auto value = [&](std::size_t entry, std::size_t j) {
    return entries[entry].weight * entries[entry].factor * reader.vector(entries[entry].id)[j];
  };
  for (std::size_t entry = 1; entry < entries.size(); ++entry) {
    for (std::size_t j = 0; j < cols; ++j) {
      if (value(entry, j) > value(largest[j], j)) largest[j] = entry;
    }
  }
  return largest;
}

template <typename Real>
void combine(std::span<const Entry<Real>> entries, const BagReader<Real>& reader, Combiner combiner,
             std::span<Real> out) {
  std::ranges::fill(out, Real{0});
  if (combiner == Combiner::max && !entries.empty()) {
    const auto largest = largest_entries(entries, reader, out.size());
    for (std::size_t j = 0; j < out.size(); ++j) {
      const Entry<Real>& entry = entries[largest[j]];
      out[j] = entry.weight * entry.factor * reader.vector(entry.id)[j];
    }
    return;
  }
  for (const Entry<Real>& entry : entries) {
    const auto vector = reader.vector(entry.id);
    if (out.size() == 1) {
      out[0] += entry.weight * entry.factor * vector[0];
    } else {
      add_scaled_to(out, entry.weight * entry.factor, vector);
    }
  }
}

// Adds to the row of an id what g says of it. A vector that max_norm has shortened can only
// turn: what points along it is lost.
template <typename Real>
void add_entry_gradient(const Entry<Real>& entry, const BagReader<Real>& reader,
                        std::span<const Real> g, std::span<Real> row) {
  add_scaled_to(row, entry.weight * entry.factor, g);
  if (entry.factor == Real{1}) return;
  const auto vector = reader.vector(entry.id);
  Real along{0};
  Real squares{0};
  for (std::size_t j = 0; j < g.size(); ++j) {
    along += g[j] * vector[j];
    squares += vector[j] * vector[j];
  }
  add_scaled_to(row, -entry.weight * entry.factor * along / squares, vector);
}

template <typename Real>
void add_row_gradient(std::span<const Entry<Real>> entries, const BagReader<Real>& reader,
                      Combiner combiner, std::span<const Real> g, Gradient<Real>& gradient) {
  if (combiner != Combiner::max) {
    for (const Entry<Real>& entry : entries) {
      add_entry_gradient(entry, reader, g, gradient.row(entry.id));
    }
    return;
  }
  if (entries.empty()) return;
  const auto largest = largest_entries(entries, reader, g.size());
  std::vector<Real> share(g.size());
  for (std::size_t e = 0; e < entries.size(); ++e) {
    for (std::size_t j = 0; j < g.size(); ++j) share[j] = largest[j] == e ? g[j] : Real{0};
    add_entry_gradient<Real>(entries[e], reader, share, gradient.row(entries[e].id));
  }
}

// Whether every row has one id, and its vector is the row as it is: a column of one word each.
bool is_lookup(const IdBag& bag, const Pooling& pooling) {
  if (!bag.weights.empty() || pooling.max_norm || bag.ids.size() != bag.row_count()) return false;
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    if (bag.row_offsets[row] != row) return false;
  }
  return true;
}

// Asks early for a vector that will be read some rows later: tables are larger than caches.
template <typename Real>
void ask_for_vector(const IdBag& bag, std::size_t entry, std::span<const Real> table,
                    std::size_t cols) {
  constexpr std::size_t kAhead = 12;
  constexpr std::size_t kLine = 64 / sizeof(Real);
  if (entry + kAhead >= bag.ids.size()) return;
  const Real* vector = &table[static_cast<std::size_t>(bag.ids[entry + kAhead]) * cols];
  for (std::size_t i = 0; i < cols; i += kLine) __builtin_prefetch(vector + i);
}

std::size_t rows_per_task(std::size_t cols) {
  return std::max<std::size_t>(64, kElementsPerTask / std::max<std::size_t>(cols, 4));
}

// embedding_bag() into y where is_lookup().
template <typename Real>
Var lookup(Tape<Real>& tape, Var table, Var y, const IdBag& bag) {
  const std::size_t k = tape.cols(y);
  for_blocks(tape.pool(), bag.ids.size(), rows_per_task(k),
             [&](std::size_t begin, std::size_t end) {
               gather_rows_to(tape.values(table), k, std::span(bag.ids).subspan(begin, end - begin),
                              tape.values_to_fill(y).subspan(begin * k, (end - begin) * k));
             });
  tape.on_backward(y, [&tape, &bag, table, y] {
    if (!tape.needs_gradient(table)) return;
    tape.parameter_gradient(table)->add_rows(bag.ids, tape.gradient(y));
  });
  return y;
}

}  // namespace

template <typename Real>
Var embedding_bag(Tape<Real>& tape, Var table, const IdBag& bag, const Pooling& pooling) {
  const std::size_t n = bag.row_count();
  const std::size_t k = tape.cols(table);
  KINDRED_CHECK(!tape.needs_gradient(table) || tape.parameter_gradient(table) != nullptr);
  const Var y = tape.make(n, k, tape.needs_gradient(table));
  if (is_lookup(bag, pooling)) return lookup(tape, table, y, bag);
  for_blocks(tape.pool(), n, rows_per_task(k), [&](std::size_t begin, std::size_t end) {
    BagReader<Real> reader(bag, pooling, tape.values(table), k);
    for (std::size_t r = begin; r < end; ++r) {
      ask_for_vector(bag, bag.row_offsets[r], tape.values(table), k);
      combine(reader.read(r), reader, pooling.combiner, tape.values_to_fill(y).subspan(r * k, k));
    }
  });
  tape.on_backward(y, [&tape, &bag, table, pooling, y, n, k] {
    if (!tape.needs_gradient(table)) return;
    Gradient<Real>& gradient = *tape.parameter_gradient(table);
    BagReader<Real> reader(bag, pooling, tape.values(table), k);
    for (std::size_t r = 0; r < n; ++r) {
      add_row_gradient(reader.read(r), reader, pooling.combiner, tape.gradient(y).subspan(r * k, k),
                       gradient);
    }
  });
  return y;
}

template <typename Real>
Var reduce_loss(Tape<Real>& tape, const Loss& loss, Var predictions, std::span<const Real> targets,
                std::span<const Real> weights) {
  const std::size_t n = tape.rows(predictions);
  const std::size_t m = tape.cols(predictions);
  KINDRED_CHECK(targets.size() == (takes_class_ids(loss.kind) ? n : n * m));
  KINDRED_CHECK(weights.empty() || weights.size() == n);
  const Var y = tape.make(1, 1, tape.needs_gradient(predictions));
  const LossBatch<Real> batch{tape.values(predictions), targets, n, m, weights};
  std::vector<Real> gradient(n * m);
  tape.values_to_fill(y)[0] = static_cast<Real>(loss_and_gradient<Real>(loss, batch, gradient));
  tape.on_backward(y, [&tape, predictions, y, gradient = std::move(gradient)] {
    if (!tape.needs_gradient(predictions)) return;
    add_scaled_to(tape.accumulator(predictions), tape.gradient(y)[0], std::span(gradient));
  });
  return y;
}

template Var embedding_bag(Tape<float>&, Var, const IdBag&, const Pooling&);
template Var embedding_bag(Tape<double>&, Var, const IdBag&, const Pooling&);
template Var reduce_loss(Tape<float>&, const Loss&, Var, std::span<const float>,
                         std::span<const float>);
template Var reduce_loss(Tape<double>&, const Loss&, Var, std::span<const double>,
                         std::span<const double>);

}  // namespace kindred::nn
