#include "kindred/features/table_recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/toml.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::features {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TableRecipe parse(const char* toml) { return recipe_from_json(parse_toml(toml, "c.toml")); }

constexpr const char* kHomes = R"(label = "price"
weight = "w"
separator = ";"
header = false
names = ["rooms", "type", "price", "w"]
trim = true
latin1 = true
missing = ["?"]
[types]
type = "text"
[defaults]
rooms = 3
type = "house"
[lists]
type = "|"
[[column]]
kind = "numeric"
key = "rooms"
[[column]]
kind = "indicator"
of = {kind = "vocabulary", key = "type", words = ["house", "apt"]}
)";

TEST(TableRecipe, EverySettingReadsBackEqual) {
  const TableRecipe recipe = parse(kHomes);
  const TableRecipe again = recipe_from_json(Json::parse(to_json(recipe).dump()));
  EXPECT_EQ(to_json(again), to_json(recipe));
  EXPECT_EQ(again.columns, recipe.columns);
  EXPECT_EQ(again.reading.separator, ";");
  EXPECT_EQ(again.reading.header, false);
  EXPECT_TRUE(again.reading.trim);
  EXPECT_EQ(again.reading.encoding, data::Encoding::latin1);
  EXPECT_THAT(again.reading.names, ElementsAre("rooms", "type", "price", "w"));
  EXPECT_EQ(std::get<double>(again.reading.defaults.at("rooms")), 3.0);
  EXPECT_EQ(again.reading.list_separators.at("type"), "|");
}

TEST(TableRecipe, ReadsWhatColumnsNeedAndTheLabelOnlyForTraining) {
  const TableRecipe recipe = parse(kHomes);
  const data::CsvOptions training = reading_options(recipe, true);
  EXPECT_THAT(training.select, ElementsAre("rooms", "type"));
  EXPECT_EQ(training.label, "price");
  EXPECT_TRUE(training.keep_missing);
  const data::CsvOptions use = reading_options(recipe, false);
  EXPECT_TRUE(use.label.empty());
  EXPECT_TRUE(use.weight.empty());
}

TEST(TableRecipe, MistakesAreNamed) {
  EXPECT_THAT(error_of([] { parse("lable = \"x\"\n"); }),
              HasSubstr("there is no setting 'lable'; the settings are: label, weight"));
  EXPECT_THAT(error_of([] { parse("trim = 3\n"); }), HasSubstr("'trim'"));
  EXPECT_THAT(error_of([] { parse("[types]\nx = \"integer\"\n"); }), HasSubstr("'types'"));
  EXPECT_THAT(error_of([] { reading_options(parse("label = \"x\"\n"), true); }),
              HasSubstr("there are no columns"));
}

TEST(TableRecipe, WordsMayComeFromAFileBesideIt) {
  const test::TemporaryFolder folder;
  test::write_bytes(folder / "cities.txt", "Oslo\r\nRome\nLima\n");
  const auto read = [&](const std::string& settings) {
    test::write_bytes(folder / "c.toml",
                      "[[column]]\nkind = \"indicator\"\nof = {kind = \"vocabulary\", key = "
                      "\"city\", " +
                          settings + "}\n");
    return read_recipe(folder / "c.toml").columns;
  };
  EXPECT_EQ(read("words_file = \"cities.txt\"").front(),
            Column(indicator(vocabulary("city", {"Oslo", "Rome", "Lima"}))));
  EXPECT_EQ(read("words_file = \"cities.txt\", words_file_size = 2").front(),
            Column(indicator(vocabulary_from_file("city", folder / "cities.txt", 2))));
  EXPECT_THAT(error_of([&] { read("words_file = \"cities.txt\", words_file_size = 4"); }),
              HasSubstr("3 words where 4 are wanted"));
  EXPECT_THAT(error_of([&] { read("words_file = \"towns.txt\""); }), HasSubstr("cannot read"));
  EXPECT_THAT(error_of([&] { read("words_file = \"cities.txt\", words = [\"x\"]"); }),
              HasSubstr("both 'words' and 'words_file'"));
  // What comes from a model file opens nothing.
  EXPECT_THAT(error_of([] {
                parse(
                    "[[column]]\nkind = \"indicator\"\nof = {kind = \"vocabulary\", key = "
                    "\"c\", words_file = \"/etc/passwd\"}\n");
              }),
              HasSubstr("there is no setting 'words_file'"));
}

TEST(TableRecipe, JsonErrorsNameTheFile) {
  const test::TemporaryFolder folder;
  test::write_bytes(folder / "c.json", "{\"column\": [");
  EXPECT_THAT(error_of([&] { read_recipe(folder / "c.json"); }), HasSubstr("c.json: "));
  EXPECT_THAT(error_of([&] { read_recipe(folder / "none.toml"); }), HasSubstr("cannot read"));
}

}  // namespace
}  // namespace kindred::features
