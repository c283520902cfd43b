#include "kindred/recommendation/train_blocks.h"

#include <fmt/format.h>

#include <utility>

#include "kindred/base/error.h"
#include "kindred/factorization/block_ials.h"
#include "kindred/learning/ials_learner.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/parts.h"
#include "kindred/training/training_loop.h"

namespace kindred::recommendation {
namespace {

using factorization::BlockIals;
using factorization::RowBlocks;
using model::RatingsBlocks;
using model::RatingsSide;

RowBlocks positives_of(const RatingsBlocks& ratings, RatingsSide side,
                       const BlockTrainOptions& options) {
  const std::size_t users = ratings.users().size();
  const std::size_t items = ratings.items().size();
  const bool by_user = side == RatingsSide::by_user;
  std::vector<RatingsBlocks::Range> ranges = ratings.ranges(side, options.block_pairs);
  RowBlocks blocks{.rows = by_user ? users : items,
                   .cols = by_user ? items : users,
                   .block_count = ranges.size(),
                   .read = {}};
  blocks.read = [&ratings, side, &rule = options.positive_rule,
                 ranges = std::move(ranges)](std::size_t block) {
    return data::positives(ratings.read(side, ranges[block]), rule);
  };
  return blocks;
}

constexpr const char* kFamily = "ials";

// What shapes the vectors: blocks may differ from the whole in the last bits.
Json block_settings(const BlockTrainOptions& options) {
  Json settings = model::settings_of(options.ials);
  settings.set("block_pairs", options.block_pairs);
  settings.set("positives", data::describe(options.positive_rule));
  return settings;
}

std::vector<training::Epoch> resume(BlockIals& ials, const RatingsBlocks& ratings,
                                    const BlockTrainOptions& options,
                                    const training::CheckpointPolicy& policy) {
  if (!policy.is_to_be_read()) return {};
  model::Checkpoint saved = model::load_checkpoint(policy.path);
  model::require_same_training(saved, kFamily, block_settings(options), ratings.fingerprint(),
                               options.ials.epochs);
  Matrix users = saved.take_matrix("user.vectors");
  ials.restore(std::move(users), saved.take_matrix("item.vectors"), saved.epoch);
  return std::move(saved.history);
}

}  // namespace

std::vector<MemoryPart> block_training_memory(const RatingsBlocks& ratings,
                                              const BlockTrainOptions& options) {
  const std::uint64_t rows = ratings.users().size() + ratings.items().size();
  const std::uint64_t vectors =
      rows * static_cast<std::uint64_t>(options.ials.dimensions) * sizeof(float);
  return {{"pairs kept in the model", 8 * ratings.entry_count()},
          {"vectors, one side rotated, and a checkpoint's copy", 3 * vectors},
          {"rows", 48 * rows},
          {"blocks", 4 * 8 * options.block_pairs}};
}

TrainResult train_blocks(const RatingsBlocks& ratings, const BlockTrainOptions& options,
                         const training::Run& run) {
  const RowBlocks by_user = positives_of(ratings, RatingsSide::by_user, options);
  const RowBlocks by_item = positives_of(ratings, RatingsSide::by_item, options);
  BlockIals ials(by_user, by_item, options.ials);
  if (ials.positive_count() == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("none of the {} ratings is positive ({}); choose another threshold",
                            ratings.entry_count(), data::describe(options.positive_rule)));
  }
  std::vector<training::Epoch> history = resume(ials, ratings, options, run.checkpoint);
  std::vector<training::Epoch> saved = history;
  training::Trainee trainee;
  trainee.epochs_done = ials.epoch();
  trainee.run_epoch = [&] { ials.run_epoch(run.pool); };
  trainee.losses = [&] { return learning::named_losses(ials.epoch_loss(run.pool)); };
  if (run.checkpoint.is_wanted()) {
    trainee.checkpoint = [&](const training::Epoch& record) {
      saved.push_back(record);
      model::save_checkpoint(run.checkpoint.path,
                             {.family = kFamily,
                              .settings = block_settings(options),
                              .fingerprint = ratings.fingerprint(),
                              .epoch = record.epoch,
                              .matrices = {{"user.vectors", ials.user_vectors()},
                                           {"item.vectors", ials.item_vectors()}},
                              .numbers = {},
                              .draws = {},
                              .history = saved});
    };
  }
  TrainResult result;
  result.resumed_from = ials.epoch();
  training::LoopResult done = training::run_training(trainee,
                                                     {.epochs = options.ials.epochs,
                                                      .patience = 0,
                                                      .cancelled = run.cancelled,
                                                      .pool = run.interruptible_pool()},
                                                     history, run.observe);
  result.ended = done.ended;
  result.best_epoch = done.best_epoch;
  model::Model& model = result.model;
  model.watching = model::IalsPart{options.ials};
  model.positive_rule = options.positive_rule;
  model.history = std::move(done.history);
  if (done.ended == training::Ended::cancelled) return result;
  const CancelScope scope(run.pool, run.cancelled);
  ials.finish(run.pool);
  model.items.vectors = ials.item_vectors();
  model.items.labels = ratings.items();
  model.items.metadata = data::Table(ratings.items().size());
  model.users.vectors = ials.user_vectors();
  model.users.labels = ratings.users();
  model.users.metadata = data::Table(ratings.users().size());
  model.has_values = ratings.has_values();
  model.seen = ratings.read_all();
  return result;
}

}  // namespace kindred::recommendation
