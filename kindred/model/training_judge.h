// What a trained network of a table is worth, compared with a blind guess: the mean of the
// training rows for numbers, how frequent the classes are for classes.
//
// Judged on the rows set aside, or, where there are none, on the first of the training rows.
//
// Thread safety: pure functions; work is spread over the pool.

#pragma once

#include "kindred/base/thread_pool.h"
#include "kindred/data/batch.h"
#include "kindred/model/table_fit.h"
#include "kindred/model/table_model.h"

namespace kindred::model {

// `train` and `judged` have targets for labels (encode_label). Calls options.warn when the network
// is no better than the guess, when the first epoch stayed the best one, and when a few rows make
// up most of the error. Throws Error(invalid_argument) when a prediction is not finite, or errors
// are beyond all measure: then training diverged, whatever its losses said.
void judge_training(TableModel& model, const data::Batch& train, const data::Batch& judged,
                    const TableFitOptions& options, ThreadPool& pool);

}  // namespace kindred::model
