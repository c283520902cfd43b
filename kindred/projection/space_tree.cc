#include "kindred/projection/space_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/repulsion.h"

namespace kindred::projection {
namespace {

constexpr std::uint32_t kLevels = 21;  // Three times 21 bits fit a word.
constexpr std::uint32_t kLeafPoints = 8;
// A run of this many points shares its list of bodies; docs/design/tsne.md.
constexpr std::uint32_t kRunPoints = 32;

// Spreads the lowest 21 bits of a number: bit i goes to bit (columns x i).
std::uint64_t spread_bits(std::uint64_t value, std::size_t columns) {
  if (columns == 2) {
    value = (value | value << 16) & 0x0000ffff0000ffff;
    value = (value | value << 8) & 0x00ff00ff00ff00ff;
    value = (value | value << 4) & 0x0f0f0f0f0f0f0f0f;
    value = (value | value << 2) & 0x3333333333333333;
    return (value | value << 1) & 0x5555555555555555;
  }
  value = (value | value << 32) & 0x001f00000000ffff;
  value = (value | value << 16) & 0x001f0000ff0000ff;
  value = (value | value << 8) & 0x100f00f00f00f00f;
  value = (value | value << 4) & 0x10c30c30c30c30c3;
  return (value | value << 2) & 0x1249249249249249;
}

struct Coded {
  std::uint64_t code;
  std::uint32_t row;
};

// By code, then row: rows come in ascending and every pass keeps the order.
void radix_sort(std::vector<Coded>& values) {
  constexpr int kBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kBits;
  std::vector<Coded> other(values.size());
  for (int shift = 0; shift < 64; shift += kBits) {
    std::array<std::uint32_t, kBuckets + 1> begins{};
    for (const Coded& value : values) ++begins[((value.code >> shift) & (kBuckets - 1)) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (const Coded& value : values) {
      other[begins[(value.code >> shift) & (kBuckets - 1)]++] = value;
    }
    values.swap(other);
  }
}

}  // namespace

// As arrays that the kernel reads, with room to spare for its padding.
class SpaceTree::Far {
 public:
  explicit Far(std::size_t columns) : columns_(columns) {}

  void clear() { count_ = 0; }
  void add(const std::array<float, 3>& place, float mass) {
    reserve(1);
    for (std::size_t c = 0; c < columns_; ++c) values_[c][count_] = place[c];
    values_[3][count_++] = mass;
  }
  void add_points(const std::array<std::vector<float>, 3>& at, std::size_t begin, std::size_t end) {
    reserve(end - begin);
    for (std::size_t c = 0; c < columns_; ++c) {
      std::copy(at[c].data() + begin, at[c].data() + end, values_[c].data() + count_);
    }
    std::fill_n(values_[3].data() + count_, end - begin, 1.0F);
    count_ += end - begin;
  }
  linalg::Bodies bodies() {
    const std::size_t padded = linalg::round_up(count_, linalg::kTileLanes);
    reserve(padded - count_);
    for (std::vector<float>& array : values_) {
      std::fill_n(array.data() + count_, padded - count_, 0.0F);
    }
    return {values_[0].data(), values_[1].data(), columns_ == 3 ? values_[2].data() : nullptr,
            values_[3].data(), padded};
  }

 private:
  void reserve(std::size_t more) {
    if (count_ + more <= values_[3].size()) return;
    for (std::vector<float>& array : values_) array.resize(2 * (count_ + more) + 256);
  }

