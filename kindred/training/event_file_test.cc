#include "kindred/training/event_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "kindred/base/error.h"
#include "tests/support/temporary_folder.h"

namespace kindred::training {
namespace {

using namespace std::string_literals;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The check value of the Castagnoli polynomial, and those of RFC 3720, B.4.
TEST(EventFile, Crc32cOfKnownBytes) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
}

// The records of a file: each of the right length and checksum.
std::vector<std::string> messages_of(std::string bytes) {
  std::vector<std::string> messages;
  while (!bytes.empty()) {
    const auto size = static_cast<unsigned char>(bytes.at(0));  // All are below 256 here.
    const std::string message = bytes.substr(12, size);
    EXPECT_EQ(bytes.substr(0, size + 16U), event_record(message));
    messages.push_back(message);
    bytes.erase(0, size + 16U);
  }
  return messages;
}

TEST(EventFile, HoldsOneEventForEachStep) {
  const test::TemporaryFolder folder;
  EventFile file(folder.path() / "train");
  const std::vector<std::pair<std::string, double>> scores = {{"epoch_loss", 0.5},
                                                              {"epoch_auc", 1.0}};
  file.add(300, scores);
  EXPECT_TRUE(file.path().filename().string().starts_with("events.out.tfevents."));
  const std::vector<std::string> messages = messages_of(read_file(file.path()));
  ASSERT_EQ(messages.size(), 2U);
  // Behind the wall time: the version as field 3, text.
  EXPECT_EQ(messages[0].substr(9),
            "\x1a\x0d"
            "brain.Event:2"s);
  // The step as field 2, a varint of 300; the summary as field 5: two values of tag and float.
  EXPECT_EQ(messages[1].substr(9),
            "\x10\xac\x02\x2a\x25"
            "\x0a\x11\x0a\x0a"
            "epoch_loss"
            "\x15\x00\x00\x00\x3f"
            "\x0a\x10\x0a\x09"
            "epoch_auc"
            "\x15\x00\x00\x80\x3f"s);
}

TEST(EventFile, FoldersThatCannotBeMadeAreNamed) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";
  EXPECT_THROW(EventFile(folder.path() / "file" / "train"), Error);
}

}  // namespace
}  // namespace kindred::training
