#include "kindred/data/attributes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "kindred/base/printable.h"
#include "tests/support/data_path.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

using ::testing::HasSubstr;

class AttributesFile : public ::testing::Test {
 protected:
  Attributes read(const std::string& text, const AttributesOptions& options = {}) {
    const auto path = folder_.path() / "items.csv";
    std::ofstream(path, std::ios::binary) << text;
    return read_attributes(path, options, labels_);
  }
  std::string error_of(const std::string& text, const AttributesOptions& options = {}) {
    return test::error_of([&] { read(text, options); });
  }

  test::TemporaryFolder folder_;
  Vocabulary labels_{std::vector<std::string>{"1", "2", "3"}};
};

TEST_F(AttributesFile, IdsThatNobodyNamesAreKept) {
  const Attributes found = read("id,title\n9,Nine\n2,Two\n7,Seven\n");
  ASSERT_EQ(found.unmatched.size(), 2U);
  EXPECT_EQ(found.unmatched.label(0), "9");
  EXPECT_EQ(found.unmatched.label(1), "7");
}

TEST_F(AttributesFile, AFirstLineWithoutFieldsIsRefused) {
  for (const char* const line : {"i\",title,year", "1,\"One\" or two,3", "id,\"title\nyear"}) {
    const std::string text = std::string(line) + "\n1,One,1999\n2,Two,2000\n";
    EXPECT_THAT(error_of(text), HasSubstr("the first line has no columns"));
    EXPECT_THAT(error_of(text, {.header = true}), HasSubstr("--items-quote none"));
    EXPECT_THAT(error_of(text, {.id_column = "2", .on_bad = OnBad::skip}),
                HasSubstr("the first line has no columns"));
  }
}

TEST_F(AttributesFile, JoinsRowsToLabels) {
  const Attributes read = this->read(
      "movieId,title,genres,length,zip\n3,\"Three, The\",Drama,90,01234\n"
      "7,Seven,Crime,100,1\n1,One,Comedy|Drama,,2\n");
  EXPECT_EQ(read.unmatched_row_count, 1U);
  EXPECT_EQ(read.missing_row_count, 1U);
  const Table& table = read.table;
  EXPECT_EQ(table.at("title").text(), (TextColumn{"One", "", "Three, The"}));
  ASSERT_FALSE(table.at("length").is_text());
  EXPECT_TRUE(std::isnan(table.at("length").numbers()[0]));
  EXPECT_EQ(table.at("length").numbers()[2], 90.0);
  EXPECT_TRUE(table.at("zip").is_text()) << "01234 is not a quantity";
}

TEST_F(AttributesFile, WordsForMissingAreReadAsTablesReadThem) {
  for (const char* const word : {"NULL", "NA", "\\N", "-", "?", "n/a", "nan"}) {
    const Attributes read =
        this->read(fmt::format("id,year,title\n1,1999,Up\n2,{},Heat\n3,2001,{}\n", word, word));
    ASSERT_FALSE(read.table.at("year").is_text()) << word;
    EXPECT_TRUE(std::isnan(read.table.at("year").numbers()[1])) << word;
    EXPECT_EQ(read.table.at("title").text()[2], "") << word;
    ASSERT_FALSE(read.guesses.empty()) << word;
    EXPECT_EQ(read.guesses.back().about, fmt::format("'{}' (1 cell)", printable(word)));
  }
  const std::string countries = "id,country\n1,DE\n2,NA\n3,FR\n";
  EXPECT_EQ(read(countries).table.at("country").text(), (TextColumn{"DE", "NA", "FR"}));
  EXPECT_EQ(read(countries, {.missing_words = {"NA"}}).table.at("country").text()[1], "");
}

TEST_F(AttributesFile, IdsThatDoublesWouldRoundAreText) {
  const std::string text =
      "id,steam,small\n1,76561198000000001,9007199254740992\n2,76561198000000003,2\n";
  const Attributes read = this->read(text);
  EXPECT_EQ(read.table.at("steam").text()[1], "76561198000000003");
  const Column& small = read.table.at("small");
  EXPECT_EQ(read.table.cell(small, 0), "9007199254740992");
}

