// Optimizers: weights after each of some steps.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "kindred/base/overloaded.h"
#include "kindred/nn/optimizer.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/predictions.h"

namespace kindred::conformance {
namespace {

std::vector<float> list(const Json& json) {
  std::vector<float> values;
  for (const Json& value : json.as_array()) values.push_back(static_cast<float>(value.as_double()));
  return values;
}

// Lists, or the one text that stands for them.
std::vector<std::vector<float>> gradients(const Json& json, std::size_t size) {
  std::vector<std::vector<float>> steps;
  if (!json.is_string()) {
    for (const Json& step : json.as_array()) steps.push_back(list(step));
    return steps;
  }
  if (json.as_string() != "step1: all 0.01; steps2-5: [0.1,0.2,...,1.0]") {
    throw Skip(fmt::format("gradients described as {}", json.as_string()));
  }
  std::vector<float> rising(size);
  for (std::size_t i = 0; i < size; ++i) rising[i] = 0.1F * static_cast<float>(i + 1);
  steps.assign(5, rising);
  steps.front().assign(size, 0.01F);
  return steps;
}

// The options of the reference, under its names.
class Options {
 public:
  explicit Options(const Json& arguments) : arguments_(arguments) {}

  void number(const char* name, float& option) const {
    option = static_cast<float>(number_or(arguments_, name, option));
  }
  void flag(const char* name, bool& option) const { option = flag_or(arguments_, name, option); }

 private:
  const Json& arguments_;
};

template <class Kind>
void read_shared(const Options& options, Kind& kind) {
  options.number("learning_rate", kind.learning_rate);
  if constexpr (requires { kind.weight_decay; }) options.number("weight_decay", kind.weight_decay);
  if constexpr (requires { kind.momentum; }) options.number("momentum", kind.momentum);
  if constexpr (requires { kind.epsilon; }) options.number("epsilon", kind.epsilon);
  if constexpr (requires { kind.amsgrad; }) options.flag("amsgrad", kind.amsgrad);
  if constexpr (requires { kind.initial_accumulator; }) {
    options.number("initial_accumulator_value", kind.initial_accumulator);
  }
  if constexpr (requires { kind.beta1; }) {
    options.number("beta_1", kind.beta1);
    options.number("beta_2", kind.beta2);
  }
}

nn::OptimizerOptions read_options(nn::OptimizerOptions kind, const Json& arguments) {
  const Options options(arguments);
  std::visit([&](auto& own) { read_shared(options, own); }, kind);
  std::visit(Overloaded{[&](nn::Sgd& own) { options.flag("nesterov", own.nesterov); },
                        [&](nn::RmsProp& own) {
                          options.number("rho", own.rho);
                          options.flag("centered", own.centered);
                        },
                        [&](nn::Ftrl& own) {
                          options.number("learning_rate_power", own.learning_rate_power);
                          options.number("l1", own.l1);
                          options.number("l2", own.l2);
                          options.number("l2_shrinkage", own.l2_shrinkage);
                          options.number("beta", own.beta);
                        },
                        [](const auto&) {}},
             kind);
  return kind;
}

Json json_list(const std::vector<float>& values) {
  Json out{Json::Array{}};
  for (const float value : values) out.push(static_cast<double>(value));
  return out;
}

// The weights after each step, or after the last one where that is what is expected.
Json run_optimizer(const nn::OptimizerOptions& kind, const Question& question) {
  const nn::OptimizerOptions options = read_options(kind, question.arguments);
  std::vector<float> weights = list(question.input.at("initial"));
  nn::Optimizer optimizer(options);
  optimizer.add_parameter("weights", {.cols = weights.size()});
  Json steps{Json::Array{}};
  for (const std::vector<float>& gradient : gradients(question.input.at("grads"), weights.size())) {
    optimizer.begin_step(nn::learning_rate_of(options));
    optimizer.update(0, weights, gradient);
    steps.push(json_list(weights));
  }
  const Json::Array& expected = question.expected.as_array();
  const bool each_step = !expected.empty() && expected.front().is_array();
  return each_step ? steps : json_list(weights);
}

}  // namespace

void add_optimizer_operations(Operations& operations) {
  for (const char* const name : {"sgd", "adagrad", "adam", "adamw", "rmsprop", "ftrl"}) {
    operations[fmt::format("optimizer.{}", name)] =
        [kind = nn::parse_optimizer(name)](const Question& question) {
          return run_optimizer(kind, question);
        };
  }
}

}  // namespace kindred::conformance
