#include "kindred/nn/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/features/adapt.h"
#include "kindred/nn/training.h"
#include "tests/support/temporary_folder.h"

namespace kindred::nn {
namespace {

using data::Batch;
using data::Dataset;
using features::Encoder;

// y = 3 a - 2 b + 1 + (what the city adds), with a few cities.
Batch planted_rows(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> a(count);
  std::vector<float> b(count);
  std::vector<std::int64_t> city(count);
  std::vector<float> y(count);
  for (std::size_t row = 0; row < count; ++row) {
    a[row] = static_cast<float>(rng.normal());
    b[row] = static_cast<float>(rng.normal());
    city[row] = static_cast<std::int64_t>(rng.below(5));
    y[row] = 3.0F * a[row] - 2.0F * b[row] + 1.0F + 0.5F * static_cast<float>(city[row]);
  }
  Batch batch;
  batch.add("a", data::column(std::move(a)));
  batch.add("b", data::column(std::move(b)));
  batch.add("city", data::column(std::move(city)));
  batch.label = data::column(std::move(y));
  return batch;
}

std::vector<features::Column> columns() {
  return {features::numeric("a"), features::numeric("b"),
          features::indicator(features::identity("city", 5))};
}

std::vector<features::Column> embedding_columns() {
  // A cross of enough buckets for a gradient by rows.
  return {features::numeric("a"), features::numeric("b"),
          features::embedding(features::hashed("city", 3000), 8)};
}

Model small_network(std::vector<features::Column> of, const OptimizerOptions& optimizer = Adam{}) {
  Model model(Encoder(std::move(of)), {dense(8, Activation::relu), dropout(0.2), dense(1)}, 7);
  model.compile({.optimizer = optimizer, .loss = {}, .metrics = {"mae"}});
  return model;
}

std::vector<float> all_values(const Model& model) {
  std::vector<float> values;
  for (const Parameter& parameter : model.network().parameters->all()) {
    const auto one = parameter.value.values();
    values.insert(values.end(), one.begin(), one.end());
  }
  return values;
}

TEST(Model, ALinearModelFindsWhatWasPlanted) {
  ThreadPool pool(1);
  Model model(Encoder(columns()), {dense(1)});
  model.compile({.optimizer = Adam{.learning_rate = 0.05F}, .loss = {}, .metrics = {"rmse"}});
  const History history = model.fit(planted_rows(2000, 1), {.epochs = 30}, pool);
  EXPECT_EQ(history.epochs.size(), 30U);
  EXPECT_LT(history.values("loss").back(), history.values("loss").front());
  const Scores scores = model.evaluate(planted_rows(500, 2), {}, pool);
  EXPECT_LT(*find_score(scores, "rmse"), 0.02);
  const Matrix predicted = model.predict(planted_rows(500, 2), {}, pool);
  EXPECT_EQ(predicted.rows(), 500U);
  EXPECT_NEAR(predicted.row(3)[0], planted_rows(500, 2).label->floats()[3], 0.1F);
}

TEST(Model, AnyNumberOfThreadsGivesTheSameBytes) {
  for (const bool is_sparse : {false, true}) {
    std::vector<std::vector<float>> found;
    for (const int threads : {1, 2, 4}) {
      ThreadPool pool(threads);
      Model model = small_network(is_sparse ? embedding_columns() : columns());
      model.fit(planted_rows(1000, 1), {.epochs = 2, .batch_size = 400, .validation_split = 0.2},
                pool);
      found.push_back(all_values(model));
    }
    EXPECT_EQ(found[0], found[1]);
    EXPECT_EQ(found[0], found[2]);
  }
}

// Rows in memory and the same rows as a stream of batches are the same training.
TEST(Model, AStreamOfBatchesTrainsAsRowsInMemoryDo) {
  ThreadPool pool(2);
  Model in_memory = small_network(columns());
  in_memory.fit(planted_rows(100, 1), {.epochs = 3, .batch_size = 32, .shuffles = false}, pool);
  Model streamed = small_network(columns());
  streamed.fit(Dataset::from_batch(planted_rows(100, 1)).batch(32).prefetch(2), {.epochs = 3},
               pool);
  EXPECT_EQ(all_values(in_memory), all_values(streamed));
}

// Three epochs of two steps are the first six batches, wherever epochs begin.
TEST(Model, AStreamGoesOnFromEpochToEpoch) {
  ThreadPool pool(1);
  const Dataset forever = Dataset::from_batch(planted_rows(64, 1)).repeat().batch(16);
  Model three = small_network(columns());
  three.fit(forever, {.epochs = 3, .steps_per_epoch = 2}, pool);
  Model one = small_network(columns());
  one.fit(forever, {.epochs = 1, .steps_per_epoch = 6}, pool);
  EXPECT_EQ(all_values(three), all_values(one));
  Model endless = small_network(columns());
  EXPECT_THROW(endless.fit(forever, {}, pool), Error);
}

TEST(Model, RowsThatRunOutCutAnEpochShort) {
  ThreadPool pool(1);
  std::vector<std::string> warnings;
  Model model = small_network(columns());
  const History history =
      model.fit(Dataset::from_batch(planted_rows(48, 1)).batch(16),
                {.epochs = 2,
                 .steps_per_epoch = 2,
                 .warn = [&](const std::string& text) { warnings.push_back(text); }},
                pool);
  EXPECT_EQ(history.epochs[0].row_count, 32U);
  EXPECT_EQ(history.epochs[1].row_count, 16U);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("1 of 2 steps of epoch 2"), std::string::npos) << warnings[0];
}

TEST(Model, TheValidationSplitIsTheLastRows) {
  ThreadPool pool(1);
  const Batch rows = planted_rows(100, 1);
  Model split = small_network(columns());
  const History by_split = split.fit(rows, {.epochs = 2, .validation_split = 0.25}, pool);
  Model given = small_network(columns());
  const History by_hand = given.fit(data::slice(rows, 0, 75),
                                    {.epochs = 2, .validation = data::slice(rows, 75, 100)}, pool);
  EXPECT_EQ(all_values(split), all_values(given));
  EXPECT_EQ(by_split.values("val_loss"), by_hand.values("val_loss"));
  EXPECT_EQ(by_split.epochs[0].scores.size(), 4U);  // loss, mae, and both of the validation.
}

TEST(Model, WeightsOfRowsAndClassesScaleTheLoss) {
  ThreadPool pool(1);
  Batch rows = planted_rows(64, 1);
  std::vector<float> labels(64);
  for (std::size_t row = 0; row < 64; ++row) labels[row] = row % 4 == 0 ? 1.0F : 0.0F;
  rows.label = data::column(labels);
  Model by_class = small_network(columns(), Sgd{});
  by_class.fit(rows, {.class_weights = {{1, 3.0F}}}, pool);
  for (float& label : labels) label = label == 1.0F ? 3.0F : 1.0F;
  rows.weight = data::column(labels);
  Model by_row = small_network(columns(), Sgd{});
  by_row.fit(rows, {}, pool);
  EXPECT_EQ(all_values(by_class), all_values(by_row));
}

TEST(Model, EarlyStoppingBringsTheBestEpochBack) {
  ThreadPool pool(1);
  Model model = small_network(columns(), Adam{.learning_rate = 0.3F});
  std::vector<std::vector<float>> after;
  const auto remember = on_epoch_end([&](TrainingView&) { after.push_back(all_values(model)); });
  const History history = model.fit(planted_rows(200, 1),
                                    {.epochs = 200,
                                     .validation_split = 0.3,
                                     .callbacks = {early_stopping({.patience = 3}), remember}},
                                    pool);
  ASSERT_LT(history.epochs.size(), 200U);
  const std::vector<double> losses = history.values("val_loss");
  const auto best = static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin());
  EXPECT_EQ(best + 4, losses.size());
  EXPECT_EQ(all_values(model), after[best]);
}

