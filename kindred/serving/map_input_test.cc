#include "kindred/serving/map_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/embedding/export.h"
#include "kindred/model/io.h"
#include "kindred/serving/projector_folder.h"
#include "tests/support/data_path.h"
#include "tests/support/error_of.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::serving {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

class MapInputTest : public ::testing::Test {
 protected:
  std::string error_of(const MapInput& input) const {
    return test::error_of([&] { read_map(input); });
  }

  test::TemporaryFolder folder_;
};

TEST_F(MapInputTest, ReadsItemsAndUsersOfAModel) {
  model::save(test::sample_model(), folder_ / "m.kindred");
  const MapData items = read_map({.file = folder_ / "m.kindred"});
  EXPECT_EQ(items.size(), 7U);
  EXPECT_EQ(items.metric, search::Metric::cosine);
  EXPECT_EQ(items.things.metadata.at("id").text()[2], "i2");
  MapInput users{.file = folder_ / "m.kindred"};
  users.users = true;
  EXPECT_EQ(read_map(users).size(), 5U);
}

// What is written for the projector is read back: vectors bit for bit, columns, images.
TEST_F(MapInputTest, AProjectorFolderGoesThereAndBack) {
  MapData map;
  map.name = "digits";
  map.things = test::sample_embeddings("i", 5, 3);
  map.images = {5, 2, 3, 1, {}};
  for (std::uint8_t i = 0; i < 30; ++i) map.images.pixels.push_back(i);
  prepare(map);
  const auto written = write_projector_folder(map, folder_ / "p");
  EXPECT_EQ(written.files.size(), 4U);
  EXPECT_TRUE(written.notes.empty());
  const MapData back = read_map({.file = folder_ / "p/projector_config.json"});
  EXPECT_EQ(back.things.vectors, map.things.vectors);
  EXPECT_EQ(back.things.metadata.at("id").text()[4], "i4");
  EXPECT_EQ(back.things.metadata.at("year").numbers()[1], 1991.0);
  ASSERT_EQ(back.images.count, 5U);
  EXPECT_EQ(back.images.channels, 4U);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(back.images.pixels[4 * i], map.images.pixels[i]);
  EXPECT_THAT(test::read_bytes(folder_ / "p/projector_config.json"),
              HasSubstr("\"singleImageDim\": [\n          2,\n          3"));
}

TEST_F(MapInputTest, ASingleColumnHasNoHeaderAsTheProjectorWantsIt) {
  MapData map;
  map.things.labels = data::Vocabulary(std::vector<std::string>{"0", "1"});
  map.things.vectors = Matrix(2, 1, {1.0F, 2.0F});
  map.things.metadata = data::Table(2);
  map.things.metadata.add({"label", data::TextColumn{"a\tb", "c"}});
  prepare(map);
  write_projector_folder(map, folder_ / "p");
  EXPECT_EQ(test::read_bytes(folder_ / "p/metadata.tsv"), "a b\nc\n");
  EXPECT_EQ(test::read_bytes(folder_ / "p/tensors.bytes"), "\0\0\x80\x3f\0\0\0\x40"s);
}

TEST_F(MapInputTest, ASheetThatIsTooLargeIsOfSmallerImages) {
  MapData map;
  map.name = "large";
  map.things = test::sample_embeddings("i", 5, 3);
  map.images = {5, 1500, 3000, 1, {}};
  map.images.pixels.assign(5 * 1500 * 3000, 100);
  prepare(map);
  const auto written = write_projector_folder(map, folder_ / "p");
  ASSERT_EQ(written.notes.size(), 1U);
  EXPECT_THAT(written.notes[0], HasSubstr("750 x 1500 pixels, not 1500 x 3000"));
  const MapData back = read_map({.file = folder_ / "p/projector_config.json"});
  EXPECT_EQ(back.images.width, 750U);
  EXPECT_EQ(back.images.pixels[4 * 749], 100);
}

