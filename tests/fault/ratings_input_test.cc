// What can be wrong with a ratings file, and what the reader makes of it. The page
// docs/guide/faults.md says the same in words.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <clocale>
#include <cmath>
#include <locale>
#include <thread>

#include "kindred/base/rng.h"
#include "kindred/data/positives.h"
#include "tests/support/ratings_fixture.h"

namespace kindred::data {
namespace {

using test::entries;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class RatingsInput : public test::RatingsFixture {};

TEST_F(RatingsInput, NanIsRefusedOrSkippedWhereverItStands) {
  for (const char* nan : {"nan", "NaN", "-nan", "NAN"}) {
    EXPECT_EQ(error_of(std::string("user,item,rating\n1,3,") + nan + "\n"),
              std::string("r.csv:2: column 'rating': '") + nan + "' is not a finite number");
  }
  Rng rng(1);
  for (int trial = 0; trial < 50; ++trial) {
    const std::uint64_t bad = rng.below(30);
    std::string text = "user,item,rating\n";
    for (std::uint64_t row = 0; row < 30; ++row) {
      text += "u,i" + std::to_string(row) + (row == bad ? ",nan\n" : ",3\n");
    }
    EXPECT_THAT(error_of(text), StartsWith("r.csv:" + std::to_string(bad + 2) + ": "));
    const Ratings kept = read(text, {.on_bad = OnBad::skip});
    EXPECT_EQ(kept.summary.bad_row_count, 1U);
    EXPECT_EQ(kept.summary.pair_count, 29U);
    for (const float value : kept.interactions.by_user.values) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST_F(RatingsInput, InfinityAndOverflowAreRefusedAndTinyNumbersAreNot) {
  for (const char* text : {"inf", "-Infinity", "1e309", "1e39", "-1e39"}) {
    EXPECT_THAT(error_of(std::string("1,2,3\n1,3,") + text + "\n"), StartsWith("r.csv:2: column 3"))
        << text;
  }
  EXPECT_EQ(entries(read("1,2,1e-320\n1,3,-0\n1,4,1e-40\n")).substr(0, 12), "1 2 0\n1 3 0\n");
}

TEST_F(RatingsInput, NegativeRatingsNeverBecomeNegativeWeights) {
  const Ratings jokes = read("1,2,-9.5\n1,3,4\n");
  const SparseMatrix weights =
      positives(jokes.interactions.by_user, {.threshold = {}, .weight_per_value = 2.0F});
  for (const float weight : weights.values) EXPECT_GE(weight, 1.0F);
  EXPECT_THROW(positives(jokes.interactions.by_user, {.threshold = {}, .weight_per_value = -1.0F}),
               Error);
  EXPECT_THROW(positives(jokes.interactions.by_user, {.threshold = {}, .weight_per_value = NAN}),
               Error);
}

TEST_F(RatingsInput, DuplicatesFollowTheChosenRule) {
  const std::string timed = "u,i,1,30\nu,i,5,10\nu,i,3,20\n";
  const std::string columns = "user,item,rating,timestamp\n";
  EXPECT_EQ(entries(read(columns + timed)), "u i 1 @30\n");
  EXPECT_EQ(entries(read(columns + timed, {.duplicates = Duplicates::first})), "u i 5 @10\n");
  EXPECT_EQ(entries(read(columns + timed, {.duplicates = Duplicates::sum})), "u i 9 @30\n");
  EXPECT_EQ(entries(read(columns + timed, {.duplicates = Duplicates::mean})), "u i 3 @30\n");
  EXPECT_EQ(entries(read("u,i,1\nu,i,5\nu,i,3\n")), "u i 3\n") << "without times by line";
  EXPECT_EQ(entries(read("u,i,1\nu,i,5\n", {.duplicates = Duplicates::first})), "u i 1\n");
  EXPECT_EQ(read("u,i,1\nu,i,5\nv,i,1\nu,i,3\n").summary.duplicate_count, 2U);
  EXPECT_EQ(error_of("u,j,1\nu,i,1\n\nu,k,5\nu,i,3\n", {.duplicates = Duplicates::error}),
            "r.csv:5: user 'u' and item 'i' are already paired in line 2; "
            "choose with --duplicates what to make of it");
  EXPECT_THAT(error_of("u,i,3e38\nu,i,3e38\n", {.duplicates = Duplicates::sum}),
              HasSubstr("user 'u' and item 'i'"));
}

TEST_F(RatingsInput, SumsAndMeansDoNotDependOnTheOrderOfRows) {
  Rng rng(2);
  std::vector<std::string> rows;
  for (int i = 0; i < 300; ++i) {
    rows.push_back("u" + std::to_string(rng.below(5)) + ",i" + std::to_string(rng.below(7)) + "," +
                   std::to_string(rng.uniform()) + "\n");
  }
  for (const Duplicates rule : {Duplicates::sum, Duplicates::mean}) {
    std::vector<std::string> expected;
    for (int trial = 0; trial < 20; ++trial) {
      rng.shuffle(std::span(rows));
      std::string text;
      for (const std::string& row : rows) text += row;
      std::vector<std::string> lines;
      std::istringstream all(entries(read(text, {.duplicates = rule})));
      for (std::string line; std::getline(all, line);) lines.push_back(line);
      std::sort(lines.begin(), lines.end());
      if (trial == 0) expected = lines;
      ASSERT_EQ(lines, expected);
    }
  }
}

TEST_F(RatingsInput, IdsAreKeptByteForByte) {
  const std::vector<std::string> ids = {"-5",
                                        "-1",
                                        "007",
                                        "7",
                                        "+7",
                                        " 7",
                                        "2147483648",
                                        "4294967296",
                                        "9223372036854775807",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "1e3",
                                        "a b",
                                        "\xE2\x82\xAC"};
  std::string text = "user,item\n";
  for (const std::string& id : ids) text += id + "," + id + "\n";
  const Interactions all = read(text).interactions;
  ASSERT_EQ(all.users.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(all.users.label(i), ids[i]);
    EXPECT_EQ(all.items.label(i), ids[i]);
  }
}

TEST_F(RatingsInput, FilesWithoutRowsSaySo) {
  EXPECT_EQ(error_of(""), "r.csv: the file is empty");
  EXPECT_EQ(error_of("\xEF\xBB\xBF"), "r.csv: the file is empty");
  EXPECT_EQ(error_of("\n\n  \n"), "r.csv: there are no rows, only blank lines");
  EXPECT_EQ(error_of("userId,movieId,rating\n"), "r.csv: there are no rows, only a header");
  EXPECT_THAT(error_of("1,2,x\n", {.header = false, .on_bad = OnBad::skip}),
              StartsWith("r.csv: no row can be used; the first: "));
}

TEST_F(RatingsInput, UnknownAndAmbiguousColumnsListWhatThereIs) {
  const std::string text = "who,what,stars\na,b,1\nc,d,2\n";
  EXPECT_EQ(error_of(text, {.user_column = "user"}),
            "r.csv: --user-column names column 'user'; the columns are: who, what, stars");
  EXPECT_EQ(error_of("1,2,3\n", {.item_column = "9"}),
            "r.csv: --item-column names column '9'; there is no header; the columns are 1 to 3");
  EXPECT_EQ(error_of("user,item,rating,rating\na,b,1,2\n", {.rating_column = "rating"}),
            "r.csv: 2 columns are called 'rating'; choose one by its position: --rating-column 3");
  EXPECT_THAT(error_of("user,item,rating,rating\na,b,1,2\n"), HasSubstr("choose with"));
  EXPECT_THAT(error_of("user,user,item\na,b,1\n"), HasSubstr("choose with --user-column"));
  EXPECT_THAT(error_of("a,b,c,d,e,f\n1,2,3,4,5,6\n"), HasSubstr("6 columns"));
  EXPECT_THAT(error_of("justonecolumn\n1\n2\n"), HasSubstr("needs a user and an item"));
  EXPECT_THAT(error_of("1,2,3\n", {.user_column = "1", .item_column = "1"}),
              HasSubstr("column 1 cannot be both user and item"));
}

TEST_F(RatingsInput, AByteOrderMarkIsNoPartOfTheFirstName) {
  EXPECT_EQ(entries(read("\xEF\xBB\xBFuser,item,rating\na,b,1\n", {.user_column = "user"})),
            "a b 1\n");
}

TEST_F(RatingsInput, WideEncodingsAreNamed) {
  EXPECT_THAT(error_of(std::string("\xFF\xFE"
                                   "1\0,\0"
                                   "2\0\n\0",
                                   10)),
              HasSubstr("UTF-16"));
  EXPECT_THAT(error_of(std::string("\xFE\xFF\0"
                                   "1\0,\0"
                                   "2\0\n",
                                   10)),
              HasSubstr("UTF-16"));
  EXPECT_THAT(error_of(std::string("\xFF\xFE\0\0"
                                   "1\0\0\0",
                                   8)),
              HasSubstr("UTF-32"));
}

TEST_F(RatingsInput, LineEndsDoNotMatter) {
  const std::string expected = entries(read("user,item,rating\na,b,1\nc,d,2\n"));
  EXPECT_EQ(entries(read("user,item,rating\r\na,b,1\r\nc,d,2\r\n")), expected);
  EXPECT_EQ(entries(read("user,item,rating\r\na,b,1\nc,d,2\r\n")), expected);
  EXPECT_EQ(entries(read("user,item,rating\na,b,1\nc,d,2")), expected);
  EXPECT_THAT(error_of("1,2,1\r3,4,2\r"), HasSubstr("carriage return"));
  EXPECT_THAT(error_of("1,2,1\n3,4\r,2\n"), StartsWith("r.csv:2: a carriage return"));
}

TEST_F(RatingsInput, QuotedFieldsFollowRfc4180) {
  const Interactions all = read(
                               "user,item,rating\n\"a,1\",\"x\n\ny\",1\n\"say "
                               "\"\"hi\"\"\",\"\"\"\",2\n\"b\",\"\r\n\",3\n")
                               .interactions;
  ASSERT_EQ(all.users.size(), 3U);
  EXPECT_EQ(all.users.label(0), "a,1");
  EXPECT_EQ(all.items.label(0), "x\n\ny");
  EXPECT_EQ(all.users.label(1), "say \"hi\"");
  EXPECT_EQ(all.items.label(1), "\"");
  EXPECT_EQ(all.items.label(2), "\r\n");
}

TEST_F(RatingsInput, MisplacedAndOpenQuotesNameTheirLine) {
  EXPECT_THAT(error_of("u,i,1\nu,5\" disk,2\nu,j,3\n"), StartsWith("r.csv:2: a quote inside"));
  EXPECT_THAT(error_of("u,i,1\nu,\"disk\"x,2\nu,j,3\n"), StartsWith("r.csv:2: a quote inside"));
  EXPECT_EQ(error_of("u,i,1\n\"u\nv\",i,2\nu,\"j\n\n,3\nu,k,4\n"),
            "r.csv:4: the quote that opens on this line is never closed");
  EXPECT_EQ(error_of("u,i,1\nu,\"j,3\nu,k,4\n", {.on_bad = OnBad::skip}),
            "r.csv:2: the quote that opens on this line is never closed")
      << "skipping would silently lose the rest of the file";
  EXPECT_EQ(entries(read("u,i,1\nu,5\" disk,2\nu,j,3\n", {.on_bad = OnBad::skip})),
            "u i 1\nu j 3\n")
      << "a misplaced quote costs its own row only";
}

TEST_F(RatingsInput, LinesBeyondTheLimitAreRefusedWhateverTheChunkSize) {
  const std::string huge(kRecordBytesMax + 10, 'x');
  for (const std::size_t chunk_bytes : {std::size_t{1000}, std::size_t{64} << 20U}) {
    EXPECT_EQ(error_of("u,i,1\nu,j,2\n" + huge + ",k,3\nu,l,4\n", {.chunk_bytes = chunk_bytes}),
              "r.csv:3: the line is longer than 16 MiB");
    EXPECT_EQ(error_of("u,i,1\nu,j,2\n\"" + huge, {.chunk_bytes = chunk_bytes}),
              "r.csv:3: the quote that opens on this line is never closed");
  }
  EXPECT_THAT(error_of("u,i,1\nu," + std::string(1025, 'x') + ",2\n"),
              StartsWith("r.csv:2: column 2 (item) has 1025 bytes, more than 1024: 'xxx"));
}

TEST_F(RatingsInput, RaggedRowsAreErrorsOrCounted) {
  const std::string text = "u,i,1\nu,j\nu,k,3,4\nu,l,5\n";
  EXPECT_EQ(error_of(text), "r.csv:2: 2 fields where 3 are expected: 'u,j'");
  const Ratings kept = read(text, {.on_bad = OnBad::skip});
  EXPECT_EQ(kept.summary.bad_rows_by_cause,
            (std::map<std::string, std::size_t>{{"wrong number of fields", 2}}));
  EXPECT_THAT(
      kept.summary.bad_row_examples,
      ::testing::ElementsAre(EndsWith("r.csv:2: 2 fields where 3 are expected: 'u,j'"),
                             EndsWith("r.csv:3: 4 fields where 3 are expected: 'u,k,3,4'")));
  EXPECT_THAT(error_of(text, {.on_bad = OnBad::skip, .bad_count_max = 1}),
              StartsWith("r.csv: more than 1 bad rows (--max-bad); the first: "));
}

TEST_F(RatingsInput, BytesThatAreNotUtf8AreErrors) {
  for (const std::string bad :
       {"\xE9", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_THAT(error_of("u,i,1\nu,caf" + bad + ",2\n"),
                ::testing::AllOf(StartsWith("r.csv:2: byte 6 of the line is not UTF-8"),
                                 HasSubstr("--encoding latin1")));
  }
  EXPECT_THAT(error_of(std::string("u,i,1\nu,a\0b,2\n", 14)), StartsWith("r.csv:2: a NUL byte"));
  EXPECT_EQ(entries(read("u,caf\xE9,1\n", {.encoding = Encoding::latin1})), "u caf\xC3\xA9 1\n");
}

TEST_F(RatingsInput, NumbersAreTheSameInEveryLocale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const char* german = std::setlocale(LC_ALL, "de_DE.UTF-8");  // Null where it is not installed.
  EXPECT_EQ(entries(read("u,i,3.5\nu,j,1000\n")), "u i 3.5\nu j 1000\n");
  EXPECT_THAT(error_of("u;i;3.5\nu;j;3,5\n"), HasSubstr("decimals are written with a point"));
  EXPECT_THAT(to_text(read("u,i,3.5\nu,j,1000\n").summary), HasSubstr(" 3.5  "));
  for (const char* bad : {"1_000", "0x10", "1 000", "three", "5.", "--1", "+-1"}) {
    const bool fine = std::string(bad) == "5.";
    EXPECT_EQ(error_of(std::string("u,i,1\nu,j,") + bad + "\n") == "no error", fine) << bad;
  }
  if (german != nullptr) std::setlocale(LC_ALL, "C");
  std::locale::global(before);
}

// A text with all that a chunk could be cut through: quotes, doubled quotes, CRLF, line
// feeds and separators inside quotes, characters of several bytes.
std::string intricate_text() {
  std::string text = "\r\nuser,item,rating,timestamp\r\n";
  for (int i = 0; i < 40; ++i) {
    const std::string number = std::to_string(i * 7919 % 13);
    text += i % 3 == 0 ? "\"u\n" + number + "\"" : "u" + number;
    text += i % 4 == 0 ? ",\"i \"\"" + number + "\"\",\r\n\"" : ",\xE2\x82\xAC" + number;
    text += i % 11 == 5 ? ",x," : ",3.5,";
    text += std::to_string(1000 - i) + (i % 2 == 0 ? "\r\n" : "\n");
    if (i % 7 == 0) text += "\n";
  }
  return text;
}

TEST_F(RatingsInput, NeitherChunkSizeNorThreadCountLeavesATrace) {
  const std::string text = intricate_text();
  const auto path = write(text);
  ThreadPool one(1);
  const RatingsOptions whole = {.on_bad = OnBad::skip};
  const Ratings expected = read_ratings(path, whole, one);
  ASSERT_EQ(expected.summary.row_count, 36U);
  ASSERT_EQ(expected.summary.bad_row_count, 4U);
  const std::string expected_summary = to_json(expected.summary).dump();
  const std::string expected_error = error_of_file(path);
  for (int threads = 1; threads <= 8; ++threads) {
    ThreadPool pool(threads);
    for (std::size_t chunk_bytes = 1; chunk_bytes <= 4096;
         chunk_bytes += chunk_bytes < 300 ? 1 : 97) {
      RatingsOptions options = whole;
      options.chunk_bytes = chunk_bytes;
      const Ratings found = read_ratings(path, options, pool);
      ASSERT_EQ(found.interactions, expected.interactions) << chunk_bytes << " " << threads;
      ASSERT_EQ(to_json(found.summary).dump(), expected_summary) << chunk_bytes;
      if (threads != 2) continue;
      ASSERT_EQ(error_of_file(path, {.chunk_bytes = chunk_bytes}), expected_error);
    }
  }
}

TEST_F(RatingsInput, EqualRatingsAndASingleRatingAreFine) {
  const Ratings equal = read("u,i,3\nu,j,3\nv,i,3\n");
  EXPECT_EQ(equal.summary.value_counts, (std::map<float, std::size_t>{{3.0F, 3}}));
  EXPECT_THAT(to_text(equal.summary), HasSubstr("100.0 %"));
  const Ratings single = read("u,i,3\n");
  EXPECT_EQ(single.summary.pair_count, 1U);
  EXPECT_THAT(to_text(single.summary), HasSubstr("1 user, 1 item, 1 rating"));
}

TEST_F(RatingsInput, AUserWithoutItemsHasAnEmptyRow) {
  const Interactions all = read("1 5 6\n2\n3 5\n", {.item_lists = true}).interactions;
  ASSERT_EQ(all.users.size(), 3U);
  EXPECT_EQ(all.by_user.row_size(1), 0U);
}

TEST_F(RatingsInput, NotATextFile) {
  EXPECT_THAT(error_of("PK\x03\x04 and so on"), HasSubstr("is a zip archive"));
  EXPECT_THAT(error_of_file(folder_.path()), HasSubstr("is a directory, not a file"));
  EXPECT_EQ(error_of_file(folder_ / "no.csv"), "there is no file 'no.csv'");
  EXPECT_EQ(error_of_file("/dev/null"), "/dev/null: the file is empty");
  const auto odd = write("u,i,x\nu,i,y\n", "two\nlines.csv");
  EXPECT_THAT(error_of_file(odd, {.header = false}), StartsWith("two\\nlines.csv:1: column 3"));
  EXPECT_THAT(error_of("\x1F\x8B\x08 and so on"), HasSubstr("damaged gzip data"));
}

TEST_F(RatingsInput, AFifoWorks) {
  const auto path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path) << "u,i,1\nv,j,2\n"; });
  EXPECT_EQ(entries(read_ratings(path, {}, pool_)), "u i 1\nv j 2\n");
  writer.join();
}

TEST_F(RatingsInput, TimestampsAreAnyWholeNumbers) {
  EXPECT_EQ(entries(read("user,item,timestamp\nu,i,-1\nu,j,253402300799\nu,k,1546398245000\n"
                         "u,l,9223372036854775807\n")),
            "u i 1 @-1\nu j 1 @253402300799\nu k 1 @1546398245000\nu l 1 @9223372036854775807\n");
  for (const char* bad : {"9223372036854775808", "2019-13-01", "2019-02-29", "yesterday", "1e30"}) {
    EXPECT_THAT(error_of(std::string("user,item,timestamp\nu,i,") + bad + "\n"),
                StartsWith("r.csv:2: column 'timestamp': '"))
        << bad;
  }
}

TEST_F(RatingsInput, DatesOfEitherOrderAreAnErrorThatShowsBoth) {
  const std::string head = "user,item,timestamp\n";
  EXPECT_EQ(error_of(head + "u,i,03/04/2015\nu,j,04/05/2015\n"),
            "r.csv: column 'timestamp': the order of day and month is not clear: day first "
            "('03/04/2015'), or month first ('03/04/2015'); choose with --time-format dmy or "
            "--time-format mdy");
  // date -u -d '2015-04-03' +%s, '2015-04-27', '2015-03-04'
  EXPECT_EQ(entries(read(head + "u,i,03/04/2015\nu,j,27/04/2015\n")),
            "u i 1 @1428019200\nu j 1 @1430092800\n");
  EXPECT_EQ(entries(read(head + "u,i,03/04/2015\n", {.time_format = "mdy"})),
            "u i 1 @1425427200\n");
  EXPECT_THAT(error_of(head + "u,i,27/04/2015\nu,j,04/27/2015\n"),
              HasSubstr("cannot be dates of one order of day and month"));
}

TEST_F(RatingsInput, FractionsOfASecondDecide) {
  EXPECT_EQ(entries(read("user,item,rating,timestamp\nu,A,5,1500000001.75\nu,A,1,1500000001.25\n")),
            "u A 5 @1500000001750\n");
  // The first fraction lies behind what is looked at first.
  std::string text = "user,item,rating,timestamp\nu,A,5,1500000001\n";
  while (text.size() < 300'000) text += "v,B" + std::to_string(text.size()) + ",3,1400000000\n";
  text += "u,A,1,1500000000.5\nu,A,2,1500000000.25\n";
  const Ratings read_all = read(text, {.chunk_bytes = 4096});
  EXPECT_EQ(read_all.interactions.by_user.values[0], 5.0F);
  EXPECT_EQ(read_all.interactions.timestamps[0], 1'500'000'001'000'000'000);
}

TEST_F(RatingsInput, NamesThatNobodyKnowsAreNotTakenByPosition) {
  EXPECT_THAT(error_of("alpha,beta,gamma\n1,2,3\n1,3,4\n"),
              StartsWith("r.csv: 3 columns ('alpha', 'beta', 'gamma'), and which are the user and "
                         "the item is not clear"));
  EXPECT_EQ(read("Member_number,Date,itemDescription\n1,21-07-2015,milk\n2,05-01-2015,tea\n")
                .summary.item_count,
            2U);
}

TEST_F(RatingsInput, EveryGuessSaysWhyAndHowToSayOtherwise) {
  const Ratings guessed = read("Anna Smith\t10\t5\nBen Jones\t11\t4\n");
  std::string text;
  for (const Guess& guess : guessed.summary.guesses) text += guess.about + "=" + guess.taken + " ";
  EXPECT_EQ(text, "separator=tab header=none user=column 1 item=column 2 rating=column 3 ");
  EXPECT_TRUE(read("user,item,rating\n1,2,3\n", {.separator = ",", .header = true})
                  .summary.guesses.empty());
}

TEST_F(RatingsInput, ListsMayBePaddedAndHoldSpaces) {
  const Ratings lists =
      read("shrimp,almonds,dark avocado\nburgers,,\ncup,wine,\n", {.item_lists = true});
  EXPECT_EQ(lists.summary.user_count, 3U);
  EXPECT_EQ(lists.summary.item_count, 3U);
  EXPECT_TRUE(lists.interactions.items.find("dark avocado").has_value());
}

}  // namespace
}  // namespace kindred::data
