// The bodies of descent.h for one target; included once per target by descent.cc.

#if defined(KINDRED_LINALG_KERNELS_DESCENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_DESCENT_INL_H_
#undef KINDRED_LINALG_KERNELS_DESCENT_INL_H_
#else
#define KINDRED_LINALG_KERNELS_DESCENT_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <span>

#include "kindred/linalg/kernels/descent.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Calls step(tag, i) for consecutive runs of as many elements as the tag has lanes: whole
// vectors, then smaller ones, so that rows of 4 or 8 are vectors too.
template <class Step>
HWY_INLINE void for_each_run(std::size_t count, const Step& step) {
  std::size_t i = 0;
  const auto runs_of = [&](auto d) HWY_ATTR {
    const std::size_t lanes = hn::Lanes(d);
    for (; i + lanes <= count; i += lanes) step(d, i);
  };
  runs_of(hn::ScalableTag<float>());
  runs_of(hn::CappedTag<float, 8>());
  runs_of(hn::CappedTag<float, 4>());
  runs_of(hn::CappedTag<float, 1>());
}

template <class D>
HWY_INLINE hn::Vec<D> decayed(D d, DescentRates rates, hn::Vec<D> w) {
  return hn::Sub(w, hn::Mul(w, hn::Set(d, rates.decay)));
}

void sgd_step(DescentRates rates, std::span<float> weights, std::span<const float> gradient) {
  for_each_run(weights.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const auto g = hn::LoadU(d, gradient.data() + i);
    const auto w = decayed(d, rates, hn::LoadU(d, weights.data() + i));
    hn::StoreU(hn::Sub(w, hn::Mul(hn::Set(d, rates.rate), g)), d, weights.data() + i);
  });
}

void adagrad_step(DescentRates rates, float epsilon, std::span<float> weights,
                  std::span<const float> gradient, std::span<float> accumulator) {
  for_each_run(weights.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const auto g = hn::LoadU(d, gradient.data() + i);
    const auto a = hn::Add(hn::LoadU(d, accumulator.data() + i), hn::Mul(g, g));
    const auto w = decayed(d, rates, hn::LoadU(d, weights.data() + i));
    const auto length = hn::Sqrt(hn::Add(a, hn::Set(d, epsilon)));
    const auto step = hn::Div(hn::Mul(hn::Set(d, rates.rate), g), length);
    hn::StoreU(a, d, accumulator.data() + i);
    hn::StoreU(hn::Sub(w, step), d, weights.data() + i);
  });
}

// The weight, the mean and the square of some elements, in registers.
template <class D>
struct AdamLanes {
  hn::Vec<D> w;
  hn::Vec<D> m;
  hn::Vec<D> v;
};

template <class D>
HWY_INLINE void move_moments(D d, const AdamConstants& c, hn::Vec<D> g, AdamLanes<D>& lanes) {
  const auto squared = hn::Mul(g, g);
  lanes.m = hn::Add(lanes.m, hn::Mul(hn::Sub(g, lanes.m), hn::Set(d, 1.0F - c.beta1)));
  lanes.v = hn::Add(lanes.v, hn::Mul(hn::Sub(squared, lanes.v), hn::Set(d, 1.0F - c.beta2)));
}

template <class D>
HWY_INLINE void move_weight(D d, DescentRates rates, const AdamConstants& c, AdamLanes<D>& lanes) {
  const auto length = hn::Add(hn::Sqrt(lanes.v), hn::Set(d, c.epsilon));
  const auto step = hn::Div(hn::Mul(hn::Set(d, rates.rate), lanes.m), length);
  lanes.w = hn::Sub(decayed(d, rates, lanes.w), step);
}

void adam_step(DescentRates rates, const AdamConstants& constants, std::span<float> weights,
               std::span<const float> gradient, std::span<float> mean, std::span<float> square) {
  for_each_run(weights.size(), [&](auto d, std::size_t i) HWY_ATTR {
    AdamLanes<decltype(d)> lanes{hn::LoadU(d, weights.data() + i), hn::LoadU(d, mean.data() + i),
                                 hn::LoadU(d, square.data() + i)};
    move_moments(d, constants, hn::LoadU(d, gradient.data() + i), lanes);
    move_weight(d, rates, constants, lanes);
    hn::StoreU(lanes.w, d, weights.data() + i);
    hn::StoreU(lanes.m, d, mean.data() + i);
    hn::StoreU(lanes.v, d, square.data() + i);
  });
}

// Rows between asking for one and moving it, and the floats of a cache line.
inline constexpr std::size_t kRowsAhead = 8;
inline constexpr std::size_t kLine = 16;