TEST_F(MapInputTest, ReadsTheConfigOfALogFolder) {
  test::write_bytes(folder_ / "projector_config.pbtxt",
                    "embeddings {\n  tensor_name: \"Words\"\n  metadata_path: \"m.tsv\"\n"
                    "  tensor_path: \"t.tsv\"\n}\n");
  test::write_bytes(folder_ / "t.tsv", "0\t1\t2\n4\t5\t6\n");
  test::write_bytes(folder_ / "m.tsv", "a\nb\n");
  const MapData map = read_map({.file = folder_ / "projector_config.pbtxt"});
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.things.metadata.at("label").text()[1], "b");
  test::write_bytes(folder_ / "projector_config.pbtxt", "embeddings { tensor_name: \"Words\" }");
  EXPECT_THAT(error_of({.file = folder_ / "projector_config.pbtxt"}), HasSubstr("checkpoint"));
}

TEST_F(MapInputTest, SaysWhatDoesNotMatch) {
  test::write_bytes(folder_ / "v.tsv", "1\t2\n3\t4\n");
  test::write_bytes(folder_ / "i.idx", "\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x01z"s);
  MapInput input{.file = folder_ / "v.tsv"};
  input.images = folder_ / "i.idx";
  EXPECT_THAT(error_of(input), HasSubstr("1 images for 2 rows"));
  input.images.clear();
  test::write_bytes(folder_ / "l.tsv", "a\nb\n");
  test::write_bytes(folder_ / "p.tsv", "0.5\t0.5\n");
  input.labels = folder_ / "l.tsv";
  input.probabilities = folder_ / "p.tsv";
  EXPECT_THAT(error_of(input), HasSubstr("1 x 2 probabilities for 2 rows"));
  test::write_bytes(folder_ / "c.json",
                    R"({"embeddings":[{"tensorName":"a","tensorPath":"none.bytes"}]})");
  EXPECT_THAT(error_of({.file = folder_ / "c.json"}),
              HasSubstr("none of its tensors' files is here"));
  test::write_bytes(folder_ / "c.json", "{\"embeddings\": 3}");
  EXPECT_NE(error_of({.file = folder_ / "c.json"}), "no error");
}

TEST_F(MapInputTest, ReadsTheProjectorsOwnConfig) {
  const auto config = test::data_file("projector_demo/oss_demo_projector_config.json");
  if (!config) GTEST_SKIP() << test::missing_data("projector_demo/oss_demo_projector_config.json");
  const MapData iris = read_map({.file = *config});  // The only one whose tensor is there.
  EXPECT_EQ(iris.size(), 150U);
  EXPECT_EQ(iris.color_column, "class");
  EXPECT_THAT(iris.about, HasSubstr("Iris"));
  write_projector_folder(iris, folder_ / "p");
  EXPECT_EQ(test::read_bytes(folder_ / "p/tensors.bytes"),
            test::read_bytes(config->parent_path() / "iris_tensors.bytes"));
}

TEST_F(MapInputTest, MnistLooksLikeTheProjectorsOwn) {
  const auto images = test::data_file("mnist/t10k-images-idx3-ubyte.gz");
  const auto labels = test::data_file("projector_demo/mnist_10k_784d_labels.tsv");
  if (!images || !labels) GTEST_SKIP() << test::missing_data("mnist/t10k-images-idx3-ubyte.gz");
  const MapData map = read_map({.file = *images});
  EXPECT_EQ(map.color_column, "label");
  write_projector_folder(map, folder_ / "p");
  EXPECT_EQ(test::read_bytes(folder_ / "p/metadata.tsv"), test::read_bytes(*labels));
  const std::string png = test::read_bytes(folder_ / "p/sprite.png");
  const std::string theirs = test::read_bytes(labels->parent_path() / "mnist_10k_sprite.png");
  const data::Image own = data::decode_png(png, "own");
  const data::Image other = data::decode_png(theirs, "theirs");
  EXPECT_EQ(own.width, other.width);
  EXPECT_EQ(own.height, other.height);
  EXPECT_EQ(own.channels, other.channels);
}

}  // namespace
}  // namespace kindred::serving
