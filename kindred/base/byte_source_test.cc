#include "kindred/base/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <string>

#include "kindred/base/error.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using ::testing::HasSubstr;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// With a checksum, as the zstd program writes it.
std::string zstd(const std::string& text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

// Text that does not shrink to nothing.
std::string sample_text(std::size_t bytes) {
  std::string text;
  for (std::uint32_t state = 1; text.size() < bytes; state = state * 1664525U + 1013904223U) {
    text += std::to_string(state >> 20U) + ",";
  }
  text.resize(bytes);
  return text;
}

class ByteSourceFile : public ::testing::Test {
 protected:
  std::string read(const std::string& bytes, std::size_t block_bytes = 1000) {
    const auto path = folder_ / "f";
    std::filesystem::remove(path);  // Much faster than truncating it, on ext4.
    std::ofstream(path, std::ios::binary) << bytes;
    ByteSource source(path);
    std::string all;
    std::string block(block_bytes, '\0');
    while (true) {
      const std::size_t got = source.read(block);
      all.append(block, 0, got);
      if (got < block.size()) break;
    }
    EXPECT_EQ(source.read(block), 0U) << "the end stays the end";
    EXPECT_EQ(source.file_bytes(), bytes.size());
    return all;
  }
  std::string error_of(const std::string& bytes) {
    return test::error_of([&] { read(bytes); });
  }

  test::TemporaryFolder folder_;
};

TEST_F(ByteSourceFile, PlainAndPackedFilesReadTheSame) {
  for (const std::size_t bytes : {0U, 1U, 9U, 999U, 1000U, 1001U, 131072U, 131073U, 1000000U}) {
    const std::string text = sample_text(bytes);
    for (const std::size_t block_bytes : {7U, 1000U, 300000U}) {
      ASSERT_EQ(read(text, block_bytes), text) << bytes;
      ASSERT_EQ(read(gzip(text), block_bytes), text) << bytes;
      ASSERT_EQ(read(zstd(text), block_bytes), text) << bytes;
    }
  }
}

TEST_F(ByteSourceFile, SeveralMembersAndFramesAreOneText) {
  EXPECT_EQ(read(gzip("one,") + gzip("") + gzip("two")), "one,two");
  EXPECT_EQ(read(gzip("one") + std::string(700000, '\0')), "one") << "padding, as tape drives add";
  EXPECT_EQ(read(zstd("one,") + zstd("") + zstd("two")), "one,two");
  const std::string skippable("\x50\x2A\x4D\x18\x03\0\0\0abc", 11);
  EXPECT_EQ(read(skippable + zstd("one") + skippable + zstd("two")), "onetwo");
}

TEST_F(ByteSourceFile, TrailingBytesAreAnErrorThatNamesTheOffset) {
  const std::string packed = gzip("one");
  EXPECT_THAT(error_of(packed + "garbage"),
              HasSubstr("trailing bytes that are not gzip at byte " +
                        std::to_string(packed.size()) + " of the compressed file"));
  EXPECT_THAT(error_of(packed + std::string(3, '\0') + packed), HasSubstr("trailing bytes"));
  EXPECT_THAT(error_of(zstd("one") + "garbage"), HasSubstr("damaged zstd data"));
}

TEST_F(ByteSourceFile, CutOffAnywhereIsAnError) {
  const std::string text = sample_text(1000);
  for (const std::string& packed : {gzip(text), zstd(text)}) {
    for (std::size_t bytes = 4; bytes < packed.size(); ++bytes) {
      ASSERT_THAT(error_of(packed.substr(0, bytes)), HasSubstr("cut off")) << bytes;
    }
  }
}

TEST_F(ByteSourceFile, NoFlippedBitGoesUnnoticed) {
  const std::string text = sample_text(100);
  for (const std::string& packed : {gzip(text), zstd(text)}) {
    // The first bytes say what the file is, and gzip's header has bytes without a meaning.
    for (std::size_t byte = 10; byte < packed.size(); ++byte) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string damaged = packed;
        damaged[byte] = static_cast<char>(static_cast<unsigned char>(damaged[byte]) ^ (1U << bit));
        try {
          ASSERT_EQ(read(damaged), text) << byte << " " << bit;
        } catch (const Error& error) {
          ASSERT_EQ(error.code(), ErrorCode::corrupt);
        }
      }
    }
  }
}

// However much a small file unpacks to, it comes in pieces of the size that was asked for.
TEST_F(ByteSourceFile, ABombIsUnpackedInPieces) {
  std::string bomb;
  const std::string member = gzip(std::string(std::size_t{1} << 20U, '0'));
  for (int i = 0; i < 100; ++i) bomb += member;
  const auto path = folder_ / "bomb";
  std::ofstream(path, std::ios::binary) << bomb;
  ByteSource source(path);
  std::string block(4096, '\0');
  std::size_t total = 0;
  while (const std::size_t got = source.read(block)) total += got;
  EXPECT_EQ(total, std::size_t{100} << 20U);
}

TEST_F(ByteSourceFile, WhatCannotBeReadIsNamed) {
  const auto error_of_path = [](const std::filesystem::path& path) -> std::string {
    try {
      const ByteSource source(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of_path("no/such/file"), HasSubstr("there is no file 'no/such/file'"));
  EXPECT_THAT(error_of_path(folder_.path()), HasSubstr("is a directory, not a file"));
  EXPECT_THAT(error_of_path("/proc/self/mem"), HasSubstr("cannot read '/proc/self/mem' at byte 0"));
  EXPECT_THAT(error_of("PK\x03\x04 and so on"), HasSubstr("is a zip archive"));
  EXPECT_THAT(error_of(std::string("\xFD\x37\x7A\x58\x5A\x00", 6)), HasSubstr("is a xz archive"));
  EXPECT_THAT(error_of("BZh91AY&SYabc"), HasSubstr("is a bzip2 archive"));
  EXPECT_EQ(read("BZhello"), "BZhello");
}

}  // namespace
}  // namespace kindred
