#include "kindred/recommendation/title_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "kindred/base/error.h"

namespace kindred::recommendation {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

embedding::Embeddings titled_shelf() {
  const std::vector<std::pair<std::string, std::string>> movies = {
      {"m0", "Shrek (2001)"},
      {"m1", "Shrek 2 (2004)"},
      {"m2", "Incredibles, The (2004)"},
      {"m3", "Hamlet (1990)"},
      {"m4", "Hamlet (1996)"},
      {"m5", "Am\xC3\xA9lie (Fabuleux destin d'Am\xC3\xA9lie Poulain, Le) (2001)"},
      {"m6", "Seven (a.k.a. Se7en) (1995)"},
      {"300", "Quiz Show (1994)"},
      {"m8", "300 (2007)"},
      {"m9", "Star Wars: Episode IV - A New Hope (1977)"},
      {"m10", "Star Wars: Episode V - The Empire Strikes Back (1980)"},
      {"m11", "City of Lost Children, The (Cit\xC3\xA9 des enfants perdus, La) (1995)"},
      {"m12", ""},
      {"m13", "A Bug's Life (1998)"},
      {"m14", "Beyonc\xC3\xA9 (I Am Tour)"},
      {"m15", "Beyonc\xC3\xA9"}};
  embedding::Embeddings items;
  data::TextColumn titles;
  for (const auto& [label, title] : movies) {
    items.labels.insert(label);
    titles.push_back(title);
  }
  items.vectors = Matrix(movies.size(), 1);
  items.metadata = data::Table(movies.size());
  items.metadata.add({"title", titles});
  return items;
}

class TitleMatch : public testing::Test {
 protected:
  std::string label(std::string_view text) const {
    return std::string(items_.labels.label(matcher_.find_one(text)));
  }
  std::string failure(std::string_view text) const {
    try {
      return "found " + label(text);
    } catch (const Error& error) {
      return error.what();
    }
  }

  const embedding::Embeddings items_ = titled_shelf();
  const TitleMatcher matcher_{items_};
};

TEST_F(TitleMatch, ATitleThatIsAllThatWasWrittenIsNotAmbiguous) {
  EXPECT_EQ(label("beyonce"), "m15");
  EXPECT_EQ(label("beyonce i am tour"), "m14");
}

TEST_F(TitleMatch, ForgivesCaseYearArticlesAccentsAndPunctuation) {
  for (const char* text : {"m0", "id:m0", "Shrek (2001)", "shrek", " SHREK ", "shrek (2001)"}) {
    EXPECT_EQ(label(text), "m0") << text;
  }
  for (const char* text : {"The Incredibles", "Incredibles, The", "incredibles",
                           "the incredibles (2004)", "Incredibles, The (2004)"}) {
    EXPECT_EQ(label(text), "m2") << text;
  }
  EXPECT_EQ(label("Hamlet (1990)"), "m3");
  EXPECT_EQ(label("amelie"), "m5");
  EXPECT_EQ(label("a bugs life"), "m13");
  EXPECT_EQ(label("Bug's Life, A"), "m13");
}

TEST_F(TitleMatch, FindsOtherTitlesBeginningsAndParts) {
  EXPECT_EQ(label("Se7en"), "m6");
  EXPECT_EQ(label("Le fabuleux destin d'Amelie Poulain"), "m5");
  EXPECT_EQ(label("La cite des enfants perdus"), "m11");
  EXPECT_EQ(label("Shrek 2"), "m1");
  EXPECT_EQ(label("City of Lost"), "m11");
  EXPECT_EQ(label("Empire Strikes Back"), "m10");
  EXPECT_EQ(label("credib"), "m2");
}

TEST_F(TitleMatch, SeveralFitsAreListedWithTheirIds) {
  EXPECT_THAT(failure("hamlet"),
              AllOf(HasSubstr("any of 2 items"), HasSubstr("Hamlet (1990) (id m3)"),
                    HasSubstr("Hamlet (1996) (id m4)")));
  EXPECT_THAT(failure("star wars"), AllOf(HasSubstr("(id m9)"), HasSubstr("(id m10)")));
}

TEST_F(TitleMatch, AnIdThatLooksLikeATitleIsAmbiguousUntilMarked) {
  EXPECT_THAT(failure("300"), AllOf(HasSubstr("Quiz Show"), HasSubstr("300 (2007)")));
  EXPECT_EQ(label("id:300"), "300");
  EXPECT_EQ(label("300 (2007)"), "m8");
}

TEST_F(TitleMatch, NoFitSuggestsWhatIsNear) {
  EXPECT_THAT(failure("Shreck"), AllOf(HasSubstr("no item is called 'Shreck'"),
                                       HasSubstr("did you mean"), HasSubstr("Shrek (2001)")));
  EXPECT_THAT(failure("Shrek (2002)"), HasSubstr("Shrek (2001)"));  // Only the year is wrong.
  EXPECT_THAT(failure("hamelt"), HasSubstr("Hamlet (1996)"));
  EXPECT_THAT(failure("Incredbles"), HasSubstr("Incredibles, The"));
  EXPECT_THAT(failure("Quantum chromodynamics"), Not(HasSubstr("did you mean")));
  EXPECT_THAT(failure(""), HasSubstr("no item is called ''"));
  EXPECT_THAT(failure("id:nothing"), HasSubstr("no item"));
}

TEST_F(TitleMatch, AnItemWithoutTitleGoesByItsId) { EXPECT_EQ(label("M12"), "m12"); }

TEST_F(TitleMatch, MessagesSayWhereTheTextStood) {
  try {
    matcher_.find_one("hamlet", {"taste.csv:3: ", ""});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), testing::StartsWith("taste.csv:3: 'hamlet'"));
  }
}

}  // namespace
}  // namespace kindred::recommendation
