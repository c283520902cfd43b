// Tuning a network on a table: how large the vectors of its words should be, and what else
// there is to choose.
//
// Some rows are kept apart to test on; of the others each trial sets some aside to validate
// on, the same ones in every trial. What a trial may choose:
//
//    embedding-scale   1/4 to 4 times the dimensions that dimension_prior.h gives a column from
//                      its effective vocabulary and the rows; where there is anything to embed
//    buckets           numbers also as indicators of so many quantiles; 0: not
//    hidden            units of the hidden layers: "64,32"
//    dropout, learning-rate, batch-size
//
// A step of a trial is an epoch, or a training on a part of the rows (data_parts.h), each with
// random weights and its own rows to validate on.
//
// A validation score has a standard error by the rows: of an area after Hanley and McNeil, of
// an accuracy the binomial one, of a root mean squared error as if errors were normal.
//
// Thread safety: one trial at a time.
//
// Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve", 1982.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/batch.h"
#include "kindred/features/table_facts.h"
#include "kindred/features/table_recipe.h"
#include "kindred/model/table_fit.h"
#include "kindred/tuning/data_parts.h"
#include "kindred/tuning/report.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/study_runner.h"

namespace kindred::tuning {

struct TableTuningOptions {
  model::TableFitOptions fit;  // What the space does not set; its seed draws the split too.
  TrialSteps steps = TrialSteps::epochs;
  double test_split = 0.1;         // Of the rows, unless rows are given; 0: none are kept apart.
  std::size_t parameters_max = 0;  // A trial with more fails at once; 0: no limit.
  int seed_count = 3;              // Trainings of each finalist.
  bool rules = false;              // Finalists as the rules of thumb say, too.
};

// A table as every trial begins with it: columns not learned yet.
struct TunedTable {
  data::Batch rows;
  std::optional<data::Batch> test = {};  // What to test on, in place of a part of the rows.
  features::TableRecipe recipe;
  features::TableFacts facts;
};

class TableTuning {
 public:
  // Throws Error(invalid_argument) as fit_table() does for labels that cannot be learned, and
  // when a part of the split has no rows.
  TableTuning(TunedTable table, const TableTuningOptions& options, ThreadPool& pool);

  Space space() const;

  // Trains one setting and reports every epoch.
  TrialEnd run(const Trial& trial, const TrialHooks& hooks);

  // The recipe and the options of a setting, its embeddings as a rule of dimension_rules()
  // says where one is named. Throws Error(invalid_argument) for a parameter
  // that does not exist here.
  features::TableRecipe recipe_of(const Setting& setting, const std::string& rule = "") const;
  model::TableFitOptions fit_options_of(const Setting& setting) const;

  // The best, the smallest as good and the defaults of `kindred fit`, and, where asked for,
  // the best with the dimensions that each usual rule says (dimension_prior.h): trained with
  // several seeds on train and validation rows, judged on the test rows. Empty without these.
  void run_finals(Report& report);

  // The winner trained on train and validation rows for as many epochs as were best; its
  // embeddings by a rule where one is named.
  model::TableModel train(const Trial& trial, std::uint64_t seed,
                          const std::string& rule = "") const;

  const std::string& metric() const noexcept { return metric_; }  // "auc", "accuracy", "rmse".
  bool lower_is_better() const noexcept { return metric_ == "rmse"; }
  std::size_t known_row_count() const noexcept { return known_.row_count; }
  std::size_t test_row_count() const noexcept { return test_.row_count; }
  const Json& subject() const noexcept { return subject_; }

 private:
  TrialEnd run_parts(const Trial& trial, const TrialHooks& hooks);
  StepRecord step_of(const nn::EpochLog& log, std::size_t validation_rows) const;
  void require_size(const model::TableModel& model, TrialEnd& end) const;
  void keep_apart(data::Batch rows);
  void keep_apart(data::Batch rows, data::Batch test);
  double value_of(double score) const noexcept { return lower_is_better() ? -score : score; }
  double standard_error(double score, std::size_t row_count) const;
  model::TableModel train(features::TableRecipe recipe, model::TableFitOptions options) const;
  double test_score(model::TableModel& model) const;

  TableTuningOptions options_;
  ThreadPool& pool_;
  features::TableRecipe recipe_;
  features::TableFacts facts_;
  data::Batch known_;  // Train and validation rows.
  data::Batch test_;
  double positive_share_ = 0.5;  // Of a binary label.
  std::string metric_;
  Json subject_;
};

}  // namespace kindred::tuning
