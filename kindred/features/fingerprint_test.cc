#include "kindred/features/fingerprint.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace kindred::features {
namespace {

std::string alphabet(std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

// Printed by util::Fingerprint64 of Debian's libfarmhash 0~git20190513 for "abc...".
TEST(Fingerprint, AgreesWithFarmHashForEveryClassOfLengths) {
  const std::vector<std::pair<std::size_t, std::uint64_t>> expected = {
      {0, 11160318154034397263U}, {3, 2640714258260161385U},    {7, 4341691227789030229U},
      {16, 6080716761534418621U}, {32, 18417110746069939610U},  {64, 11261912070464707578U},
      {65, 2608948203458330154U}, {128, 14061449006046005066U}, {1000, 4310402935697217687U}};
  for (const auto& [length, hash] : expected) {
    EXPECT_EQ(fingerprint64(alphabet(length)), hash) << length;
  }
  EXPECT_EQ(fingerprint64("Hello"), 15404698994557526151U);
}

TEST(Fingerprint, ReadsNothingBeyondTheText) {
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string text = alphabet(length);
    const std::string within = "x" + text + "yz";
    EXPECT_EQ(fingerprint64(std::string_view(within).substr(1, length)), fingerprint64(text));
  }
}

TEST(Fingerprint, NumbersAreHashedAsTheirText) {
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-7}, std::int64_t{1234567890123},
                                    std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(fingerprint64(number), fingerprint64(std::to_string(number)));
  }
}

TEST(Fingerprint, JoiningDependsOnTheOrder) {
  const std::uint64_t hello = fingerprint64("Hello");
  const std::uint64_t world = fingerprint64("World");
  EXPECT_EQ(fingerprint_cat(hello, world), 16877292868973613377U);  // As TensorFlow's own test.
  EXPECT_NE(fingerprint_cat(world, hello), fingerprint_cat(hello, world));
}

TEST(SipHash, AgreesWithItsPaperAndWithTensorFlow) {
  // Appendix A of the paper: the key 00..0f, the message 00..0e.
  std::string message;
  for (char byte = 0; byte < 15; ++byte) message += byte;
  EXPECT_EQ(sip_hash({0x0706050403020100U, 0x0f0e0d0c0b0a0908U}, message), 0xa129ca6149be45e5U);
  EXPECT_EQ(sip_hash({98765, 132}, "a"), 7157389809176466784U);
  EXPECT_NE(sip_hash({98765, 133}, "a"), 7157389809176466784U);
}

}  // namespace
}  // namespace kindred::features
