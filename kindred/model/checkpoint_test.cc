#include "kindred/model/checkpoint.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "kindred/model/io.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

Checkpoint sample() {
  Checkpoint checkpoint;
  checkpoint.options.dimensions = 2;
  checkpoint.fingerprint = "0123456789abcdef";
  checkpoint.settings.set("validation_users", 5);
  checkpoint.epoch = 3;
  checkpoint.user_vectors = Matrix(1, 2, {1.0F, 2.0F});
  checkpoint.item_vectors = Matrix(2, 2, {3.0F, 4.0F, 5.0F, 6.0F});
  checkpoint.history = {{1, 0.5, {{"total", 2.0}}, 0.25}};
  checkpoint.best = BestVectors{1, Matrix(), Matrix(2, 2, {7.0F, 8.0F, 9.0F, 0.5F})};
  return checkpoint;
}

std::string refusal(const Checkpoint& checkpoint, const factorization::IalsOptions& options,
                    const std::string& fingerprint, const Json& settings) {
  try {
    require_same_training(checkpoint, options, fingerprint, settings);
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
  Checkpoint plain = sample();
  plain.best.reset();
  plain.settings = Json();
  save_checkpoint(folder / "m.checkpoint", plain);
  EXPECT_EQ(load_checkpoint(folder / "m.checkpoint"), plain);
  EXPECT_EQ(checkpoint_path("a/m.kindred"), "a/m.kindred.checkpoint");
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
  save_checkpoint(folder / "c", sample());
  const std::string bytes = test::read_bytes(folder / "c");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    test::write_bytes(folder / "c", std::string_view(bytes).substr(0, size));
    EXPECT_THROW(load_checkpoint(folder / "c"), Error);
  }
}

TEST(Checkpoint, AnotherTrainingIsRefusedWithTheDifference) {
  const Checkpoint checkpoint = sample();
  factorization::IalsOptions options = checkpoint.options;
  options.epochs = 99;  // Prolonging is allowed.
  EXPECT_EQ(refusal(checkpoint, options, checkpoint.fingerprint, checkpoint.settings), "");
  options.seed = 7;
  Json settings;
  settings.set("validation_users", 6);
  const std::string message = refusal(checkpoint, options, "fedcba9876543210", settings);
  EXPECT_NE(message.find("seed is 1 there and 7 here"), std::string::npos) << message;
  EXPECT_NE(message.find("validation_users is 5 there and 6 here"), std::string::npos) << message;
  EXPECT_NE(message.find("the training data differ"), std::string::npos) << message;
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