TEST(Model, ReduceOnPlateauLowersTheRate) {
  ThreadPool pool(1);
  Model model = small_network(columns(), Sgd{.learning_rate = 0.1F});
  const History history =
      model.fit(planted_rows(64, 1),
                {.epochs = 6,
                 .callbacks = {reduce_on_plateau(
                     {.monitor = "loss", .factor = 0.5, .patience = 1, .step_min = 1e9})}},
                pool);
  // The first epoch is the best there is; each later one counts as no better.
  EXPECT_FLOAT_EQ(static_cast<float>(history.epochs[1].learning_rate), 0.1F);
  EXPECT_FLOAT_EQ(static_cast<float>(history.epochs[2].learning_rate), 0.05F);
  EXPECT_FLOAT_EQ(static_cast<float>(history.epochs[3].learning_rate), 0.025F);
}

TEST(Model, AScoreThatIsNotThereIsAnError) {
  ThreadPool pool(1);
  Model model = small_network(columns());
  try {
    model.fit(planted_rows(64, 1), {.callbacks = {early_stopping({})}}, pool);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'val_loss'"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("loss, mae"), std::string::npos) << error.what();
  }
}

// Killed after any epoch and taken up again: the same bytes as without.
TEST(Model, AResumedTrainingEndsInTheSameBytes) {
  const test::TemporaryFolder folder;
  ThreadPool pool(2);
  for (const OptimizerOptions& optimizer :
       {OptimizerOptions(Adam{}), OptimizerOptions(Sgd{.momentum = 0.9F}), OptimizerOptions(Ftrl{}),
        OptimizerOptions(Adagrad{})}) {
    FitOptions options{.epochs = 6,
                       .batch_size = 16,
                       .validation_split = 0.25,
                       .checkpoint = folder.path() / "fit.checkpoint"};
    const auto fresh_callbacks = [] {
      return std::vector{early_stopping({.patience = 2}),
                         reduce_on_plateau({.patience = 1, .step_min = 0.5})};
    };
    options.callbacks = fresh_callbacks();
    Model unbroken = small_network(embedding_columns(), optimizer);
    const History whole = unbroken.fit(planted_rows(120, 1), options, pool);
    for (int stop = 1; stop < 6; stop += 2) {
      std::filesystem::remove(options.checkpoint);
      {
        Model model = small_network(embedding_columns(), optimizer);
        options.resumes = false;
        options.callbacks = fresh_callbacks();
        Training training(model, planted_rows(120, 1), options, pool);
        for (int i = 0; i < stop && !training.is_finished(); ++i) training.run_epoch();
      }
      Model model = small_network(embedding_columns(), optimizer);
      options.resumes = true;
      options.callbacks = fresh_callbacks();
      const History resumed = model.fit(planted_rows(120, 1), options, pool);
      EXPECT_EQ(all_values(model), all_values(unbroken)) << name_of(optimizer) << stop;
      EXPECT_EQ(resumed.values("val_loss"), whole.values("val_loss"));
    }
  }
}

