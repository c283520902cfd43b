// `kindred fit` and what uses its models, as a user meets them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/rng.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;

struct Home {
  double feet;
  std::string city;
  double price;
};

std::vector<Home> homes(std::size_t count, std::uint64_t seed) {
  const std::vector<std::string> cities = {"Rome", "Oslo", "Bonn", "Lima"};
  std::vector<Home> homes;
  Rng rng(seed);
  for (std::size_t row = 0; row < count; ++row) {
    const std::uint64_t city = rng.below(4);
    const double feet = static_cast<double>(500 + rng.below(2000));
    homes.push_back(
        {feet, cities[city],
         100'000.0 + 30'000.0 * static_cast<double>(city) + 20.0 * feet + 500.0 * rng.normal()});
  }
  return homes;
}

std::string csv(const std::vector<Home>& rows) {
  std::string text = "feet,city,price\n";
  for (const Home& home : rows) {
    text += std::to_string(home.feet) + "," + home.city + "," + std::to_string(home.price) + "\n";
  }
  return text;
}

class FitCommand : public testing::Test {
 protected:
  FitCommand() {
    test::write_bytes(folder_ / "train.csv", csv(homes(800, 1)));
    test::write_bytes(folder_ / "test.csv", csv(homes(300, 2)));
  }

  std::vector<std::string> command(std::vector<std::string> more,
                                   const std::string& output = "m.kindred") {
    std::vector<std::string> arguments = {"fit", "train.csv", "--label", "price", "-o", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  test::Ended fit(std::vector<std::string> more, const std::string& output = "m.kindred") {
    return run_kindred(command(std::move(more), output), folder_.path());
  }
  // Enough to learn what the rows have to teach.
  test::Ended fit_well(std::vector<std::string> more = {},
                       const std::string& output = "m.kindred") {
    for (const char* const word :
         {"--epochs", "30", "--batch-size", "32", "--learning-rate", "0.01"}) {
      more.emplace_back(word);
    }
    return fit(std::move(more), output);
  }
  test::Ended run(std::vector<std::string> arguments) {
    return run_kindred(std::move(arguments), folder_.path());
  }
  std::string read(const std::string& name) { return test::read_bytes(folder_ / name); }

  test::TemporaryFolder folder_;
};

double metric(const std::string& json, const char* name) {
  return Json::parse(json).at("metrics").at(name).at("value").as_double();
}

TEST_F(FitCommand, TrainsEvaluatesAndPredicts) {
  const test::Ended fitted =
      fit({"--curves", "curves.html", "--log", "log.csv", "--tensorboard", "logs"});
  ASSERT_EQ(fitted.code, 0) << fitted.err;
  EXPECT_THAT(fitted.err, HasSubstr("columns as 'kindred columns' proposes them"));
  EXPECT_THAT(fitted.err, HasSubstr("city_indicator"));
  EXPECT_THAT(fitted.err, HasSubstr("-> dense 64 relu -> dense 32 relu -> 1 for price"));
  EXPECT_THAT(read("curves.html"), HasSubstr("validation"));
  EXPECT_TRUE(read("log.csv").starts_with("epoch,loss,mae,r2_score,rmse,val_loss"));
  EXPECT_TRUE(std::filesystem::is_directory(folder_ / "logs" / "validation"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred.checkpoint"));

  const test::Ended judged = run({"evaluate", "m.kindred", "--test", "test.csv", "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_LT(metric(judged.out, "rmse"), 3000.0);  // Of a deviation of 35,000.
  EXPECT_GT(metric(judged.out, "r2_score"), 0.98);

  const test::Ended predicted = run({"predict", "m.kindred", "test.csv", "-o", "out.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const std::string out = read("out.csv");
  EXPECT_TRUE(out.starts_with("prediction\n"));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 301);
}

// Other columns, in another order, and no label: the same predictions.
TEST_F(FitCommand, FindsColumnsByName) {
  ASSERT_EQ(fit_well().code, 0);
  std::string shuffled = "note,city,feet\n";
  for (const Home& home : homes(300, 2)) {
    shuffled += "x," + home.city + "," + std::to_string(home.feet) + "\n";
  }
  test::write_bytes(folder_ / "shuffled.csv", shuffled);
  EXPECT_EQ(run({"predict", "m.kindred", "test.csv"}).out,
            run({"predict", "m.kindred", "shuffled.csv"}).out);

  test::write_bytes(folder_ / "lacking.csv", "city\nRome\n");
  const test::Ended lacking = run({"predict", "m.kindred", "lacking.csv"});
  EXPECT_EQ(lacking.code, 1);
  EXPECT_THAT(lacking.err, HasSubstr("feet"));
}

TEST_F(FitCommand, TheSameSeedGivesTheSameBytes) {
  ASSERT_EQ(fit_well({"--threads", "1"}).code, 0);
  ASSERT_EQ(fit_well({"--threads", "3"}, "n.kindred").code, 0);
  EXPECT_EQ(read("m.kindred"), read("n.kindred"));
  ASSERT_EQ(fit_well({"--seed", "2"}, "o.kindred").code, 0);
  EXPECT_NE(read("m.kindred"), read("o.kindred"));
}

TEST_F(FitCommand, GoesOnAfterAnInterruption) {
  const std::vector<std::string> long_run = {"--epochs", "300", "--patience", "0"};
  test::RunningKindred running(command(long_run), folder_.path());
  EXPECT_TRUE(test::appears(folder_ / "m.kindred.checkpoint"));
  running.send(SIGINT);
  const test::Ended ended = running.wait();
  ASSERT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("--resume continues"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "m.kindred"));
  std::vector<std::string> resumed = long_run;
  resumed.emplace_back("--resume");
  ASSERT_EQ(fit(resumed).code, 0);
  ASSERT_EQ(fit(long_run, "whole.kindred").code, 0);
  EXPECT_EQ(read("m.kindred"), read("whole.kindred"));
}

TEST_F(FitCommand, ClassesHaveNamesAndProbabilities) {
  std::string text = "feet,city,size\n";
  for (const Home& home : homes(600, 1)) {
    text += std::to_string(home.feet) + "," + home.city + "," +
            (home.feet > 1500 ? "large" : "small") + "\n";
  }
  test::write_bytes(folder_ / "sizes.csv", text);
  const test::Ended fitted = run({"fit", "sizes.csv", "--label", "size", "--epochs", "15",
                                  "--learning-rate", "0.01", "-o", "m.kindred", "--json"});
  ASSERT_EQ(fitted.code, 0) << fitted.err;
  EXPECT_EQ(Json::parse(fitted.out).at("objective").as_string(), "binary");
  const test::Ended judged = run({"evaluate", "m.kindred", "--test", "sizes.csv"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_THAT(judged.out, HasSubstr("truth \\ predicted"));
  EXPECT_GT(metric(run({"evaluate", "m.kindred", "--test", "sizes.csv", "--json"}).out, "accuracy"),
            0.95);
  EXPECT_TRUE(
      run({"predict", "m.kindred", "sizes.csv"}).out.starts_with("prediction,p(large),p(small)\n"));
}

TEST_F(FitCommand, AConfigurationChoosesColumnsAndTablesAreExported) {
  test::write_bytes(folder_ / "columns.toml",
                    "label = \"price\"\n"
                    "[[column]]\nkind = \"numeric\"\nkey = \"feet\"\nnormalizers = [\"zscore\"]\n"
                    "[[column]]\nkind = \"embedding\"\ndimensions = 2\n"
                    "of = { kind = \"vocabulary\", key = \"city\" }\n");
  const test::Ended fitted = run({"fit", "train.csv", "--config", "columns.toml", "--hidden", "8",
                                  "--epochs", "2", "-o", "m.kindred"});
  ASSERT_EQ(fitted.code, 0) << fitted.err;
  const test::Ended shown = run({"inspect", "m.kindred"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("4 ids embedded in 2 dimensions"));
  EXPECT_THAT(shown.out, HasSubstr("network/dense.kernel"));
  EXPECT_THAT(shown.out, HasSubstr("val_rmse"));
  const test::Ended exported = run({"export", "m.kindred", "-o", "city.npy"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(read("city.labels.txt"), HasSubstr("Lima"));
  EXPECT_THAT(run({"export", "m.kindred", "--what", "street", "-o", "s.npy"}).err,
              HasSubstr("it has city_embedding"));
}

TEST_F(FitCommand, SaysWhatIsWrong) {
  EXPECT_THAT(run({"fit", "train.csv", "-o", "m.kindred"}).err, HasSubstr("--label"));
  EXPECT_THAT(run({"fit", "train.csv", "--label", "cost", "-o", "m.kindred"}).err,
              HasSubstr("price"));
  EXPECT_THAT(fit({"--objective", "binary"}).err, HasSubstr("binary needs two"));
  EXPECT_EQ(fit({"--optimizer", "adamax"}).code, 1);
  EXPECT_EQ(fit({"--batch-size", "0"}).code, 1);
  EXPECT_EQ(fit({"--epochs", "0"}).code, 1);
  const test::Ended diverged = run({"fit", "train.csv", "--label", "price", "--optimizer", "sgd",
                                    "--learning-rate", "1e9", "-o", "m.kindred"});
  EXPECT_EQ(diverged.code, 1);
  EXPECT_THAT(diverged.err, HasSubstr("diverged"));
  EXPECT_EQ(run({"fit", "train.csv", "--label", "price", "-o", "train.csv"}).code, 1);
  ASSERT_EQ(fit({"--epochs", "1"}).code, 0);
  EXPECT_EQ(run({"evaluate", "m.kindred", "--test", "test.csv", "--protocol", "ratio"}).code, 2);
  EXPECT_EQ(run({"evaluate", "m.kindred"}).code, 1);
  EXPECT_EQ(run({"predict", "m.kindred"}).code, 2);
}

}  // namespace
}  // namespace kindred
