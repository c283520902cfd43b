#include "kindred/model/lists_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kindred/model/parts.h"
#include "kindred/storage/container.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

class ListsFile : public ::testing::Test {
 protected:
  ListsFile() {
    for (const char* label : {"ann", "bob", "cyd", "dee"}) users_.insert(label);
    for (const char* label : {"x", "yy", "zzz"}) items_.insert(label);
  }
  void write(const std::string& records, std::span<const std::uint32_t> rows) {
    test::write_bytes(folder_ / "records", records);
    Json facts;
    facts.set("k", 3);
    write_lists(folder_ / "lists.safetensors", folder_ / "records", {users_, rows, items_}, facts);
  }
  std::string error_of(const std::string& records) {
    return test::error_of([&] { write(records, rows_); });
  }

  test::TemporaryFolder folder_;
  data::Vocabulary users_;
  data::Vocabulary items_;
  std::vector<std::uint32_t> rows_ = {3, 1, 0};
  const std::vector<ListEntry> two_ = {{2, 0.5F}, {0, -1.0F}};
};

TEST_F(ListsFile, HoldsWhatTheRecordsSay) {
  write(list_record(two_, false) + list_record({}, false) +
            list_record(std::span(two_).first(1), true),
        rows_);
  storage::ContainerReader reader(folder_ / "lists.safetensors", {"kindred lists", 1});
  EXPECT_EQ(reader.read<std::uint64_t>("list.offsets", {4}),
            (std::vector<std::uint64_t>{0, 2, 2, 3}));
  EXPECT_EQ(reader.read<std::uint32_t>("list.items", {3}), (std::vector<std::uint32_t>{2, 0, 2}));
  EXPECT_EQ(reader.read<float>("list.scores", {3}), (std::vector<float>{0.5F, -1.0F, 0.5F}));
  EXPECT_EQ(reader.read<std::uint8_t>("list.by_popularity", {3}),
            (std::vector<std::uint8_t>{0, 0, 1}));
  const auto bytes = reader.read<std::uint8_t>("user.labels", {9});
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "deebobann");
  EXPECT_EQ(reader.read<std::uint64_t>("item.labels.offsets", {4}),
            (std::vector<std::uint64_t>{0, 1, 3, 6}));
  EXPECT_EQ(reader.content().at("facts").at("k").as_int(), 3);
  reader.verify_others();
}

TEST_F(ListsFile, RecordsThatDoNotFitAreErrors) {
  const std::string one = list_record(two_, false);
  const std::string three = one + one + one;
  EXPECT_EQ(error_of(three), "no error");
  EXPECT_NE(error_of(one + one).find("cut off"), std::string::npos);
  EXPECT_NE(error_of(three.substr(0, three.size() - 1)).find("cut off"), std::string::npos);
  EXPECT_NE(error_of(three + one).find("more records than people"), std::string::npos);
  const std::vector<ListEntry> unknown = {{3, 0.5F}};
  EXPECT_NE(error_of(list_record(unknown, false) + one + one).find("item 3"), std::string::npos);
  const std::vector<ListEntry> nan = {{1, NAN}};
  EXPECT_NE(error_of(list_record(nan, false) + one + one).find("nan"), std::string::npos);
}

// Right checksums do not make lists: each change is sealed anew.
TEST_F(ListsFile, CheckRefusesWhatTheWriterWouldNot) {
  const auto problem = [&](std::vector<std::uint64_t> offsets, std::vector<std::uint32_t> items,
                           std::vector<float> scores, std::uint8_t popular) {
    const std::vector<std::uint8_t> by_popularity = {0, popular};
    PartWriter parts;
    parts.writer().add("list.offsets", {offsets.size()}, std::span<const std::uint64_t>(offsets));
    parts.writer().add("list.items", {items.size()}, std::span<const std::uint32_t>(items));
    parts.writer().add("list.scores", {scores.size()}, std::span<const float>(scores));
    parts.writer().add("list.by_popularity", {2}, std::span<const std::uint8_t>(by_popularity));
    parts.add_labels("user", users_, std::span(rows_).first(2));
    parts.add_labels("item", items_);
    Json content;
    content.set("people", 2);
    content.set("items", 3);
    content.set("entries", std::uint64_t{items.size()});
    parts.writer().write(folder_ / "l.safetensors", {"kindred lists", 1}, std::move(content));
    return test::error_of([&] { check_lists(folder_ / "l.safetensors"); });
  };
  EXPECT_EQ(problem({0, 2, 3}, {2, 0, 2}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({0, 3, 2}, {2, 0, 2}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({1, 2, 3}, {2, 0, 2}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({0, 2, 2}, {2, 0, 2}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({0, 3}, {2, 0, 1}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({0, 2, 3}, {2, 0, 3}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({0, 2, 3}, {2, 2, 0}, {1, 0, 1}, 1), "no error");
  EXPECT_NE(problem({0, 2, 3}, {2, 0, 2}, {1, NAN, 1}, 1), "no error");
  EXPECT_NE(problem({0, 2, 3}, {2, 0, 2}, {1, 0, 1}, 2), "no error");
  EXPECT_NE(problem({0, 2, 3}, {2, 0, 2}, {1, 0}, 0), "no error");
}

}  // namespace
}  // namespace kindred::model
