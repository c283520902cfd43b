// `kindred columns` and `kindred encode` as a user meets them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/npy.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;

class Encode : public testing::Test {
 protected:
  Encode() {
    write("homes.csv",
          "sq_footage,type,price\n1000,house,500\n2000,house,1000\n3000,house,1500\n"
          "1000,apt,700\n2000,apt,1300\n3000,apt,1900\n");
    write("columns.toml", R"(label = "price"
[[column]]
kind = "numeric"
key = "sq_footage"
[[column]]
kind = "indicator"
of = {kind = "vocabulary", key = "type", words_file = "types.txt"}
)");
    write("types.txt", "house\napt\n");
  }

  void write(const std::string& name, std::string_view text) {
    test::write_bytes(folder_ / name, text);
  }
  test::Ended run(std::vector<std::string> arguments) {
    return run_kindred(std::move(arguments), folder_.path());
  }
  std::vector<float> numbers(const std::string& name) {
    const data::Tensor tensor = data::read_npy(folder_ / name);
    return {tensor.floats().begin(), tensor.floats().end()};
  }

  test::TemporaryFolder folder_;
};

TEST_F(Encode, WritesTheTensorItsLayoutAndTheLabel) {
  const test::Ended ended =
      run({"encode", "homes.csv", "--config", "columns.toml", "-o", "homes.npy"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(numbers("homes.npy"), (std::vector<float>{1000, 1, 0, 2000, 1, 0, 3000, 1, 0,  //
                                                      1000, 0, 1, 2000, 0, 1, 3000, 0, 1}));
  EXPECT_EQ(numbers("homes.label.npy"), (std::vector<float>{500, 1000, 1500, 700, 1300, 1900}));
  const Json layout = Json::parse(test::read_bytes(folder_ / "homes.layout.json"));
  EXPECT_EQ(layout.at("width").as_int(), 3);
  EXPECT_EQ(layout.at("columns").as_array()[1].at("name").as_string(), "type_indicator");
  EXPECT_EQ(layout.at("columns").as_array()[1].at("offset").as_int(), 1);
}

TEST_F(Encode, OtherTablesAreEncodedAlikeWithOrWithoutAnswers) {
  write("adapt.toml", R"(label = "price"
[types]
price = "float32"
[[column]]
kind = "numeric"
key = "sq_footage"
normalizers = ["zscore"]
[[column]]
kind = "embedding"
of = {kind = "vocabulary", key = "type"}
)");
  ASSERT_EQ(run({"encode", "homes.csv", "--config", "adapt.toml", "-o", "homes.npy"}).code, 0);
  write("new.csv", "type,color,sq_footage\napt,red,3000\nvilla,blue,2000\n");
  const test::Ended ended =
      run({"encode", "new.csv", "--config", "homes.columns.json", "-o", "new.npy"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("there is no column 'price': no labels are written"));
  EXPECT_THAT(ended.err, HasSubstr("1 unknown values"));
  EXPECT_THAT(ended.err, HasSubstr("the fourth root of 2 ids"));
  const std::vector<float> trained = numbers("homes.npy");
  const std::vector<float> used = numbers("new.npy");
  const std::size_t width = used.size() / 2;
  EXPECT_EQ(used[0], trained[5 * width]);
  EXPECT_EQ(used[1], trained[5 * width + 1]);
  EXPECT_EQ(used[width], 0.0F) << "2000 is the mean";
  EXPECT_EQ(used[width + 1], 0.0F) << "nothing is known of villas";
}

TEST_F(Encode, ProposesColumnsThatCanBeUsedAsTheyAre) {
  const test::Ended proposed = run({"columns", "homes.csv", "--label", "price", "-o", "c.toml"});
  ASSERT_EQ(proposed.code, 0) << proposed.err;
  const std::string toml = test::read_bytes(folder_ / "c.toml");
  EXPECT_THAT(toml, HasSubstr("# type: text, 2 distinct, none missing; 'apt' 3, 'house' 3"));
  ASSERT_EQ(run({"encode", "homes.csv", "--config", "c.toml", "-o", "out.npy"}).code, 0);
  const test::Ended without = run({"encode", "homes.csv", "--label", "price", "-o", "same.npy"});
  ASSERT_EQ(without.code, 0) << without.err;
  EXPECT_EQ(test::read_bytes(folder_ / "out.npy"), test::read_bytes(folder_ / "same.npy"));
  const test::Ended json = run({"columns", "homes.csv", "--json"});
  EXPECT_EQ(Json::parse(json.out).at("rows").as_int(), 6);
}

// A table of movies that begins with what was learned from who watched them.
TEST_F(Encode, EmbeddingsMayBeginWithTheVectorsOfAModel) {
  std::string ratings = "user,movie\n";
  for (int i = 0; i < 400; ++i) {
    ratings += "u" + std::to_string(i % 40) + ",m" + std::to_string(i * 7 % 9) + "\n";
  }
  write("ratings.csv", ratings);
  ASSERT_EQ(run({"train", "ratings.csv", "-o", "m.kindred", "--dim", "4"}).code, 0);
  ASSERT_EQ(
      run({"export", "m.kindred", "--what", "items", "--format", "npy", "-o", "items.npy"}).code,
      0);
  write("movies.csv", "movie\nm0\nnew\n");  // The first one that the ratings name is item 0.
  write("movies.toml", R"([[column]]
kind = "embedding"
dimensions = 4
trainable = false
initial_vectors = "m.kindred"
of = {kind = "vocabulary", key = "movie", words = ["new", "m0"]}
)");
  const test::Ended ended =
      run({"encode", "movies.csv", "--config", "movies.toml", "-o", "out.npy"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("1 of 2 vectors come from m.kindred"));
  const std::vector<float> items = numbers("items.npy");
  const std::vector<float> out = numbers("out.npy");
  ASSERT_EQ(out.size(), 8U);
  EXPECT_EQ(std::vector<float>(out.begin(), out.begin() + 4),
            std::vector<float>(items.begin(), items.begin() + 4));
}

TEST_F(Encode, AnyNumberOfThreadsGivesTheSameBytes) {
  std::string text = "n,w\n";
  for (int i = 0; i < 20'000; ++i) {
    text += std::to_string(i * 7919 % 1000) + ",w" + std::to_string(i % 77) + "\n";
  }
  write("long.csv", text);
  for (const char* threads : {"1", "2", "5"}) {
    ASSERT_EQ(run({"encode", "long.csv", "--threads", threads, "-o",
                   std::string("out") + threads + ".npy"})
                  .code,
              0);
  }
  const std::string expected = test::read_bytes(folder_ / "out1.npy");
  EXPECT_EQ(test::read_bytes(folder_ / "out2.npy"), expected);
  EXPECT_EQ(test::read_bytes(folder_ / "out5.npy"), expected);
}

TEST_F(Encode, MistakesAreNamedAndLeaveNothingBehind) {
  const auto error = [&](std::vector<std::string> arguments) {
    const test::Ended ended = run(std::move(arguments));
    EXPECT_EQ(ended.code, 1);
    return ended.err;
  };
  EXPECT_THAT(error({"encode", "homes.csv", "--label", "cost", "-o", "out.npy"}),
              HasSubstr("names column 'cost'; the columns are: sq_footage, type, price"));
  write("leak.toml", "label = \"price\"\n[[column]]\nkind = \"numeric\"\nkey = \"price\"\n");
  EXPECT_THAT(error({"encode", "homes.csv", "--config", "leak.toml", "-o", "out.npy"}),
              HasSubstr("reads 'price', which is the label"));
  write("bad.toml", "label = \"price\n");
  EXPECT_THAT(error({"encode", "homes.csv", "--config", "bad.toml", "-o", "out.npy"}),
              HasSubstr("bad.toml:1:"));
  write("bad.json", "{\"column\": 3");
  EXPECT_THAT(error({"encode", "homes.csv", "--config", "bad.json", "-o", "out.npy"}),
              HasSubstr("bad.json"));
  write("spaces.csv", "sq_footage,type,price\n1000, house,500\n");
  EXPECT_THAT(run({"columns", "spaces.csv"}).err, HasSubstr("' house' is not 'house'"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.npy"));
}

}  // namespace
}  // namespace kindred
