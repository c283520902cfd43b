#include "kindred/model/checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/model/io.h"
#include "kindred/model/parts.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

RatingDraw sample_draw() {
  RatingDraw draw;
  draw.users = Matrix(1, 2, {1.0F, 0.5F});
  draw.items = Matrix(2, 2, {3.0F, 4.0F, 5.0F, 6.0F});
  draw.noise_precision = 2.0;
  draw.prior_precision = Matrix(2, 2, {1.0F, 0.0F, 0.0F, 1.0F});
  draw.prior_mean = Matrix(1, 2, {0.0F, 0.5F});
  return draw;
}

Checkpoint sample() {
  Checkpoint checkpoint;
  checkpoint.family = "ials";
  factorization::IalsOptions options;
  options.dimensions = 2;
  checkpoint.settings = settings_of(options);
  checkpoint.settings.set("validation_users", 5);
  checkpoint.fingerprint = "0123456789abcdef";
  checkpoint.epoch = 3;
  checkpoint.matrices = {{"user.vectors", Matrix(1, 2, {1.0F, 2.0F})},
                         {"item.vectors", Matrix(2, 2, {3.0F, 4.0F, 5.0F, 6.0F})},
                         {"best.item.vectors", Matrix(2, 2, {7.0F, 8.0F, 9.0F, 0.5F})}};
  checkpoint.numbers = {{"noise.precision", 0.25}, {"a.precision", 2.0}, {"best.epoch", 2.0}};
  checkpoint.history = {{1, 0.5, {{"total", 2.0}}, 0.125},
                        {2, 0.5, {{"total", 1.5}}, 0.25},
                        {3, 0.5, {{"total", 1.25}}, 0.25}};
  return checkpoint;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(Checkpoint, RoundTrip) {
  const test::TemporaryFolder folder;
  save_checkpoint(folder / "m.checkpoint", sample());
  EXPECT_EQ(load_checkpoint(folder / "m.checkpoint"), sample());
  Checkpoint sampling = sample();
  sampling.family = "bayesian";
  sampling.draws = {sample_draw(), sample_draw()};
  save_checkpoint(folder / "m.checkpoint", sampling);
  EXPECT_EQ(load_checkpoint(folder / "m.checkpoint"), sampling);
  EXPECT_EQ(checkpoint_path("a/m.kindred"), "a/m.kindred.checkpoint");
  EXPECT_EQ(rating_checkpoint_path("a/m.kindred"), "a/m.kindred.rating-checkpoint");
}

TEST(Checkpoint, IsTakenBackByNameAndSaysWhatIsMissing) {
  Checkpoint checkpoint = sample();
  EXPECT_EQ(checkpoint.take_matrix("item.vectors").rows(), 2U);
  EXPECT_EQ(checkpoint.number("a.precision"), 2.0);
  const auto message = [](const std::function<void()>& act) -> std::string {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([&] { checkpoint.take_matrix("user.table"); }),
            "the checkpoint has no matrix 'user.table'");
  EXPECT_EQ(message([&] { checkpoint.number("noise.variance"); }),
            "the checkpoint has no number 'noise.variance'");
}

// As trainings of watching wrote it before checkpoints had one format.
TEST(Checkpoint, VersionOneOfWatchingIsRead) {
  const test::TemporaryFolder folder;
  const Checkpoint expected = sample();
  factorization::IalsOptions options;
  options.dimensions = 2;
  options.epochs = 9;
  Json settings;
  settings.set("validation_users", 5);
  const auto& matrices = expected.matrices;
  PartWriter parts;
  for (const char* name : {"user.vectors", "item.vectors", "best.item.vectors"}) {
    parts.add_matrix(name, matrices.at(name));
  }
  parts.add_matrix("best.user.vectors", Matrix());
  Json best;
  best.set("epoch", 2);
  best.set("user_vectors", shape_of(Matrix()));
  best.set("item_vectors", shape_of(matrices.at("best.item.vectors")));
  Json content;
  content.set("options", to_json(options));
  content.set("fingerprint", expected.fingerprint);
  content.set("settings", settings);
  content.set("epoch", expected.epoch);
  content.set("user_vectors", shape_of(matrices.at("user.vectors")));
  content.set("item_vectors", shape_of(matrices.at("item.vectors")));
  content.set("history", to_json(expected.history, KeepSeconds::yes));
  content.set("best", best);
  parts.writer().write(folder / "c", {"kindred checkpoint", 1}, content);
  const Checkpoint read = load_checkpoint(folder / "c");
  EXPECT_EQ(read.matrices, expected.matrices);
  EXPECT_EQ(read.history, expected.history);
  EXPECT_EQ(refusal([&] {
              require_same_training(read, "ials", expected.settings, expected.fingerprint, 9);
            }),
            "");
}

// As trainings of ratings wrote it: numbers in the order of the matrices.
TEST(Checkpoint, VersionOneOfRatingsIsReadByName) {
  const test::TemporaryFolder folder;
  const std::vector<std::pair<std::string, Matrix>> matrices = {
      {"user.vectors", sample_draw().users},  {"item.vectors", sample_draw().items},
      {"user.table.0", Matrix(1, 1, {3.0F})}, {"item.table.0", Matrix(1, 1, {4.0F})},
      {"user.times", Matrix(1, 1, {5.0F})},   {"item.times", Matrix(1, 1, {6.0F})},
      {"user.sums", Matrix(1, 1, {7.0F})}};
  PartWriter parts;
  Json shapes;
  for (const auto& [name, matrix] : matrices) {
    parts.add_matrix("state." + name, matrix);
    shapes.set(name, shape_of(matrix));
  }
  Json numbers;
  for (const double number : {0.5, 1.5, 2.5, 3.5, 4.5, 5.5}) numbers.push(number);
  RatingModel kept;
  kept.draws = {sample_draw()};
  Json settings;
  settings.set("bayesian", 1);
  Json content;
  content.set("settings", settings);
  content.set("fingerprint", "0123456789abcdef");
  content.set("epoch", 4);
  content.set("matrices", shapes);
  content.set("numbers", numbers);
  content.set("kept", add_rating_model(parts, kept));
  std::vector<training::Epoch> history;
  for (int epoch = 1; epoch <= 4; ++epoch) history.push_back({epoch, 0.5, {}, {}});
  content.set("history", to_json(history, KeepSeconds::yes));
  parts.writer().write(folder / "c", {"kindred rating checkpoint", 1}, content);
  const Checkpoint read = load_checkpoint(folder / "c");
  EXPECT_EQ(read.family, "bayesian");
  EXPECT_EQ(read.epoch, 4);
  EXPECT_EQ(read.draws, kept.draws);
  EXPECT_EQ(read.matrices.size(), matrices.size());
  EXPECT_EQ(read.number("noise.precision"), 0.5);
  EXPECT_EQ(read.number("noise.variance"), 1.5);
  EXPECT_EQ(read.number("user.table.0.precision"), 2.5);
  EXPECT_EQ(read.number("item.table.0.precision"), 3.5);
  EXPECT_EQ(read.number("user.times.precision"), 4.5);
  EXPECT_EQ(read.number("item.times.precision"), 5.5);
}

TEST(Checkpoint, WhatDoesNotFitTogetherIsNeitherReadNorWritten) {
  const std::vector<std::function<void(Checkpoint&)>> damages = {
      [](Checkpoint& one) { one.epoch = 1 << 26U; },
      [](Checkpoint& one) { one.epoch = 0; },
      [](Checkpoint& one) { one.history.pop_back(); },
      [](Checkpoint& one) { one.history[1].epoch = 1; },
      [](Checkpoint& one) { one.history[1].seconds = -1.0; },
      [](Checkpoint& one) { one.fingerprint = "x"; },
      [](Checkpoint& one) { one.settings = Json(1); },
      [](Checkpoint& one) { one.matrices["user.vectors"].row(0)[0] = NAN; },
      [](Checkpoint& one) { one.matrices["user.vectors"] = Matrix(1, 3); },
      [](Checkpoint& one) { one.matrices.erase("item.vectors"); },
      [](Checkpoint& one) { one.matrices.erase("best.item.vectors"); },
      [](Checkpoint& one) { one.numbers["best.epoch"] = 3.0; },
      [](Checkpoint& one) { one.numbers["noise.precision"] = 0.0; },
      [](Checkpoint& one) { one.numbers["a.precision"] = INFINITY; },
      [](Checkpoint& one) {
        one.draws = {sample_draw()};
        one.draws[0].noise_precision = 0.0;
      },
      [](Checkpoint& one) {
        one.draws = {sample_draw()};
        one.draws[0].items = Matrix(3, 2);
      }};
  const test::TemporaryFolder folder;
  for (std::size_t i = 0; i < damages.size(); ++i) {
    Checkpoint checkpoint = sample();
    damages[i](checkpoint);
    try {
      save_checkpoint(folder / "c", checkpoint);
      ADD_FAILURE() << "damage " << i << " was not noticed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
    }
  }
}

TEST(Checkpoint, IsNoModelAndAModelIsNoCheckpoint) {
  const test::TemporaryFolder folder;
  save_checkpoint(folder / "c", sample());
  save(test::sample_model(), folder / "m");
  EXPECT_THROW(load(folder / "c"), Error);
  EXPECT_THROW(load_checkpoint(folder / "m"), Error);
}

TEST(Checkpoint, EveryTruncationIsNoticed) {
  const test::TemporaryFolder folder;
  Checkpoint checkpoint = sample();
  checkpoint.draws = {sample_draw()};
  save_checkpoint(folder / "c", checkpoint);
  const std::string bytes = test::read_bytes(folder / "c");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    test::write_bytes(folder / "c", std::string_view(bytes).substr(0, size));
    EXPECT_THROW(load_checkpoint(folder / "c"), Error);
  }
}

