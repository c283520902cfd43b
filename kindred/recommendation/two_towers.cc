#include "kindred/recommendation/two_towers.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>

#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/size.h"
#include "kindred/data/dataset.h"
#include "kindred/features/adapt.h"
#include "kindred/features/encoder.h"
#include "kindred/nn/in_batch_softmax.h"
#include "kindred/nn/model.h"
#include "kindred/nn/sequential.h"
#include "kindred/nn/training.h"
#include "kindred/recommendation/attribute_rows.h"
#include "kindred/recommendation/pair_stream.h"

namespace kindred::recommendation {
namespace {

// The field that says who a row is. Attributes are fields of files, which have no such name.
constexpr const char* kId = "\x1f id";
// Targets are floats, which hold whole numbers exactly up to here.
constexpr std::size_t kItemsMax = std::size_t{1} << 24U;

void require(bool condition, const std::string& message) {
  if (!condition) throw Error(ErrorCode::invalid_argument, message);
}

void check(const TwoTowerOptions& options) {
  require(options.dimensions > 0, "two towers need at least one dimension");
  require(options.hidden > 0, "the hidden layer of a tower needs at least one unit");
  check_size(options.hidden, "the number of hidden units", 1);
  require(options.dropout >= 0.0F && options.dropout < 1.0F, "dropout must be in [0, 1)");
  require(options.hidden_ids >= 0.0 && options.hidden_ids <= 1.0,
          "the share of hidden ids must be in [0, 1]");
  require(options.sharpness > 0.0F, "the sharpness must be above 0");
  require(options.epochs > 0, "epochs must be above 0");
  require(options.batch_size > 1, "a batch needs two pairs at least: one is the other's rival");
}

// One side: its rows as columns read them, and which of them have liked pairs.
struct Side {
  const data::Vocabulary& labels;
  const data::Table& attributes;
  std::vector<bool> is_used;

  std::size_t size() const noexcept { return labels.size(); }
};

std::vector<bool> used_users(const SparseMatrix& liked) {
  std::vector<bool> used(liked.rows);
  for (std::size_t user = 0; user < liked.rows; ++user) used[user] = liked.row_size(user) > 0;
  return used;
}

std::vector<bool> used_items(const SparseMatrix& liked) {
  std::vector<bool> used(liked.cols);
  for (const std::uint32_t item : liked.columns) used[item] = true;
  return used;
}

// All rows, and once more as nobody known.
data::Batch doubled_rows(const Side& side) {
  const data::Batch attributes = attribute_rows(side.attributes);
  data::Batch rows = data::empty_like(attributes);
  data::TextList ids;
  for (std::size_t i = 0; i < side.size(); ++i) ids.push_back(side.labels.label(i));
  for (std::size_t i = 0; i < side.size(); ++i) ids.push_back("");
  for (int i = 0; i < 2; ++i) data::append_rows(rows, attributes, 0, side.size());
  rows.row_count = 2 * side.size();
  rows.add(kId, data::column(std::move(ids)));
  return rows;
}

features::Encoder encoder_of(const Side& side, std::vector<features::Column> columns,
                             const data::Batch& rows, int dimensions) {
  std::vector<std::size_t> used;
  data::TextList ids;
  for (std::size_t i = 0; i < side.size(); ++i) {
    if (!side.is_used[i]) continue;
    used.push_back(i);
    ids.push_back(side.labels.label(i));
  }
  if (!columns.empty()) {
    data::Batch learned_from = data::empty_like(rows);
    data::append_chosen_rows(learned_from, rows, used);
    columns =
        features::adapt(std::move(columns), data::Dataset::from_batch(std::move(learned_from)))
            .columns;
  }
  columns.emplace_back(features::embedding(features::vocabulary(kId, std::move(ids)),
                                           static_cast<std::size_t>(dimensions)));
  return features::Encoder(std::move(columns));
}

// A side's network: attributes and id, a hidden layer, a vector of length 1.
struct Tower {
  nn::FeatureInput input;
  nn::Sequential layers;

  Tower(nn::ParameterSet& parameters, const std::string& name, const features::Encoder& encoder,
        const TwoTowerOptions& options)
      : input(parameters, name, encoder.layout(), options.seed),
        layers(parameters, name, input,
               {nn::dense(options.hidden, nn::Activation::relu),
                nn::dropout(static_cast<double>(options.dropout)),
                nn::dense(static_cast<std::size_t>(options.dimensions)), nn::L2NormalizeSpec{}},
               options.seed) {}