// Written after the first epoch, then not for an hour, and at the end.
TEST(Model, CheckpointsMayBeSeconds) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  FitOptions options{.epochs = 5, .checkpoint = folder / "c", .checkpoint_seconds = 3600.0};
  Model model = small_network(embedding_columns());
  Training training(model, planted_rows(64, 1), options, pool);
  training.run_epoch();
  const auto bytes = [&] { return test::read_bytes(options.checkpoint); };
  const std::string first = bytes();
  for (int epoch = 2; epoch < 5; ++epoch) {
    training.run_epoch();
    EXPECT_EQ(bytes(), first) << epoch;
  }
  training.run_epoch();
  EXPECT_NE(bytes(), first);

  // Cut short in the fourth epoch, it goes back to the first, and from there to the same end.
  std::atomic<bool> cancelled = false;
  options.cancelled = &cancelled;
  options.callbacks = {on_epoch_end([&](TrainingView& view) {
    if (view.history.epochs.size() == 3) cancelled = true;
  })};
  std::filesystem::remove(options.checkpoint);
  Model cut = small_network(embedding_columns());
  EXPECT_EQ(cut.fit(planted_rows(64, 1), options, pool).epochs.size(), 1U);
  options.cancelled = nullptr;
  options.resumes = true;
  options.callbacks = {on_epoch_end([](TrainingView&) {})};
  Model resumed = small_network(embedding_columns());
  resumed.fit(planted_rows(64, 1), options, pool);
  EXPECT_EQ(all_values(resumed), all_values(model));
}

TEST(Model, AResumedStreamGoesOnWhereItStopped) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  const Dataset rows = Dataset::from_batch(planted_rows(100, 1)).shuffle(50).repeat().batch(16);
  Model unbroken = small_network(columns());
  FitOptions options{.epochs = 4, .steps_per_epoch = 5, .checkpoint = folder.path() / "c"};
  unbroken.fit(rows, options, pool);
  std::filesystem::remove(options.checkpoint);
  Model first = small_network(columns());
  options.epochs = 2;
  first.fit(rows, options, pool);
  Model second = small_network(columns());
  options.epochs = 4;
  options.resumes = true;
  second.fit(rows, options, pool);
  EXPECT_EQ(all_values(second), all_values(unbroken));
}