TEST(Checkpoint, AnotherTrainingIsRefusedWithTheDifference) {
  const Checkpoint checkpoint = sample();
  const auto message = [&](const std::string& family, const Json& settings,
                           const std::string& fingerprint, int epochs) {
    return refusal(
        [&] { require_same_training(checkpoint, family, settings, fingerprint, epochs); });
  };
  // Prolonging is allowed.
  EXPECT_EQ(message("ials", checkpoint.settings, checkpoint.fingerprint, 99), "");
  Json settings = checkpoint.settings;
  settings.set("seed", 7);
  settings.set("validation_users", 6);
  const std::string all = message("als", settings, "fedcba9876543210", 99);
  EXPECT_NE(all.find("what learns is ials there and als here"), std::string::npos) << all;
  EXPECT_NE(all.find("seed is 1 there and 7 here"), std::string::npos) << all;
  EXPECT_NE(all.find("validation_users is 5 there and 6 here"), std::string::npos) << all;
  EXPECT_NE(all.find("the training data differ"), std::string::npos) << all;
  EXPECT_EQ(message("ials", checkpoint.settings, checkpoint.fingerprint, 2),
            "cannot resume: the checkpoint has 3 epochs behind it, only 2 are asked for");
}

TEST(Checkpoint, FingerprintSeesEveryPart) {
  const model::Model model = test::sample_model();
  const auto fingerprint = [&](const SparseMatrix& seen, const data::Vocabulary& users) {
    return training_fingerprint(seen, users, model.items.labels);
  };
  const std::string original = fingerprint(model.seen, model.users.labels);
  EXPECT_EQ(original.size(), 16U);
  SparseMatrix other = model.seen;
  other.values[2] += 1.0F;
  EXPECT_NE(fingerprint(other, model.users.labels), original);
  data::Vocabulary joined;
  for (const char* label : {"u0u", "1", "u2", "u3", "u4"}) joined.insert(label);
  EXPECT_NE(fingerprint(model.seen, joined), original);
}

}  // namespace
}  // namespace kindred::model
