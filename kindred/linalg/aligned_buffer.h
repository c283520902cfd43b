// Scratch floats for the kernels: zeroed, and aligned to a cache line.
//
// Rows of a tile start on a cache line when the stride is tile_stride(cols): a multiple
// of sixteen floats, so a kernel reads whole vectors and needs no tail, and never a
// multiple of 1 KiB, where the same column of all rows would fall into the same few
// sets of the first-level cache.

#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace kindred::linalg {

inline constexpr std::size_t kTileLanes = 16;

constexpr std::size_t round_up(std::size_t count, std::size_t multiple) noexcept {
  return (count + multiple - 1) / multiple * multiple;
}

// Floats from one row of a tile to the next.
constexpr std::size_t tile_stride(std::size_t cols) noexcept {
  const std::size_t stride = std::max(kTileLanes, round_up(cols, kTileLanes));
  return stride % 256 == 0 ? stride + kTileLanes : stride;
}

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t count)
      : size_(count), data_(static_cast<float*>(::operator new(bytes(count), kAlignment))) {
    std::fill_n(data_.get(), count, 0.0F);
  }

  // Grows to at least `count` floats; what it held is lost when it grows.
  void reserve(std::size_t count) {
    if (count > size_) *this = AlignedBuffer(std::max(count, size_ + size_ / 2));
  }

  float* data() noexcept { return data_.get(); }
  const float* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::span<float> first(std::size_t count) noexcept { return {data_.get(), count}; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  static constexpr std::size_t bytes(std::size_t count) noexcept { return count * sizeof(float); }

  struct Free {
    void operator()(float* data) const noexcept { ::operator delete(data, kAlignment); }
  };

  std::size_t size_ = 0;
  std::unique_ptr<float, Free> data_;
};

}  // namespace kindred::linalg
