// What every engine that computes a map by steps offers: Umap, Tsne.
//
// An engine is a value. It is constructed from data and options, advanced by step() until
// is_done(), and looked at between any two steps: so a page draws it as it grows, pauses it
// by not stepping, and stops it by letting go. The same seed gives the same bytes for any
// number of threads, whoever paused it and for how long.
//
// Thread safety: one thread steps; coordinates() may be read while nobody does.

#pragma once

#include <concepts>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

namespace kindred::projection {

template <typename T>
concept Engine = requires(T& engine, const T& constant, ThreadPool& pool) {
  engine.step(pool);  // Requires: !is_done().
  { constant.step_count() } -> std::same_as<int>;
  { constant.steps_total() } -> std::same_as<int>;
  { constant.is_done() } -> std::same_as<bool>;
  { constant.coordinates() } -> std::same_as<MatrixView>;  // rows x components.
};

// Steps to the end.
template <Engine T>
void run_to_end(T& engine, ThreadPool& pool) {
  while (!engine.is_done()) engine.step(pool);
}

}  // namespace kindred::projection
