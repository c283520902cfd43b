// The JSON of a safetensors header: reading it as hostile text, and printing it.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/json.h"
#include "kindred/base/size.h"
#include "kindred/storage/safetensors.h"

namespace kindred::storage {
namespace {

struct TypeFacts {
  DataType type;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<TypeFacts, 13> kTypes = {{
    {DataType::BOOL, "BOOL", 1},
    {DataType::U8, "U8", 1},
    {DataType::I8, "I8", 1},
    {DataType::I16, "I16", 2},
    {DataType::U16, "U16", 2},
    {DataType::F16, "F16", 2},
    {DataType::BF16, "BF16", 2},
    {DataType::I32, "I32", 4},
    {DataType::U32, "U32", 4},
    {DataType::F32, "F32", 4},
    {DataType::F64, "F64", 8},
    {DataType::I64, "I64", 8},
    {DataType::U64, "U64", 8},
}};

constexpr std::string_view kMetadataKey = "__metadata__";
constexpr std::size_t kHeaderAlignment = 8;

[[noreturn]] void corrupt(const std::string& message) { throw Error(ErrorCode::corrupt, message); }

DataType parse_type(const std::string& tensor, const std::string& text) {
  for (const TypeFacts& facts : kTypes) {
    if (facts.name == text) return facts.type;
  }
  throw Error(ErrorCode::unsupported,
              fmt::format("tensor '{}' has the type '{}', which is not known here", tensor, text));
}

std::uint64_t unsigned_number(const std::string& tensor, const char* what, const Json& value) {
  if (!value.is_integer() || value.as_double() < 0) {
    corrupt(fmt::format("tensor '{}': '{}' holds {}, not a count", tensor, what, value.dump()));
  }
  return read_word(value, what);
}

const Json::Array& array_of(const std::string& tensor, const char* what, const Json& entry) {
  const Json* value = entry.find(what);
  if (value == nullptr || !value->is_array()) {
    corrupt(fmt::format("tensor '{}' has no list '{}'", tensor, what));
  }
  return value->as_array();
}

TensorInfo parse_tensor(const std::string& tensor, const Json& entry) {
  if (!entry.is_object() || entry.as_object().size() != 3) {
    corrupt(fmt::format("tensor '{}' is not described by dtype, shape and data_offsets", tensor));
  }
  const Json* type = entry.find("dtype");
  if (type == nullptr || !type->is_string()) {
    corrupt(fmt::format("tensor '{}' has no 'dtype'", tensor));
  }
  TensorInfo info;
  info.name = tensor;
  info.type = parse_type(tensor, type->as_string());
  info.byte_count = item_bytes(info.type);
  for (const Json& value : array_of(tensor, "shape", entry)) {
    info.shape.push_back(unsigned_number(tensor, "shape", value));
    if (__builtin_mul_overflow(info.byte_count, info.shape.back(), &info.byte_count)) {
      corrupt(fmt::format("the shape of tensor '{}' is larger than any file", tensor));
    }
  }
  const Json::Array& offsets = array_of(tensor, "data_offsets", entry);
  if (offsets.size() != 2) corrupt(fmt::format("tensor '{}' needs two data_offsets", tensor));
  info.begin = unsigned_number(tensor, "data_offsets", offsets[0]);
  const std::uint64_t end = unsigned_number(tensor, "data_offsets", offsets[1]);
  if (end < info.begin || end - info.begin != info.byte_count) {
    corrupt(fmt::format("tensor '{}' lies at bytes {} to {}, but its shape needs {} bytes", tensor,
                        info.begin, end, info.byte_count));
  }
  return info;
}

void parse_metadata(const Json& entries, SafetensorsHeader& header) {
  if (!entries.is_object()) corrupt("'__metadata__' is not an object");
  for (const auto& [key, value] : entries.as_object()) {
    if (!value.is_string()) corrupt(fmt::format("the metadata '{}' is not a text", key));
    header.metadata.emplace_back(key, value.as_string());
  }
}

// Sorts the tensors by place and shows that they cover the data without overlap and gap.
void check_places(std::vector<TensorInfo>& tensors, std::uint64_t data_bytes) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return std::tie(a.begin, a.byte_count, a.name) < std::tie(b.begin, b.byte_count, b.name);
  });
  std::uint64_t end = 0;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin < end) {
      corrupt(fmt::format("tensor '{}' begins at byte {}, inside another one", tensor.name,
                          tensor.begin));
    }
    if (tensor.begin > end) {
      corrupt(fmt::format("there is a hole of {} bytes before tensor '{}'", tensor.begin - end,
                          tensor.name));
    }
    // No overflow: parse_tensor saw the sum as a number of 64 bits.
    end += tensor.byte_count;
  }
  if (end > data_bytes) {
    corrupt(
        fmt::format("truncated: the tensors need {} bytes of data, there are {}", end, data_bytes));
  }
  if (end < data_bytes) {
    corrupt(fmt::format("there are {} bytes after the last tensor", data_bytes - end));
  }
}

}  // namespace

std::string_view name(DataType type) noexcept {
  return kTypes[static_cast<std::size_t>(type)].name;
}

std::size_t item_bytes(DataType type) noexcept {
  return kTypes[static_cast<std::size_t>(type)].bytes;
}

const std::string* SafetensorsHeader::find_metadata(std::string_view key) const noexcept {
  for (const auto& [name, value] : metadata) {
    if (name == key) return &value;
  }
  return nullptr;
}

SafetensorsHeader parse_header(std::string_view text, std::uint64_t data_bytes) {
  if (!text.starts_with('{')) corrupt("not a safetensors file: its header is not JSON");
  const std::size_t last = text.find_last_not_of(' ');
  if (text[last] != '}') corrupt("the header does not end in '}' and spaces");
  const Json json = Json::parse(text);
  SafetensorsHeader header;
  for (const auto& [key, value] : json.as_object()) {
    if (key == kMetadataKey) {
      parse_metadata(value, header);
    } else {
      header.tensors.push_back(parse_tensor(key, value));
    }
  }
  check_places(header.tensors, data_bytes);
  return header;
}

std::string print_header(const SafetensorsHeader& header) {
  Json json = Json(Json::Object());
  if (!header.metadata.empty()) {
    Json metadata = Json(Json::Object());
    for (const auto& [key, value] : header.metadata) metadata.set(key, value);
    json.set(std::string(kMetadataKey), std::move(metadata));
  }
  std::uint64_t end = 0;
  for (const TensorInfo& tensor : header.tensors) {
    KINDRED_CHECK(tensor.begin == end);
    end += tensor.byte_count;
    Json shape = Json(Json::Array());
    for (const std::uint64_t size : tensor.shape) shape.push(size);
    Json entry;
    entry.set("dtype", name(tensor.type));
    entry.set("shape", std::move(shape));
    entry.set("data_offsets", Json::Array{Json(tensor.begin), Json(end)});
    json.set(tensor.name, std::move(entry));
  }
  std::string text = json.dump();
  // The 8 bytes of the length keep the alignment.
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment, ' ');
  return text;
}

}  // namespace kindred::storage
