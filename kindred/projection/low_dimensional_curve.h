// The curve 1 / (1 + a x^2b): how strongly points at distance x in the map belong together.
//
// a and b are chosen so that the curve is nearest, in least squares over [0, 3 spread], to
// what is wanted: 1 up to min_dist, then exp(-(x - min_dist) / spread).
//
// The forces of UMAP are its logarithm's derivatives. Computing them costs a power, so they
// are read from a table of straight pieces over the squared distance, 64 for every doubling:
// off by less than 2e-4 of their value, without a call of the mathematics library, whose
// rounding differs between machines.
//
// Thread safety: const.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace kindred::projection {

struct Curve {
  double a = 1.0;
  double b = 1.0;
};

// Gauss-Newton from a = b = 1. Requires: 0 <= min_dist, 0 < spread.
Curve fit_curve(double min_dist, double spread);

// A function of the squared distance as straight pieces.
class ForceTable {
 public:
  template <typename Function>
  explicit ForceTable(Function function) {
    for (std::uint32_t i = 0; i < kPieces; ++i) {
      const double begin = std::bit_cast<float>(kFirst + (i << kShift));
      const double end = std::bit_cast<float>(kFirst + ((i + 1) << kShift));
      const double slope = (function(end) - function(begin)) / (end - begin);
      pieces_[i] = {static_cast<float>(function(begin) - slope * begin), static_cast<float>(slope)};
    }
  }

  // Distances outside of the table's range get the value at its end.
  float operator()(float squared_distance) const noexcept {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(squared_distance);
    if (bits < kFirst) return at(kFirst);
    if (bits >= kLast) return at(kLast - 1);
    return at(bits);
  }

 private:
  static constexpr std::uint32_t kShift = 23 - 6;              // 64 pieces for each doubling.
  static constexpr std::uint32_t kFirst = (127U - 24U) << 23;  // 2^-24
  static constexpr std::uint32_t kLast = (127U + 24U) << 23;   // 2^24
  static constexpr std::uint32_t kPieces = (kLast - kFirst) >> kShift;

  struct Piece {
    float offset;
    float slope;
  };

  float at(std::uint32_t bits) const noexcept {
    const Piece piece = pieces_[(bits - kFirst) >> kShift];
    return piece.offset + piece.slope * std::bit_cast<float>(bits);
  }

  std::array<Piece, kPieces> pieces_;
};

// What multiplies (y_i - y_j): negative pulls together, positive pushes apart.
struct UmapForces {
  UmapForces(const Curve& curve, double repulsion);
  ForceTable attraction;  // -2 a b d^(2b - 2) / (1 + a d^2b)
  ForceTable repulsion;   // 2 b repulsion / ((0.001 + d^2) (1 + a d^2b))
};

}  // namespace kindred::projection
