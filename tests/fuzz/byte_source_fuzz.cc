// Any bytes either unpack, to the same text whatever the size of the reads, or are an
// Error, the same one too.

#include <string>

#include "kindred/base/byte_source.h"
#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "tests/fuzz/memory_file.h"

namespace {

// A small input may unpack to much: this is enough of it.
constexpr std::size_t kReadBytesMax = std::size_t{1} << 20U;

std::string read(const std::filesystem::path& path, std::size_t block_bytes) {
  std::string all;
  try {
    kindred::ByteSource source(path);
    std::string block(block_bytes, '\0');
    while (all.size() < kReadBytesMax) {
      const std::size_t got = source.read(block);
      all.append(block, 0, got);
      if (got < block.size()) return all;
    }
  } catch (const kindred::Error& error) {
    return error.what();
  }
  return "long";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const kindred::test::MemoryFile file(data, size);
  const std::string whole = read(file.path(), kReadBytesMax);
  KINDRED_CHECK(read(file.path(), 1000) == whole || whole == "long");
  return 0;
}