  nn::Var operator()(nn::Pass& pass, const features::FeatureBlock& block) const {
    return layers(pass, input(pass, block));
  }
};

struct Towers {
  Tower user;
  Tower item;
};

nn::Var batch_softmax(nn::Tape<float>& tape, nn::Var scores, const nn::EncodedBatch& batch) {
  std::vector<std::int64_t> items;
  std::vector<float> log_q;
  for (std::size_t row = 0; row < batch.row_count; ++row) {
    items.push_back(static_cast<std::int64_t>(batch.targets[2 * row]));
    log_q.push_back(batch.targets[2 * row + 1]);
  }
  return nn::in_batch_softmax<float>(tape, scores, items, log_q);
}

// The vectors of all rows; zeros where neither attributes nor pairs tell anything.
Matrix vectors_of(const Side& side, const Tower& tower, const nn::EncodedRows& rows,
                  bool has_attributes, const TwoTowerOptions& options, ThreadPool& pool) {
  constexpr std::size_t kRowsPerPass = 1024;
  Matrix vectors(side.size(), static_cast<std::size_t>(options.dimensions));
  nn::Tape<float> tape(&pool);
  nn::EncodedBatch batch;
  for (std::size_t begin = 0; begin < side.size(); begin += kRowsPerPass) {
    throw_if_interrupted();
    std::vector<std::uint32_t> chosen(std::min(kRowsPerPass, side.size() - begin));
    std::iota(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(begin));
    rows.gather(chosen, batch);
    tape.clear();
    nn::Pass pass(tape);
    const nn::Var found = tower(pass, batch.inputs.front());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (!has_attributes && !side.is_used[begin + i]) continue;
      std::ranges::copy(tape.values(found).subspan(i * vectors.cols(), vectors.cols()),
                        vectors.row(begin + i).begin());
    }
  }
  return vectors;
}

nn::FitOptions fit_options(const TwoTowerOptions& options, const training::Run& run) {
  nn::FitOptions fit;
  fit.epochs = options.epochs;
  fit.batch_size = options.batch_size;
  fit.seed = options.seed;
  fit.checkpoint = run.checkpoint.path;
  fit.checkpoint_seconds = 1.0;
  fit.resumes = run.checkpoint.resume;
  fit.progress = options.progress;
  fit.progress_style = options.progress_style;
  fit.cancelled = run.cancelled;
  return fit;
}

training::Epoch epoch_of(const nn::EpochLog& log) {
  return {.epoch = log.epoch,
          .seconds = log.seconds,
          .losses = {{"total", nn::find_score(log.scores, "loss").value_or(0.0)}},
          .validation = {}};
}

struct Fitted {
  std::vector<training::Epoch> history;
  training::Ended ended = training::Ended::finished;
};

Fitted fit(nn::Model& network, const std::shared_ptr<nn::BatchStream>& pairs,
           const TwoTowerOptions& options, const training::Run& run) {
  nn::Training training(network, pairs, fit_options(options, run), run.pool);
  while (!training.is_finished()) {
    const int before = training.epoch();
    training.run_epoch();
    if (run.observe && training.epoch() > before) {
      run.observe(epoch_of(training.history().epochs.back()));
    }
  }
  Fitted fitted;
  // Stopped before there was anything to go on from: nothing is left to finish.
  if (training.epoch() > 0) training.finish();
  if (training.epoch() < options.epochs) fitted.ended = training::Ended::cancelled;
  for (const nn::EpochLog& log : training.history().epochs) {
    fitted.history.push_back(epoch_of(log));
  }
  return fitted;
}

}  // namespace

TowerTrainResult train_two_towers(const data::Interactions& interactions, const data::Table& users,
                                  const data::Table& items, const TwoTowerOptions& options,
                                  const training::Run& run) {
  check(options);
  ThreadPool& pool = run.pool;
  const SparseMatrix liked = data::positives(interactions.by_user, options.positive_rule);
  require(liked.entry_count() > 0, "there are no liked pairs to learn from");
  require(liked.cols <= kItemsMax, fmt::format("more than {} items", kItemsMax));
  const Side user_side{interactions.users, users, used_users(liked)};
  const Side item_side{interactions.items, items, used_items(liked)};

  std::vector<features::Encoder> encoders;
  const data::Batch user_rows = doubled_rows(user_side);
  const data::Batch item_rows = doubled_rows(item_side);
  encoders.push_back(encoder_of(user_side, options.user_columns, user_rows, options.dimensions));
  encoders.push_back(encoder_of(item_side, options.item_columns, item_rows, options.dimensions));
  const auto encoded = [&](std::size_t side, const data::Batch& rows) {
    return nn::EncodedRows(nn::BatchEncoder(std::span(encoders).subspan(side, 1)),
                           data::Dataset::from_batch(rows), nn::Targets::none, &pool);
  };
  const nn::EncodedRows encoded_users = encoded(0, user_rows);
  const nn::EncodedRows encoded_items = encoded(1, item_rows);

  nn::Network network;
  const auto towers =
      std::make_shared<Towers>(Towers{Tower(*network.parameters, "user", encoders[0], options),
                                      Tower(*network.parameters, "item", encoders[1], options)});
  network.forward = [towers, sharpness = options.sharpness](
                        nn::Pass& pass, std::span<const features::FeatureBlock> blocks) {
    const nn::Var scores = nn::matmul_transposed(pass.tape(), towers->user(pass, blocks[0]),
                                                 towers->item(pass, blocks[1]));
    return nn::scale(pass.tape(), scores, sharpness);
  };
  nn::Model trained(std::move(encoders), std::move(network));
  trained.compile({.optimizer = nn::LazyAdam{.learning_rate = options.learning_rate},
                   .objective = batch_softmax});
  const auto pairs = pair_stream(
      liked, encoded_users, encoded_items,
      {.batch_size = options.batch_size, .hidden_ids = options.hidden_ids, .seed = options.seed});
  Fitted fitted = fit(trained, pairs, options, run);

  TowerTrainResult result;
  result.ended = fitted.ended;
  model::Model& model = result.model;
  model.history = std::move(fitted.history);
  if (result.ended == training::Ended::cancelled) return result;
  model.watching = model::TowerPart{.epochs = options.epochs, .seed = options.seed};
  model.positive_rule = options.positive_rule;
  model.has_values = interactions.has_values;
  model.items.labels = interactions.items;
  model.items.vectors = vectors_of(item_side, towers->item, encoded_items,
                                   !options.item_columns.empty(), options, pool);
  model.items.metadata = data::Table(item_side.size());
  model.users.labels = interactions.users;
  model.users.vectors = vectors_of(user_side, towers->user, encoded_users,
                                   !options.user_columns.empty(), options, pool);
  model.users.metadata = data::Table(user_side.size());
  model.seen = interactions.by_user;
  return result;
}

}  // namespace kindred::recommendation
