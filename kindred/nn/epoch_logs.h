// Callbacks that write down how training goes, for people and other programs.
//
//    csv_log("log.csv")              one line an epoch
//    curve_log("curves.svg")         the curves as a picture, or a page: "curves.html"
//    tensorboard_log("logs")         event files in logs/train and logs/validation
//
// The first two write the whole history anew after each epoch, so a training that is taken
// up again continues them. Event files are added to; scores are called "epoch_loss",
// "epoch_auc", ... as the reference calls them.
//
// Thread safety: one thread at a time.

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kindred/nn/callbacks.h"
#include "kindred/training/score_rows.h"

namespace kindred::nn {

// The scores of a history, as training/ takes them.
std::vector<training::ScoreRow> score_rows(const History& history);

// The epoch of the best value of a score that the history has; none where it has none.
std::optional<int> best_epoch(const History& history, const std::string& monitor);

// Each throws Error(io), naming the path, when it cannot be written: at once where that can
// be known, else at the end of an epoch.
std::shared_ptr<Callback> csv_log(const std::filesystem::path& path);
// Marks the epoch of the best validation loss. `title` stands above the curves.
std::shared_ptr<Callback> curve_log(const std::filesystem::path& path,
                                    const std::string& title = "");
std::shared_ptr<Callback> tensorboard_log(const std::filesystem::path& folder);

}  // namespace kindred::nn