TEST_F(AttributesFile, NamesColumnsOfMovieLensFiles) {
  const auto names = [](const Table& table) {
    std::string text;
    for (const Column& column : table.columns()) text += column.name + " ";
    return text;
  };
  EXPECT_EQ(names(read("1::Toy Story (1995)::Animation\n2::Jumanji (1995)::Adventure\n").table),
            "title genres ");
  EXPECT_EQ(names(read("1::F::1::10::48067\n2::M::56::16::70072\n").table),
            "gender age occupation zip ");
  EXPECT_EQ(names(read("1|24|M|technician|85711\n2|53|F|other|94043\n").table),
            "age gender occupation zip ");
  EXPECT_EQ(names(read("1\ta\tb\tc\n2\td\te\tf\n").table), "column_2 column_3 column_4 ");
}

TEST_F(AttributesFile, RefusesWhatWouldBeAmbiguous) {
  EXPECT_THAT(error_of("id,title\n1,One\n2,Two\n1,Again\n"),
              HasSubstr("items.csv:4: id '1' is already in line 2"));
  EXPECT_THAT(error_of("id,title,title\n1,One,x\n"), HasSubstr("two columns are called 'title'"));
  EXPECT_THAT(error_of("id,title\n1,Am\xE9lie\n"), HasSubstr("--encoding latin1"));
  EXPECT_THAT(error_of("id,title\n1,One\rmore\n"), HasSubstr(":2: a carriage return"));
  EXPECT_THAT(error_of("id,age\n1,25\n2,inf\n"),
              HasSubstr(":3: age: 'inf' is not a finite number"));
  EXPECT_EQ(error_of("id,title\n1,Infinity\n2,Up\n"), "no error");
  EXPECT_EQ(
      read("id,title\n1,Am\xE9lie\n", {.encoding = Encoding::latin1}).table.at("title").text()[0],
      "Am\xC3\xA9lie");
}

TEST(Attributes, TokensAndYears) {
  EXPECT_TRUE(has_token("Animation|Children's|Comedy", "comedy"));
  EXPECT_FALSE(has_token("Animation|Children's|Comedy", "Child"));
  EXPECT_TRUE(has_token("a, b, c", "b"));
  EXPECT_TRUE(has_token("Comedy", "Comedy"));
  EXPECT_FALSE(has_token("", "Comedy"));
  EXPECT_EQ(year_of_title("Toy Story (1995)"), 1995);
  EXPECT_EQ(year_of_title("2001: A Space Odyssey"), std::nullopt);
  EXPECT_EQ(year_of_title("(x999)"), std::nullopt);
}

// The mean age and the count of one movie, by a plain loop over the ratings.
TEST(Attributes, DerivedOnMovieLens1M) {
  const auto ratings_path = test::data_file("ml-1m/ratings_uir.dat.gz");
  const auto users_path = test::data_file("ml-1m/users.dat");
  const auto movies_path = test::data_file("ml-1m/movies.dat");
  if (!ratings_path || !users_path || !movies_path) GTEST_SKIP() << test::missing_data("ml-1m");
  ThreadPool pool(2);
  const Interactions all = read_ratings(*ratings_path, {}, pool).interactions;
  const Table users = read_attributes(*users_path, {}, all.users).table;
  Attributes movies = read_attributes(*movies_path, {.encoding = Encoding::latin1}, all.items);
  EXPECT_EQ(movies.unmatched_row_count, 3883U - 3706U);
  EXPECT_EQ(movies.missing_row_count, 0U);
  add_derived_attributes(all, users, movies.table);

  const std::size_t toy_story = *all.items.find("1");
  EXPECT_EQ(movies.table.at("title").text()[toy_story], "Toy Story (1995)");
  EXPECT_EQ(movies.table.at("year").numbers()[toy_story], 1995.0);
  double total = 0.0;
  double count = 0.0;
  for (std::size_t user = 0; user < all.by_user.rows; ++user) {
    for (const std::uint32_t item : all.by_user.row_columns(user)) {
      if (item != toy_story) continue;
      total += users.at("age").numbers()[user];
      ++count;
    }
  }
  EXPECT_EQ(count, 2077.0);  // zcat ratings_uir.dat.gz | grep -c '::1::.$'
  EXPECT_EQ(movies.table.at("popularity").numbers()[toy_story], count);
  EXPECT_DOUBLE_EQ(movies.table.at("audience_age").numbers()[toy_story], total / count);
}

}  // namespace
}  // namespace kindred::data
