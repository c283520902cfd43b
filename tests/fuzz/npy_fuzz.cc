// Any bytes either are an array that fits together, or an Error; the same for archives.

#include <string_view>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/data/npy.h"
#include "tests/fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::data;
  try {
    check_tensor(parse_npy({reinterpret_cast<const char*>(data), size}, "fuzz"), "fuzz");
  } catch (const kindred::Error&) {
    // As promised.
  }
  const kindred::test::MemoryFile file(data, size);
  try {
    check_batch(read_npz(file.path()));
  } catch (const kindred::Error&) {
    // As promised.
  }
  return 0;
}
