// Any bytes either are JSON, and then survive being printed and read again, or an Error.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const kindred::Json value = kindred::Json::parse(text);
    const std::string printed = value.dump();
    KINDRED_CHECK(kindred::Json::parse(printed).dump() == printed);
  } catch (const kindred::Error& error) {
    KINDRED_CHECK(error.code() == kindred::ErrorCode::corrupt);
  }
  return 0;
}
