// Any bytes either are a model that fits together, or an Error: as they are, and again
// with every checksum made right, as somebody who means harm would.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/model/io.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/safetensors.h"
#include "tests/fuzz/memory_file.h"

namespace kindred {
namespace {

constexpr std::string_view kZeroDigits = "0000000000000000";

std::string length_bytes(const std::string& header) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes;
}

std::uint64_t checksum_of(std::string_view bytes) {
  return storage::checksum(std::as_bytes(std::span(bytes)));
}

// The manifest with the checksums of what `data` really holds.
std::string with_right_checksums(const storage::SafetensorsHeader& header,
                                 std::string_view manifest_text, std::string_view data) {
  Json manifest = Json::parse(manifest_text);
  if (!manifest.is_object()) throw Error(ErrorCode::corrupt, "no manifest");
  Json checksums{Json::Object{}};
  for (const storage::TensorInfo& tensor : header.tensors) {
    const std::uint64_t sum = checksum_of(data.substr(tensor.begin, tensor.byte_count));
    checksums.set(tensor.name, storage::to_hex(sum));
  }
  manifest.set("checksums", std::move(checksums));
  return manifest.dump();
}

// The same file with right checksums, where its header can be read at all.
std::optional<std::string> sealed(std::string_view bytes) {
  std::uint64_t length = 0;
  if (bytes.size() < 8) return std::nullopt;
  std::memcpy(&length, bytes.data(), 8);
  if (length > bytes.size() - 8) return std::nullopt;
  const std::string_view data = bytes.substr(8 + length);
  try {
    storage::SafetensorsHeader header = storage::parse_header(bytes.substr(8, length), data.size());
    const std::string* manifest = header.find_metadata("manifest");
    if (manifest == nullptr) return std::nullopt;
    header.metadata = {{"header_checksum", std::string(kZeroDigits)},
                       {"manifest", with_right_checksums(header, *manifest, data)}};
    std::string text = storage::print_header(header);
    const std::string digits = storage::to_hex(checksum_of(length_bytes(text) + text));
    text.replace(text.find(kZeroDigits), kZeroDigits.size(), digits);
    return length_bytes(text) + text + std::string(data);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void load(std::string_view bytes) {
  const test::MemoryFile file(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  try {
    model::validate(model::load(file.path()));
  } catch (const Error& error) {
    KINDRED_CHECK(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported ||
                  error.code() == ErrorCode::out_of_memory);
  }
}

}  // namespace
}  // namespace kindred

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kindred::load(bytes);
  if (const auto sealed = kindred::sealed(bytes)) kindred::load(*sealed);
  return 0;
}