TEST(Model, TheCheckpointOfAnotherTrainingIsRefused) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  FitOptions options{.epochs = 1, .checkpoint = folder.path() / "c"};
  Model model = small_network(columns());
  model.fit(planted_rows(64, 1), options, pool);
  options.resumes = true;
  options.epochs = 2;
  options.batch_size = 16;
  Model other = small_network(columns());
  EXPECT_THROW(other.fit(planted_rows(64, 1), options, pool), Error);
  options.batch_size = 32;
  EXPECT_THROW(other.fit(planted_rows(64, 2), options, pool), Error);
  EXPECT_NO_THROW(other.fit(planted_rows(64, 1), options, pool));
}

TEST(Model, DivergenceNamesTheStepAndKeepsTheCheckpoint) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  const FitOptions options{.epochs = 50, .checkpoint = folder.path() / "c"};
  Model model = small_network(columns(), Sgd{.learning_rate = 1e9F});
  try {
    model.fit(planted_rows(16, 1), options, pool);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("diverged"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("step"), std::string::npos) << error.what();
  }
  ASSERT_TRUE(std::filesystem::exists(options.checkpoint));
}

// One step alone: no loss behind it would tell.
TEST(Model, TheLastStepMayDivergeToo) {
  ThreadPool pool(1);
  Model model = small_network(columns(), Sgd{.learning_rate = 3e38F});
  try {
    model.fit(planted_rows(16, 1), {.epochs = 1}, pool);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("after the last step of epoch 1"), std::string::npos)
        << error.what();
  }
}

TEST(Model, NegativeWeightsAreAnError) {
  ThreadPool pool(1);
  Model model = small_network(columns());
  Batch rows = planted_rows(4, 1);
  rows.weight = data::column(std::vector<float>{1, 0, -1, 1});
  try {
    model.fit(rows, {}, pool);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the weight of row 3 is -1"), std::string::npos);
  }
}

// The first score is stuck after its first epoch, the second one falls: it is followed, and the
// epochs that were kept are those that kept_epoch() names.
TEST(EarlyStopping, ASecondOpinionIsFollowedWhereTheFirstIsStuck) {
  EarlyStoppingOptions options{.monitor = "val_loss", .patience = 3, .second_opinion = "val_mae"};
  const auto kept = [&](const std::vector<std::pair<double, double>>& scores) {
    History history;
    for (const auto& [loss, mae] : scores) {
      EpochLog log;
      log.epoch = static_cast<int>(history.epochs.size()) + 1;
      log.scores = {{"val_loss", loss}, {"val_mae", mae}};
      history.epochs.push_back(log);
    }
    return kept_epoch(history, options);
  };
  EXPECT_EQ(kept({{5, 10}, {4, 9}, {6, 1}}), 2) << "the loss got better once";
  EXPECT_EQ(kept({{5, 10}, {6, 8}, {7, 6}, {8, 7}}), 3);
  EXPECT_EQ(kept({{5, 10}, {6, 9.5}, {7, 9.2}}), 1) << "less than a tenth";
  EXPECT_EQ(kept({{5, 10}, {6, 8}, {4, 9}, {7, 7}}), 3) << "the loss got better after all";
  options.second_opinion.clear();
  EXPECT_EQ(kept({{5, 10}, {6, 8}, {7, 6}}), 1);
}

TEST(Model, WrongOptionsAreNamed) {
  ThreadPool pool(1);
  Model model = small_network(columns());
  const Batch rows = planted_rows(16, 1);
  EXPECT_THROW(model.fit(rows, {.epochs = 0}, pool), Error);
  EXPECT_THROW(model.fit(rows, {.batch_size = 0}, pool), Error);
  EXPECT_THROW(model.fit(rows, {.validation_split = 1.0}, pool), Error);
  EXPECT_THROW(model.fit(rows, {.resumes = true}, pool), Error);
  EXPECT_THROW(model.compile({.optimizer = Adam{.learning_rate = std::nanf("")}}), Error);
  EXPECT_THROW(model.compile({.metrics = {"rmsee"}}), Error);
  Model uncompiled(Encoder(columns()), {dense(1)});
  EXPECT_THROW(uncompiled.fit(rows, {}, pool), Error);
  // More rows in a batch than there are is one batch.
  EXPECT_EQ(model.fit(rows, {.batch_size = 1000}, pool).epochs.size(), 1U);
}