// Calls step(cells of the row, its gradient) for each row.
template <class Step>
HWY_INLINE void for_each_row(const TableCells& table, std::span<const std::int64_t> rows,
                             const float* gradient, const Step& step) {
  const std::size_t cols = table.cols;
  const auto ask = [cols](float* values, std::size_t begin) {
    for (std::size_t i = 0; values != nullptr && i < cols; i += kLine) {
      __builtin_prefetch(values + begin + i, 1);
    }
  };
  for (std::size_t i = 0; i < rows.size(); ++i, gradient += cols) {
    if (i + kRowsAhead < rows.size()) {
      const std::size_t begin = static_cast<std::size_t>(rows[i + kRowsAhead]) * cols;
      ask(table.first, begin);
      ask(table.second, begin);
      ask(table.weights, begin);
    }
    const std::size_t begin = static_cast<std::size_t>(rows[i]) * cols;
    const auto run = [&](float* values) { return std::span(values + begin, cols); };
    step(run, std::span(gradient, cols));
  }
}

void sgd_rows(DescentRates rates, const TableCells& table, std::span<const std::int64_t> rows,
              const float* gradient) {
  for_each_row(table, rows, gradient, [&](const auto& run, std::span<const float> g) HWY_ATTR {
    HWY_NAMESPACE::sgd_step(rates, run(table.weights), g);
  });
}

void adagrad_rows(DescentRates rates, float epsilon, const TableCells& table,
                  std::span<const std::int64_t> rows, const float* gradient) {
  for_each_row(table, rows, gradient, [&](const auto& run, std::span<const float> g) HWY_ATTR {
    HWY_NAMESPACE::adagrad_step(rates, epsilon, run(table.weights), g, run(table.first));
  });
}

void adam_rows(DescentRates rates, const AdamConstants& constants, const TableCells& table,
               std::span<const std::int64_t> rows, const float* gradient) {
  for_each_row(table, rows, gradient, [&](const auto& run, std::span<const float> g) HWY_ATTR {
    HWY_NAMESPACE::adam_step(rates, constants, run(table.weights), g, run(table.first),
                             run(table.second));
  });
}

// The largest rate of the steps, and whether any of them decays.
struct IdleFacts {
  float rate_max = 0.0F;
  bool decays = false;
};

// Whether no step from here on moves a weight. Means only shrink, so a step is at most
// rate_max |m| / epsilon, and what is below half the distance to the next float, |w| 2^-25,
// changes nothing when it is subtracted; half of that again is kept for rounding.
template <class D>
HWY_INLINE bool weights_rest(D d, const IdleFacts& facts, const AdamConstants& c,
                             const AdamLanes<D>& lanes) {
  const auto step_max = hn::Mul(hn::Abs(lanes.m), hn::Set(d, facts.rate_max / c.epsilon));
  const auto unseen = hn::Mul(hn::Abs(lanes.w), hn::Set(d, 0x1p-26F));
  return !facts.decays && hn::AllTrue(d, hn::Le(step_max, unseen));
}

template <class D>
HWY_INLINE void idle(D d, std::span<const DescentRates> steps, const IdleFacts& facts,
                     const AdamConstants& c, AdamLanes<D>& lanes) {
  constexpr std::size_t kStepsBetweenLooks = 16;
  const auto zero = hn::Zero(d);
  std::size_t step = 0;
  while (step < steps.size() && !weights_rest(d, facts, c, lanes)) {
    const std::size_t left = steps.size() - step;
    const std::size_t end = step + (left < kStepsBetweenLooks ? left : kStepsBetweenLooks);
    for (; step < end; ++step) {
      move_moments(d, c, zero, lanes);
      move_weight(d, steps[step], c, lanes);
    }
  }
  for (; step < steps.size(); ++step) {
    const AdamLanes<D> before = lanes;
    move_moments(d, c, zero, lanes);
    // Arrived at 0, or at a denormal that rounding keeps where it is.
    if (hn::AllTrue(d, hn::And(hn::Eq(before.m, lanes.m), hn::Eq(before.v, lanes.v)))) break;
  }
}

void adam_idle_steps(std::span<const DescentRates> steps, const AdamConstants& constants,
                     std::span<float> weights, std::span<float> mean, std::span<float> square) {
  IdleFacts facts;
  for (const DescentRates& step : steps) {
    if (step.rate > facts.rate_max) facts.rate_max = step.rate;
    facts.decays = facts.decays || step.decay != 0.0F;
  }
  for_each_run(weights.size(), [&](auto d, std::size_t i) HWY_ATTR {
    AdamLanes<decltype(d)> lanes{hn::LoadU(d, weights.data() + i), hn::LoadU(d, mean.data() + i),
                                 hn::LoadU(d, square.data() + i)};
    idle(d, steps, facts, constants, lanes);
    hn::StoreU(lanes.w, d, weights.data() + i);
    hn::StoreU(lanes.m, d, mean.data() + i);
    hn::StoreU(lanes.v, d, square.data() + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_DESCENT_INL_H_
