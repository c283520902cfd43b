// TPE against random search on a fixed set of functions whose best value is known.
//
// 50 seeds, 60 trials each; what counts is the mean regret of the best trial. No function was
// left out, and TPE runs with its defaults.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "kindred/tuning/searcher.h"
#include "kindred/tuning/space_text.h"

namespace kindred::tuning {
namespace {

struct Problem {
  const char* name;
  std::vector<std::string> parameters;
  std::function<double(const Setting&)> loss;
  double best;  // The smallest loss.
};

double branin(const Setting& s) {
  const double x = s.number("x");
  const double y = s.number("y");
  constexpr double kPi = std::numbers::pi;
  const double a = y - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
  return a * a + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
}

double sphere(const Setting& s) {
  double sum = 0.0;
  for (int i = 0; i < 5; ++i) {
    const double x = s.number("x" + std::to_string(i)) - 0.2 * i;
    sum += x * x;
  }
  return sum;
}

double rosenbrock(const Setting& s) {
  const double x = s.number("x");
  const double y = s.number("y");
  return 100 * std::pow(y - x * x, 2) + std::pow(1 - x, 2);
}

double hartmann6(const Setting& s) {
  constexpr std::array<double, 4> kAlpha = {1.0, 1.2, 3.0, 3.2};
  constexpr std::array<std::array<double, 6>, 4> kA = {{{10, 3, 17, 3.5, 1.7, 8},
                                                        {0.05, 10, 17, 0.1, 8, 14},
                                                        {3, 3.5, 1.7, 10, 17, 8},
                                                        {17, 8, 0.05, 10, 0.1, 14}}};
  constexpr std::array<std::array<double, 6>, 4> kP = {
      {{.1312, .1696, .5569, .0124, .8283, .5886},
       {.2329, .4135, .8307, .3736, .1004, .9991},
       {.2348, .1451, .3522, .2883, .3047, .6650},
       {.4047, .8828, .8732, .5743, .1091, .0381}}};
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    double distance = 0.0;
    for (std::size_t j = 0; j < 6; ++j) {
      const double x = s.number("x" + std::to_string(j)) - kP[i][j];
      distance += kA[i][j] * x * x;
    }
    sum -= kAlpha[i] * std::exp(-distance);
  }
  return sum;
}

// A valley along a log scale, shaped as validation curves over dimension and regularisation
// are: flat, skewed and coupled.
double valley(const Setting& s) {
  const double d = std::log2(static_cast<double>(s.integer("d")));
  const double l = std::log10(s.number("l"));
  const double a = std::log10(s.number("a"));
  return 0.02 * std::pow(d - 6, 2) + 0.1 * std::pow(l + 2.5 + 0.1 * (d - 6), 2) +
         0.05 * std::pow(a - l - 1.5, 2);
}

double conditional(const Setting& s) {
  if (s.word("optimizer") == "sgd") {
    return 0.2 + std::pow(std::log10(s.number("lr")) + 1, 2) + std::abs(s.number("momentum") - .9);
  }
  const double penalty = s.word("optimizer") == "adam" ? 0.0 : 0.5;
  return penalty + std::pow(std::log10(s.number("lr")) + 3, 2);
}

std::vector<std::string> cube(int axes, const char* range) {
  std::vector<std::string> out;
  for (int i = 0; i < axes; ++i) out.push_back("x" + std::to_string(i) + "=" + range);
  return out;
}

std::vector<Problem> problems() {
  return {{"branin", {"x=-5.0..10.0", "y=0.0..15.0"}, branin, 0.397887},
          {"sphere", cube(5, "-1.0..1.0"), sphere, 0.0},
          {"rosenbrock", {"x=-2.0..2.0", "y=-2.0..2.0"}, rosenbrock, 0.0},
          {"hartmann6", cube(6, "0.0..1.0"), hartmann6, -3.32237},
          {"valley", {"d=4..512:log", "l=1e-5..1.0:log", "a=1e-4..1.0:log"}, valley, 0.0},
          {"conditional",
           {"optimizer=sgd|adam|ftrl", "lr=1e-5..1.0:log", "momentum=0.0..0.99 if optimizer=sgd"},
           conditional,
           0.0}};
}

double regret(const Problem& problem, const Space& space, const Searcher& searcher,
              std::size_t trials) {
  std::vector<Observation> tried;
  double best = 1e300;
  for (std::size_t number = 0; number < trials; ++number) {
    const Setting setting = searcher.propose(space, tried, number).value();
    const double loss = problem.loss(setting);
    best = std::min(best, loss);
    tried.push_back({.setting = setting, .finished = true, .last_step = 1, .value = -loss});
  }
  return best - problem.best;
}

TEST(TpeOracle, BeatsRandomSearchOnEveryFunction) {
  constexpr std::uint64_t kSeeds = 50;
  constexpr std::size_t kTrials = 60;
  for (const Problem& problem : problems()) {
    Space space;
    for (const std::string& text : problem.parameters) {
      space.parameters.push_back(parse_parameter(text));
    }
    validate(space);
    double random = 0.0;
    double tpe = 0.0;
    int wins = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const double of_random = regret(problem, space, *make_searcher("random", seed), kTrials);
      const double of_tpe = regret(problem, space, *make_searcher("tpe", seed), kTrials);
      random += of_random / kSeeds;
      tpe += of_tpe / kSeeds;
      wins += of_tpe < of_random ? 1 : 0;
    }
    std::printf("%-12s mean regret of random %.5f, of TPE %.5f; TPE wins %d of %d\n", problem.name,
                random, tpe, wins, static_cast<int>(kSeeds));
    EXPECT_LT(tpe, random) << problem.name;
    EXPECT_GT(2 * wins, static_cast<int>(kSeeds)) << problem.name;
  }
}

}  // namespace
}  // namespace kindred::tuning
