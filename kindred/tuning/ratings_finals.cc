#include "kindred/tuning/ratings_finals.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/tuning/dimension_prior.h"

namespace kindred::tuning {
namespace {

constexpr const char* kBest = "best";
constexpr const char* kSmallest = "smallest as good";
constexpr const char* kRule = "rule of thumb";
constexpr const char* kDefault = "default";

struct Entry {
  std::string role;
  std::string setting;
  std::size_t parameter_count = 0;
  learning::WatchOptions options;
};

// The best with the dimensions that a rule says.
Entry entry_of(const DimensionRule& rule, const Trial& best, const RatingsTuning& tuning,
               const FinalsOptions& options) {
  Trial trial = best;
  trial.setting.set("dim", std::int64_t{rule.dimensions});
  return {rule.name, to_text(trial.setting), tuning.parameter_count(rule.dimensions),
          final_options(trial, options.base)};
}

std::vector<Entry> item_item_entries(const RatingsTuning& tuning, const Report& report) {
  const Trial& best = *report.verdict.best;
  const learning::ItemItemOptions& base = *tuning.item_item();
  const learning::ItemItemOptions usual;
  return {{kBest, to_text(best.setting), best.parameter_count,
           item_item_options_of(best.setting, base)},
          {kDefault, fmt::format("neighbors={} shrinkage={:g}", usual.neighbors, usual.shrinkage),
           tuning.item_count() * static_cast<std::size_t>(usual.neighbors), usual}};
}

std::vector<Entry> entries(const RatingsTuning& tuning, const FinalsOptions& options,
                           const Report& report) {
  std::vector<Entry> out;
  const auto add = [&](const char* role, const Trial& trial) {
    const std::string setting = to_text(trial.setting);
    if (std::ranges::any_of(out, [&](const Entry& e) { return e.setting == setting; })) return;
    out.push_back({role, setting, trial.parameter_count, final_options(trial, options.base)});
  };
  const Trial& best = *report.verdict.best;
  if (tuning.item_item()) return item_item_entries(tuning, report);
  add(kBest, best);
  add(kSmallest, *report.verdict.smallest);
  if (const Trial* inside = best_in_prior(report)) add(kRule, *inside);
  Entry usual{kDefault, "", best.parameter_count, options.defaults};
  factorization::IalsOptions defaults = options.defaults;
  defaults.dimensions = final_options(best, options.base).dimensions;
  defaults.seed = options.base.seed;
  usual.options = defaults;
  usual.setting =
      fmt::format("dim={} regularization={:g} unobserved-weight={:g} regularization-exponent={:g}",
                  defaults.dimensions, defaults.regularization, defaults.unobserved_weight,
                  defaults.regularization_exponent);
  out.push_back(std::move(usual));
  if (!options.rules) return out;
  for (const DimensionRule& rule : dimension_rules(tuning.item_count())) {
    out.push_back(entry_of(rule, best, tuning, options));
  }
  return out;
}

}  // namespace

factorization::IalsOptions final_options(const Trial& trial,
                                         const factorization::IalsOptions& base) {
  factorization::IalsOptions options = ials_options_of(trial.setting, base);
  options.seed = trial.seed;
  if (const int epochs = trial.epochs_until_best(); epochs > 0) {
    options.epochs = std::min(epochs, base.epochs);
  }
  return options;
}

void run_finals(RatingsTuning& tuning, const FinalsOptions& options, Report& report) {
  if (!report.verdict.best || tuning.test_user_count() == 0) return;
  const auto is_cancelled = [&] {
    return options.cancelled != nullptr && options.cancelled->load();
  };
  std::vector<Finalist> finalists;
  for (const Entry& entry : entries(tuning, options, report)) {
    Finalist finalist{entry.role, entry.setting, entry.parameter_count, {}, {}, 0.0};
    for (int run = 0; run < options.seed_count; ++run) {
      if (is_cancelled()) return;
      if (options.observe) {
        options.observe(fmt::format("{}: {} (seed {} of {})", entry.role, entry.setting, run + 1,
                                    options.seed_count));
      }
      learning::WatchOptions seeded = entry.options;
      if (auto* ials = std::get_if<factorization::IalsOptions>(&seeded)) {
        ials->seed += static_cast<std::uint64_t>(run);
      }
      Tested tested = tuning.test(seeded);
      finalist.runs.push_back(std::move(tested.result));
      finalist.seconds += tested.seconds / options.seed_count;
    }
    finalist.test = evaluation::mean_over_seeds(finalist.runs);
    finalists.push_back(std::move(finalist));
  }
  report.finalists = std::move(finalists);
  for (std::size_t i = 1; i < report.finalists.size(); ++i) {
    report.differences.push_back(difference(report.finalists[0], report.finalists[i]));
  }
}

}  // namespace kindred::tuning
