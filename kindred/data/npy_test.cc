#include "kindred/data/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "kindred/base/error.h"
#include "kindred/data/dataset.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

// A file as NumPy writes it.
std::string npy(const std::string& descr, const std::string& shape, std::string_view values,
                const char* fortran = "False") {
  std::string dictionary =
      "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size());
  bytes += '\0';
  return bytes + dictionary + std::string(values);
}

template <typename Value>
std::string raw(std::initializer_list<Value> values) {
  std::string bytes(values.size() * sizeof(Value), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

std::string error_of(const std::string& bytes) {
  return test::error_of([&] { parse_npy(bytes, "a.npy"); });
}

TEST(Npy, EveryTypeOfNumberIsRead) {
  EXPECT_EQ(parse_npy(npy("<f4", "(2,)", raw({1.5F, -2.0F})), "a"),
            column(std::vector<float>{1.5F, -2.0F}));
  EXPECT_EQ(parse_npy(npy("<f8", "(1, 2)", raw({0.1, 2.0})), "a"),
            matrix(std::vector<double>{0.1, 2.0}, 2));
  EXPECT_EQ(parse_npy(npy("<f2", "(3,)", raw<std::uint16_t>({0x3C00, 0xC100, 0x0001})), "a"),
            column(std::vector<float>{1.0F, -2.5F, 0x1p-24F}));
  EXPECT_EQ(parse_npy(npy("|i1", "(1,)", raw<std::int8_t>({-3})), "a"),
            column(std::vector<std::int64_t>{-3}));
  EXPECT_EQ(parse_npy(npy("<u2", "(1,)", raw<std::uint16_t>({65535})), "a"),
            column(std::vector<std::int64_t>{65535}));
  EXPECT_EQ(parse_npy(npy("|b1", "(2,)", raw<std::uint8_t>({0, 1})), "a"),
            column(std::vector<std::int64_t>{0, 1}));
  EXPECT_THAT(error_of(npy("<u8", "(1,)", raw<std::uint64_t>({~0ULL}))),
              ::testing::HasSubstr("does not fit int64"));
}

TEST(Npy, TextIsReadInBothForms) {
  EXPECT_EQ(parse_npy(npy("|S3", "(2,)", std::string_view("ab\0xyz", 6)), "a"),
            column(TextList{"ab", "xyz"}));
  EXPECT_EQ(parse_npy(npy("<U2", "(2,)", raw<std::uint32_t>({'a', 0, 0xFC, 0x1F600})), "a"),
            column(TextList{"a", "ü😀"}));
  EXPECT_THAT(error_of(npy("|S1", "(1,)", "\xFF")), ::testing::HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of(npy("<U1", "(1,)", raw<std::uint32_t>({0xD800}))),
              ::testing::HasSubstr("no character"));
}

TEST(Npy, ColumnsFirstBecomeRowsFirst) {
  EXPECT_EQ(parse_npy(npy("<i4", "(2, 3)", raw<std::int32_t>({1, 4, 2, 5, 3, 6}), "True"), "a"),
            matrix(std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}, 3));
}

TEST(Npy, WhatIsBrokenOrForeignIsNamed) {
  const std::string good = npy("<f4", "(2,)", raw({1.5F, -2.0F}));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_NE(error_of(good.substr(0, length)), "no error") << length;
  }
  EXPECT_THAT(error_of(good + "x"), ::testing::HasSubstr("1 bytes too many"));
  EXPECT_THAT(error_of(npy("|O", "(2,)", "")), ::testing::HasSubstr("a.npy: "));
  EXPECT_THAT(error_of(npy("|O8", "(2,)", "")), ::testing::HasSubstr("'|O8' are not read"));
  EXPECT_THAT(error_of(npy(">f4", "(1,)", raw({1.0F}))), ::testing::HasSubstr("big-endian"));
  EXPECT_THAT(error_of(npy("<f4", "(4611686018427387904, 8)", "")),
              ::testing::HasSubstr("larger than any memory"));
  EXPECT_THAT(error_of(npy("<f4", "(1000000000000,)", "")), ::testing::HasSubstr("cut off"));
  EXPECT_THAT(error_of(npy("<f4", "()", raw({1.0F}))), ::testing::HasSubstr("no rows"));
}

TEST(Npy, TheWriterSaysAtTheEndHowManyRowsThereAre) {
  const test::TemporaryFolder folder;
  NpyWriter writer(folder / "m.npy", 3);
  for (int i = 0; i < 1000; ++i) writer.append(std::vector<float>{1, 2, static_cast<float>(i)});
  EXPECT_FALSE(std::filesystem::exists(folder / "m.npy"));
  writer.commit();
  const Tensor read = read_npy(folder / "m.npy");
  EXPECT_EQ(read.shape, (std::vector<std::size_t>{1000, 3}));
  EXPECT_EQ(read.floats()[2999], 999.0F);
}

// An archive as numpy.savez writes it, made with the zip library's own tool-independent form:
// one member, stored.
TEST(Npz, MembersAreFeatures) {
  const test::TemporaryFolder folder;
  const std::string member = npy("<i4", "(2,)", raw<std::int32_t>({7, 8}));
  const auto u16 = [](std::size_t value) {
    return std::string{static_cast<char>(value), static_cast<char>(value >> 8U)};
  };
  const auto u32 = [&](std::size_t value) { return u16(value & 0xFFFF) + u16(value >> 16U); };
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char byte : member) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  const std::string sizes = u32(~crc) + u32(member.size()) + u32(member.size());
  const std::string zeros4(4, '\0');
  const std::string local = "PK\x03\x04" + u16(20) + u16(0) + u16(0) + zeros4 + sizes + u16(5) +
                            u16(0) + "x.npy" + member;
  const std::string central = "PK\x01\x02" + u16(20) + u16(20) + u16(0) + u16(0) + zeros4 + sizes +
                              u16(5) + u16(0) + u16(0) + u16(0) + u16(0) + u32(0) + u32(0) +
                              "x.npy";
  test::write_bytes(folder / "a.npz", local + central + "PK\x05\x06" + u16(0) + u16(0) + u16(1) +
                                          u16(1) + u32(central.size()) + u32(local.size()) +
                                          u16(0));
  const Batch batch = read_npz(folder / "a.npz");
  EXPECT_EQ(batch.at("x"), column(std::vector<std::int64_t>{7, 8}));
  test::write_bytes(folder / "b.npz", "PK\x03\x04 nothing");
  EXPECT_THROW(read_npz(folder / "b.npz"), Error);
  EXPECT_THROW(read_npz(folder / "none.npz"), Error);
}

// Python: zipfile.ZipFile("deflated.npz", "w", ZIP_DEFLATED), with forty ones as x.npy.
TEST(Npz, CompressedMembersAreRead) {
  const Batch batch = read_npz(KINDRED_SOURCE_DIR "/tests/fuzz/corpus/npy/deflated.npz");
  EXPECT_EQ(batch.at("x"), column(std::vector<float>(40, 1.0F)));
  EXPECT_EQ(Dataset::from_batch(batch).batch(40).cardinality(), 1);
}

}  // namespace
}  // namespace kindred::data
