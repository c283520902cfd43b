// Any text either is a history that somebody could have typed, or an Error.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/recommendation/history.h"
#include "tests/fuzz/memory_file.h"

namespace {

template <typename Read>
void try_reading(Read read) {
  try {
    const auto entries = read();
    KINDRED_CHECK(!entries.empty());
    for (const kindred::recommendation::HistoryEntry& entry : entries) {
      KINDRED_CHECK(!entry.item.empty());
      KINDRED_CHECK(!entry.rating || std::isfinite(*entry.rating));
    }
  } catch (const kindred::Error&) {
    // As promised.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::recommendation;
  try_reading([&] { return parse_history({reinterpret_cast<const char*>(data), size}); });
  const kindred::test::MemoryFile file(data, size);
  try_reading([&] { return read_history(file.path()); });
  return 0;
}