TEST(Model, LabelsMustSuitTheLoss) {
  ThreadPool pool(1);
  Batch rows = planted_rows(16, 1);
  Model classes(Encoder(columns()), {dense(3)});
  classes.compile(
      {.loss = {.kind = LossKind::sparse_categorical_crossentropy, .from_logits = true}});
  EXPECT_THROW(classes.fit(rows, {}, pool), Error);  // Not whole numbers.
  rows.label = data::column(std::vector<float>(16, 2.0F));
  EXPECT_NO_THROW(classes.fit(rows, {}, pool));
  const Matrix probabilities = classes.predict(rows, {}, pool);
  EXPECT_NEAR(probabilities.row(0)[0] + probabilities.row(0)[1] + probabilities.row(0)[2], 1.0F,
              1e-5F);
  rows.label = std::nullopt;
  EXPECT_THROW(classes.fit(rows, {}, pool), Error);
  EXPECT_NO_THROW(classes.predict(rows, {}, pool));
  std::vector<float> labels(16, 1.0F);
  labels[5] = std::nanf("");
  rows.label = data::column(labels);
  EXPECT_THROW(classes.fit(rows, {}, pool), Error);
}

TEST(Model, CancellingKeepsTheEpochsThatWereDone) {
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  std::atomic<bool> cancelled = false;
  FitOptions options{.epochs = 10, .checkpoint = folder.path() / "c", .cancelled = &cancelled};
  options.callbacks = {on_epoch_end([&](TrainingView& view) {
    if (view.history.epochs.size() == 3) cancelled = true;
  })};
  Model model = small_network(columns());
  EXPECT_EQ(model.fit(planted_rows(64, 1), options, pool).epochs.size(), 3U);
  Model three = small_network(columns());
  three.fit(planted_rows(64, 1), {.epochs = 3}, pool);
  EXPECT_EQ(all_values(model), all_values(three));
}

// Ids of one group have the same effect on the label; after training they are neighbours.
TEST(Model, EmbeddingsGainTheSimilarityProperty) {
  constexpr std::size_t kIds = 200;
  constexpr std::size_t kGroups = 10;
  constexpr std::size_t kRows = 20'000;
  Rng rng(5);
  std::vector<std::int64_t> ids(kRows);
  std::vector<float> labels(kRows * 2);
  for (std::size_t row = 0; row < kRows; ++row) {
    ids[row] = static_cast<std::int64_t>(rng.below(kIds));
    const double angle = 2.0 * M_PI * static_cast<double>(ids[row] % kGroups) / kGroups;
    labels[2 * row] = static_cast<float>(std::cos(angle) + 0.3 * rng.normal());
    labels[2 * row + 1] = static_cast<float>(std::sin(angle) + 0.3 * rng.normal());
  }
  Batch rows;
  rows.add("id", data::column(std::move(ids)));
  rows.label = data::matrix(std::move(labels), 2);
  Model model(Encoder({features::embedding(features::identity("id", kIds), 8)}),
              {dense(16, Activation::relu), dense(2)});
  // Decay takes away what the random start has put into directions that do not matter.
  model.compile({.optimizer = AdamW{.learning_rate = 0.01F, .weight_decay = 0.1F}});
  const Matrix& table = model.network().parameters->all().front().value;
  // The share of same-group ids among the ten nearest by cosine.
  const auto precision = [&] {
    std::size_t same = 0;
    for (std::size_t i = 0; i < kIds; ++i) {
      std::vector<std::pair<float, std::size_t>> others;
      const auto length = [&](std::size_t row) {
        float squares = 0.0F;
        for (const float x : table.row(row)) squares += x * x;
        return std::sqrt(squares);
      };
      for (std::size_t j = 0; j < kIds; ++j) {
        if (j == i) continue;
        float dot = 0.0F;
        for (std::size_t k = 0; k < 8; ++k) dot += table.row(i)[k] * table.row(j)[k];
        others.emplace_back(-dot / (length(i) * length(j)), j);
      }
      std::partial_sort(others.begin(), others.begin() + 10, others.end());
      for (std::size_t n = 0; n < 10; ++n) same += others[n].second % kGroups == i % kGroups;
    }
    return static_cast<double>(same) / (10.0 * kIds);
  };
  EXPECT_LT(precision(), 0.3);
  ThreadPool pool(2);
  model.fit(rows, {.epochs = 15, .batch_size = 64}, pool);
  EXPECT_GT(precision(), 0.9);
}

}  // namespace
}  // namespace kindred::nn
