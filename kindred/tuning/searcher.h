// What to try next.
//
//    grid     every setting of a finite space, in order
//    random   uniform along each parameter's scale
//    sobol    a low-discrepancy sequence: as random, but without holes and clumps
//    tpe      where good trials were dense and bad ones were not (tpe.h)
//
// A searcher holds no state: its proposal is a function of the space, what has been tried,
// the number of the proposal and the seed. So a study that was killed goes on as if it had
// not been, and several processes may share one searcher's sequence.
//
// Thread safety: propose() from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kindred/tuning/setting.h"
#include "kindred/tuning/space.h"

namespace kindred::tuning {

// What is known of an earlier proposal.
struct Observation {
  Setting setting;
  bool finished = false;        // Ran to its end; otherwise it runs or was stopped early.
  bool failed = false;          // No value: it threw, diverged or was lost.
  int last_step = 0;            // How far it came.
  std::optional<double> value;  // Larger is better; none before the first step.

  bool operator==(const Observation&) const = default;
};

class Searcher {
 public:
  Searcher() = default;
  virtual ~Searcher() = default;
  Searcher(const Searcher&) = delete;
  Searcher& operator=(const Searcher&) = delete;

  // The proposal of this number, from 0; nothing when all settings have been proposed.
  // `tried` holds the earlier proposals in the order of their numbers.
  virtual std::optional<Setting> propose(const Space& space, std::span<const Observation> tried,
                                         std::size_t number) const = 0;
};

// `kind` is "grid", "random", "sobol" or "tpe"; throws Error(invalid_argument) otherwise.
std::unique_ptr<Searcher> make_searcher(std::string_view kind, std::uint64_t seed);

class GridSearch final : public Searcher {
 public:
  // Throws Error(invalid_argument) when the space is not finite.
  std::optional<Setting> propose(const Space& space, std::span<const Observation> tried,
                                 std::size_t number) const override;
};

// Both give up, returning nothing, once kDrawsMax draws in a row gave settings that were
// tried before: a finite space is then as good as exhausted.
inline constexpr int kDrawsMax = 1000;

class RandomSearch final : public Searcher {
 public:
  explicit RandomSearch(std::uint64_t seed) : seed_(seed) {}
  std::optional<Setting> propose(const Space& space, std::span<const Observation> tried,
                                 std::size_t number) const override;

 private:
  std::uint64_t seed_;
};

class SobolSearch final : public Searcher {
 public:
  explicit SobolSearch(std::uint64_t seed) : seed_(seed) {}
  std::optional<Setting> propose(const Space& space, std::span<const Observation> tried,
                                 std::size_t number) const override;

 private:
  std::uint64_t seed_;
};

bool was_tried(const Setting& setting, std::span<const Observation> tried);

}  // namespace kindred::tuning
