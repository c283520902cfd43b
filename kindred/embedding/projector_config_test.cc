#include "kindred/embedding/projector_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "tests/support/error_of.h"

namespace kindred::embedding {
namespace {

using ::testing::HasSubstr;

TEST(ProjectorConfig, BothFormsSayTheSame) {
  const auto json = parse_projector_config(
      "\xEF\xBB\xBF{\"embeddings\": [{\"tensorName\": \"a \\\"b\\\"\", \"tensorShape\": [3, 2], "
      "\"tensorPath\": \"t.tsv\", \"metadataPath\": \"m.tsv\", \"sprite\": {\"imagePath\": "
      "\"s.png\", \"singleImageDim\": [28, 27]}}]}",
      "c.json");
  const auto text = parse_projector_config(
      "# made by a program\nmodel_checkpoint_path: \"model.ckpt\"\nembeddings {\n"
      "  tensor_name: \"a \\\"b\\\"\"\n  tensor_shape: 3\n  tensor_shape: 2\n"
      "  tensor_path: 't.tsv'; metadata_path: \"m.tsv\"\n"
      "  sprite: { image_path: \"s.png\" single_image_dim: [28, 27] }\n  extra { x: 1 y { z: 2 } "
      "}\n"
      "}\n",
      "c.pbtxt");
  for (const auto& list : {json, text}) {
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].name, "a \"b\"");
    EXPECT_EQ(list[0].path, "t.tsv");
    EXPECT_EQ(list[0].metadata_path, "m.tsv");
    EXPECT_EQ(list[0].sprite_path, "s.png");
    EXPECT_EQ(list[0].shape, Extent2(3, 2));
    EXPECT_EQ(list[0].image, Extent2(28, 27));
  }
}

TEST(ProjectorConfig, IsKnownByHowItBegins) {
  EXPECT_EQ(projector_config_kind("\n {\"embeddings\": []}"), ConfigKind::json);
  EXPECT_EQ(projector_config_kind("embeddings: {"), ConfigKind::text);
  for (const char* other : {"", "{ 0.5 0.25\n", "embeddings 0.5 0.25\n", "# x y\n1 2\n"}) {
    EXPECT_EQ(projector_config_kind(other), ConfigKind::none) << other;
  }
}

TEST(ProjectorConfig, ErrorsNameFileAndField) {
  const auto error_of = [](const char* text) {
    return test::error_of([&] { parse_projector_config(text, "c"); });
  };
  EXPECT_THAT(error_of("{\"embeddings\":[{\"tensorPath\":\"t\",\"tensorShape\":[-1,3]}]}"),
              HasSubstr("c: embeddings 1: tensorShape"));
  EXPECT_THAT(error_of("{\"embeddings\":[{\"tensorPath\":3}]}"),
              HasSubstr("c: embeddings 1: tensorPath"));
  EXPECT_THAT(error_of("{\"user\": 1}"), HasSubstr("no configuration of the projector"));
  EXPECT_THAT(error_of("{\"embeddings\": ["), HasSubstr("c: "));
  EXPECT_THAT(error_of("embeddings {\n tensor_shape: x\n}"), HasSubstr("c:2: tensor_shape"));
  EXPECT_THAT(error_of("embeddings {\n tensor_name: \"a\n}"), HasSubstr("no closing quote"));
  EXPECT_THAT(error_of("embeddings {\n"), HasSubstr("not closed"));
  EXPECT_THAT(error_of(("embeddings { a " + std::string(100, '{') + " b ").c_str()),
              HasSubstr("c:1:"));
}

}  // namespace
}  // namespace kindred::embedding
