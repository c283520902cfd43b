#include "kindred/data/idx.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

using namespace std::string_literals;

TEST(Idx, ReadsShapeAndValues) {
  const auto array = parse_idx("\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "abcdef", "x");
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(array.values, (std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
}

TEST(Idx, RefusesBytesThatContradictThemselves) {
  for (const std::string& bad :
       {""s, "\0\0\x08"s, "\0\0\x0D\x01\0\0\0\x01"s + "a", "\0\0\x08\x02\0\0\0\x02"s,
        "\0\0\x08\x01\0\0\0\x02"s + "a", "\0\0\x08\x01\0\0\0\x02"s + "abc", "\0\0\x08\x01\0\0\0\0"s,
        "\0\0\x08\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,
        "\0\0\x08\x05"s}) {
    EXPECT_THROW(parse_idx(bad, "x"), Error);
  }
}

}  // namespace
}  // namespace kindred::data
