#include "kindred/tuning/warm_starts.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "tests/support/temporary_folder.h"

namespace kindred::tuning {
namespace {

Trial finished(std::int64_t id, std::int64_t dim, double value) {
  Trial trial;
  trial.id = trial.proposal = id;
  trial.setting.set("dim", dim);
  trial.state = TrialState::finished;
  trial.steps = {{.step = 1, .validation = value}};
  return trial;
}

Matrix matrix_of(std::size_t cols, float value) {
  return {3, cols, std::vector<float>(3 * cols, value)};
}

TEST(WarmStarts, BeginWithTheBestThatIsNotLarger) {
  std::vector<Trial> trials = {finished(0, 8, 0.3), finished(1, 16, 0.4), finished(2, 32, 0.35)};
  EXPECT_EQ(warm_parent(trials, 7), nullptr);
  EXPECT_EQ(warm_parent(trials, 15)->id, 0);
  EXPECT_EQ(warm_parent(trials, 16)->id, 1);
  EXPECT_EQ(warm_parent(trials, 64)->id, 1);
  trials[1].state = TrialState::stopped;
  EXPECT_EQ(warm_parent(trials, 64)->id, 2);
}

TEST(WarmStarts, GrowByWhatTrainingWouldDraw) {
  factorization::IalsOptions options;
  options.dimensions = 5;
  const Matrix items = grown(matrix_of(2, 7.0F), options);
  const Matrix drawn = factorization::draw_item_vectors(3, options);
  ASSERT_EQ(items.cols(), 5U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(items.row(row)[1], 7.0F);
    EXPECT_EQ(items.row(row)[2], drawn.row(row)[2]);
    EXPECT_NE(items.row(row)[2], 0.0F);
  }
}

TEST(WarmStarts, KeepWhatALaterTrialMayBeginWith) {
  const test::TemporaryFolder folder;
  for (const std::filesystem::path& place : {folder.path() / "vectors", std::filesystem::path()}) {
    WarmStarts starts(place);
    std::vector<Trial> known;
    const auto keep = [&](const Trial& trial) {
      Trial running = trial;
      running.state = TrialState::running;
      starts.keep(running, matrix_of(static_cast<std::size_t>(trial.setting.integer("dim")), 1.0F),
                  known);
      known.push_back(trial);
    };
    keep(finished(0, 8, 0.3));
    keep(finished(1, 16, 0.4));
    keep(finished(2, 32, 0.35));  // Nobody would begin with it.
    EXPECT_EQ(starts.find(0), matrix_of(8, 1.0F));
    EXPECT_EQ(starts.find(1), matrix_of(16, 1.0F));
    EXPECT_EQ(starts.find(2), std::nullopt);
    keep(finished(3, 8, 0.5));  // Better than all, and smaller.
    EXPECT_EQ(starts.find(0), std::nullopt);
    EXPECT_EQ(starts.find(1), std::nullopt);
    EXPECT_EQ(WarmStarts(place).find(3).has_value(), !place.empty());
  }
}

TEST(WarmStarts, ADamagedFileIsNamed) {
  const test::TemporaryFolder folder;
  WarmStarts starts(folder.path());
  starts.keep(finished(4, 8, 0.3), matrix_of(8, 1.0F), {});
  test::write_bytes(folder / "trial-4.safetensors", "no such thing");
  try {
    starts.find(4);
    FAIL() << "read it";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("trial-4"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace kindred::tuning