  std::size_t columns_;
  std::size_t count_ = 0;
  std::array<std::vector<float>, 4> values_;  // Coordinates, then masses.
};

SpaceTree::SpaceTree(MatrixView points) : columns_(points.cols) {
  KINDRED_CHECK((columns_ == 2 || columns_ == 3) && points.rows > 0);
  KINDRED_CHECK(points.rows < std::numeric_limits<std::uint32_t>::max());
  sort_along_curve(points);
  grow();
  find_centres();
}

void SpaceTree::sort_along_curve(MatrixView points) {
  std::array<float, 3> low{};
  for (std::size_t c = 0; c < columns_; ++c) {
    float least = std::numeric_limits<float>::infinity();
    float most = -least;
    for (std::size_t row = 0; row < points.rows; ++row) {
      least = std::min(least, points.data[row * columns_ + c]);
      most = std::max(most, points.data[row * columns_ + c]);
    }
    low[c] = least;
    width_ = std::max(width_, most - least);
  }
  const double scale =
      width_ > 0.0F ? (static_cast<double>(1U << kLevels) - 1.0) / static_cast<double>(width_)
                    : 0.0;
  std::vector<Coded> order(points.rows);
  for (std::size_t row = 0; row < points.rows; ++row) {
    std::uint64_t code = 0;
    for (std::size_t c = 0; c < columns_; ++c) {
      const double place = (points.data[row * columns_ + c] - low[c]) * scale;
      code |= spread_bits(static_cast<std::uint64_t>(place), columns_) << c;
    }
    order[row] = {code, static_cast<std::uint32_t>(row)};
  }
  radix_sort(order);
  codes_.resize(points.rows);
  rows_.resize(points.rows);
  for (std::size_t c = 0; c < columns_; ++c) at_[c].resize(points.rows);
  for (std::size_t i = 0; i < order.size(); ++i) {
    codes_[i] = order[i].code;
    rows_[i] = order[i].row;
    for (std::size_t c = 0; c < columns_; ++c) {
      at_[c][i] = points.data[order[i].row * columns_ + c];
    }
  }
}

void SpaceTree::grow() {
  Cell root;
  root.width = width_;
  root.end = static_cast<std::uint32_t>(rows_.size());
  cells_.push_back(root);
  for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) split(cell);
  // The largest cells of at most kRunPoints points, and leaves of copies.
  std::vector<std::uint32_t> open = {0};
  while (!open.empty()) {
    const Cell& cell = cells_[open.back()];
    open.pop_back();
    if (cell.end - cell.begin <= kRunPoints || cell.child_count == 0) {
      runs_.push_back({cell.begin, cell.end});
      continue;
    }
    for (std::uint32_t child = cell.child_count; child > 0; --child) {
      open.push_back(cell.children + child - 1);
    }
  }
}

void SpaceTree::split(std::uint32_t index) {
  Cell cell = cells_[index];
  if (cell.end - cell.begin <= kLeafPoints) return;
  while (cell.level < kLevels) {
    // The bits that tell the children of this level apart.
    const std::uint32_t shift = (kLevels - 1 - cell.level) * static_cast<std::uint32_t>(columns_);
    ++cell.level;
    cell.width *= 0.5F;
    const bool is_one_child = codes_[cell.begin] >> shift == codes_[cell.end - 1] >> shift;
    if (is_one_child) continue;  // All points in one child: it takes the cell's place.
    const auto children = static_cast<std::uint32_t>(cells_.size());
    for (std::uint32_t begin = cell.begin; begin < cell.end;) {
      const std::uint64_t key = codes_[begin] >> shift;
      std::uint32_t end = begin + 1;
      while (end < cell.end && codes_[end] >> shift == key) ++end;
      Cell child;
      child.width = cell.width;
      child.begin = begin;
      child.end = end;
      child.level = cell.level;
      cells_.push_back(child);
      begin = end;
    }
    cells_[index].children = children;
    cells_[index].child_count = static_cast<std::uint32_t>(cells_.size()) - children;
    cells_[index].width = 2.0F * cell.width;
    return;
  }
  cells_[index].width = 0.0F;  // Copies, as far as the curve can tell.
}

// Children come after their parents, so the last cell first.
void SpaceTree::find_centres() {
  for (std::size_t index = cells_.size(); index > 0; --index) {
    Cell& cell = cells_[index - 1];
    std::array<double, 3> sum{};
    if (cell.child_count == 0) {
      for (std::size_t c = 0; c < columns_; ++c) {
        for (std::uint32_t i = cell.begin; i < cell.end; ++i) sum[c] += at_[c][i];
      }
    }
    for (std::uint32_t child = 0; child < cell.child_count; ++child) {
      const Cell& part = cells_[cell.children + child];
      for (std::size_t c = 0; c < columns_; ++c) {
        sum[c] += static_cast<double>(part.centre[c]) * (part.end - part.begin);
      }
    }
    for (std::size_t c = 0; c < columns_; ++c) {
      cell.centre[c] = static_cast<float>(sum[c] / (cell.end - cell.begin));
    }
  }
}

void SpaceTree::gather(const Run& run, float theta_squared, Far& far) const {
  std::array<float, 3> low{};
  std::array<float, 3> high{};
  for (std::size_t c = 0; c < columns_; ++c) {
    const auto [least, most] =
        std::minmax_element(at_[c].data() + run.begin, at_[c].data() + run.end);
    low[c] = *least;
    high[c] = *most;
  }
  far.clear();
  std::array<std::uint32_t, 8 * (kLevels + 1)> open;
  std::size_t open_count = 0;
  open[open_count++] = 0;
  while (open_count > 0) {
    const Cell& cell = cells_[open[--open_count]];
    float squared = 0.0F;  // From the nearest place of the run's box to the centre.
    for (std::size_t c = 0; c < columns_; ++c) {
      const float outside = std::max({low[c] - cell.centre[c], cell.centre[c] - high[c], 0.0F});
      squared += outside * outside;
    }
    const bool overlaps = cell.begin < run.end && run.begin < cell.end;
    if (!overlaps && cell.width * cell.width < theta_squared * squared) {
      far.add(cell.centre, static_cast<float>(cell.end - cell.begin));
    } else if (cell.child_count == 0) {
      far.add_points(at_, cell.begin, cell.end);
    } else {
      for (std::uint32_t child = 0; child < cell.child_count; ++child) {
        open[open_count++] = cell.children + child;
      }
    }
  }
}

double SpaceTree::repulsion(double theta, Matrix& pushes, ThreadPool& pool) const {
  KINDRED_CHECK(pushes.rows() == rows_.size() && pushes.cols() == columns_);
  const auto theta_squared = static_cast<float>(theta * theta);
  std::vector<double> normalisers(runs_.size());
  std::vector<Far> scratch(static_cast<std::size_t>(pool.thread_count()), Far(columns_));
  float* out = pushes.values().data();
  constexpr std::size_t kTaskRuns = 4;
  pool.parallel_for((runs_.size() + kTaskRuns - 1) / kTaskRuns, [&](std::size_t task, int worker) {
    Far& far = scratch[static_cast<std::size_t>(worker)];
    const std::size_t end = std::min((task + 1) * kTaskRuns, runs_.size());
    for (std::size_t r = task * kTaskRuns; r < end; ++r) {
      gather(runs_[r], theta_squared, far);
      const linalg::Bodies bodies = far.bodies();
      for (std::uint32_t i = runs_[r].begin; i < runs_[r].end; ++i) {
        const std::array<float, 3> point = {at_[0][i], at_[1][i], columns_ == 3 ? at_[2][i] : 0.0F};
        const linalg::Repulsion found = linalg::student_repulsion(point, bodies);
        for (std::size_t c = 0; c < columns_; ++c) out[rows_[i] * columns_ + c] = found.push[c];
        normalisers[r] += double{found.normaliser} - 1.0;  // Without itself.
      }
    }
  });
  return std::accumulate(normalisers.begin(), normalisers.end(), 0.0);
}

}  // namespace kindred::projection
