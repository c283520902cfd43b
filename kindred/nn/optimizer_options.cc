#include "kindred/nn/optimizer_options.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"

namespace kindred::nn {
namespace {

const std::array<std::pair<std::string_view, OptimizerOptions>, 8>& all_optimizers() {
  static const std::array<std::pair<std::string_view, OptimizerOptions>, 8> kAll = {{
      {"sgd", Sgd{}},
      {"adagrad", Adagrad{}},
      {"adam", Adam{}},
      {"adamw", AdamW{}},
      {"rmsprop", RmsProp{}},
      {"ftrl", Ftrl{}},
      {"lazy_adam", LazyAdam{}},
      {"rowwise_adagrad", RowwiseAdagrad{}},
  }};
  return kAll;
}

void require_optimizer(bool holds, std::string_view option, float value, std::string_view range) {
  if (holds && std::isfinite(value)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the optimizer's {} is {}; it must be {}", option, value, range));
}

void require_not_negative(std::string_view option, float value) {
  require_optimizer(value >= 0.0F, option, value, "finite and at least 0");
}

void require_share(std::string_view option, float value) {
  require_optimizer(value >= 0.0F && value < 1.0F, option, value, "in [0, 1)");
}

// The options that several optimizers have in common.
template <class Options>
void check_shared(const Options& o) {
  require_not_negative("learning rate", o.learning_rate);
  if constexpr (requires { o.momentum; }) require_share("momentum", o.momentum);
  if constexpr (requires { o.rho; }) require_share("rho", o.rho);
  if constexpr (requires { o.beta1; }) require_share("beta1", o.beta1);
  if constexpr (requires { o.beta2; }) require_share("beta2", o.beta2);
  if constexpr (requires { o.epsilon; }) {
    require_optimizer(o.epsilon > 0.0F, "epsilon", o.epsilon, "finite and above 0");
  }
  if constexpr (requires { o.weight_decay; }) require_not_negative("weight decay", o.weight_decay);
  if constexpr (requires { o.initial_accumulator; }) {
    require_not_negative("initial accumulator", o.initial_accumulator);
  }
}

void check_ftrl(const Ftrl& o) {
  require_optimizer(o.learning_rate > 0.0F, "learning rate", o.learning_rate, "finite and above 0");
  require_optimizer(o.learning_rate_power <= 0.0F, "learning rate power", o.learning_rate_power,
                    "finite and at most 0");
  require_not_negative("l1", o.l1);
  require_not_negative("l2", o.l2);
  require_not_negative("l2 shrinkage", o.l2_shrinkage);
  require_not_negative("beta", o.beta);
}

}  // namespace

OptimizerOptions parse_optimizer(std::string_view name) {
  std::string names;
  for (const auto& [known, options] : all_optimizers()) {
    if (known == name) return options;
    names += names.empty() ? "" : ", ";
    names += known;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("there is no optimizer '{}'; there are {}", name, names));
}

std::string_view name_of(const OptimizerOptions& options) noexcept {
  for (const auto& [name, known] : all_optimizers()) {
    if (known.index() == options.index()) return name;
  }
  return "";
}

float learning_rate_of(const OptimizerOptions& options) noexcept {
  return std::visit([](const auto& o) { return o.learning_rate; }, options);
}

void set_learning_rate(OptimizerOptions& options, float learning_rate) noexcept {
  std::visit([&](auto& o) { o.learning_rate = learning_rate; }, options);
}

void check_optimizer(const OptimizerOptions& options) {
  std::visit([](const auto& o) { check_shared(o); }, options);
  if (const auto* ftrl = std::get_if<Ftrl>(&options)) check_ftrl(*ftrl);
}

}  // namespace kindred::nn
