#include "tests/fault/hostile_files.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>

namespace kindred::test {
namespace {

// From the root to a member: names, or places in a list.
using Path = std::vector<std::string>;

constexpr const char* kRecipe = "recipe";

const std::vector<Json>& hostile_values() {
  static const std::vector<Json> kValues = {
      Json(0),
      Json(1),
      Json(-1),
      Json(2),
      Json(255),
      Json((std::int64_t{1} << 31) - 1),
      Json(std::int64_t{1} << 31),
      Json(std::int64_t{1} << 32),
      Json((std::int64_t{1} << 53) + 1),
      Json(std::uint64_t{1} << 62U),
      Json(std::uint64_t{1} << 63U),
      Json(std::numeric_limits<std::uint64_t>::max()),
      Json(0.5),
      Json(-0.5),
      Json(1e-300),
      Json(1e300),
      Json(-1e300),
      Json(),
      Json(true),
      Json(false),
      Json(""),
      Json("x"),
      Json(Json::Array{}),
      Json(Json::Object{}),
  };
  return kValues;
}

void collect(const Json& json, Path& here, std::vector<Path>& leaves) {
  const auto descend = [&](std::string name, const Json& member) {
    here.push_back(std::move(name));
    collect(member, here, leaves);
    here.pop_back();
  };
  leaves.push_back(here);
  if (json.is_object()) {
    for (const auto& [name, member] : json.as_object()) descend(name, member);
  } else if (json.is_array()) {
    // The ends of a long list stand for the rest.
    const auto& elements = json.as_array();
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i < 2 || i + 1 == elements.size()) descend(std::to_string(i), elements[i]);
    }
  }
}

// `json` with the member at the rest of the path replaced, or taken out.
Json with(const Json& json, std::span<const std::string> path, const std::optional<Json>& value) {
  if (path.empty()) return value.value_or(Json());
  const bool is_last = path.size() == 1;
  if (json.is_object()) {
    Json out{Json::Object{}};
    for (const auto& [name, member] : json.as_object()) {
      if (name != path.front()) {
        out.set(name, member);
      } else if (!is_last || value) {
        out.set(name, with(member, path.subspan(1), value));
      }
    }
    return out;
  }
  Json out{Json::Array{}};
  for (std::size_t i = 0; i < json.as_array().size(); ++i) {
    const Json& element = json.as_array()[i];
    if (std::to_string(i) != path.front()) {
      out.push(element);
    } else if (!is_last || value) {
      out.push(with(element, path.subspan(1), value));
    }
  }
  return out;
}

const Json& at(const Json& json, std::span<const std::string> path) {
  if (path.empty()) return json;
  const Json& member =
      json.is_object() ? json.at(path.front()) : json.as_array()[std::stoul(path.front())];
  return at(member, path.subspan(1));
}

// One for each leaf of the JSON that `get` finds and `put` puts back.
void add_json(const std::string& what, const Json& json,
              const std::function<void(Parts&, const Json&)>& put, std::vector<Mutation>& out) {
  std::vector<Path> leaves;
  Path root;
  collect(json, root, leaves);
  const auto shared = std::make_shared<const Json>(json);
  for (const Path& path : leaves) {
    if (path.empty()) continue;
    std::string name = what;
    for (const std::string& part : path) name += "." + part;
    const auto add = [&](const std::string& how, const std::optional<Json>& value) {
      out.push_back({fmt::format("{} {}", name, how), [shared, path, value, put](Parts& parts) {
                       put(parts, with(*shared, path, value));
                     }});
    };
    for (const Json& value : hostile_values()) {
      if (!(value == at(json, path))) add("= " + value.dump(), value);
    }
    add("dropped", std::nullopt);
  }
}

template <typename T>
std::vector<std::byte> bytes_of(T value) {
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::vector<std::vector<std::byte>> hostile_items(storage::DataType type) {
  using Limits = std::numeric_limits<float>;
  switch (type) {
    case storage::DataType::F32:
      return {bytes_of(Limits::quiet_NaN()),
              bytes_of(Limits::infinity()),
              bytes_of(-Limits::infinity()),
              bytes_of(1e30F),
              bytes_of(-1e30F),
              bytes_of(-1.0F)};
    case storage::DataType::F64:
      return {bytes_of(std::nan("")), bytes_of(HUGE_VAL), bytes_of(1e300), bytes_of(-1e300)};
    case storage::DataType::U32:
      return {bytes_of(std::uint32_t{0}), bytes_of(~std::uint32_t{0}), bytes_of(1U << 31U)};
    case storage::DataType::U8:
      return {bytes_of(std::uint8_t{0}), bytes_of(std::uint8_t{0xFF}), bytes_of(std::uint8_t{'{'})};
    default:
      return {bytes_of(std::uint64_t{0}), bytes_of(~std::uint64_t{0}),
              bytes_of(std::uint64_t{1} << 62U), bytes_of(std::uint64_t{1})};
  }
}

void add_tensor(const storage::TensorInfo& info, std::size_t place, std::vector<Mutation>& out) {
  const std::size_t item = storage::item_bytes(info.type);
  const auto add = [&](const std::string& how, std::function<void(Parts&)> apply) {
    out.push_back({fmt::format("tensor {} {}", info.name, how), std::move(apply)});
  };
  add("dropped", [place](Parts& parts) {
    parts.tensors.erase(parts.tensors.begin() + static_cast<std::ptrdiff_t>(place));
  });
  add("renamed", [place](Parts& parts) { parts.tensors[place].first.name += "2"; });
  if (info.shape.empty() || info.byte_count == 0) return;
  const std::size_t row = info.byte_count / info.shape.front();
  add("longer", [place, row](Parts& parts) {
    ++parts.tensors[place].first.shape.front();
    parts.tensors[place].second.resize(parts.tensors[place].second.size() + row);
  });
  add("shorter", [place, row](Parts& parts) {
    --parts.tensors[place].first.shape.front();
    parts.tensors[place].second.resize(parts.tensors[place].second.size() - row);
  });
  add("flat", [place](Parts& parts) {
    std::uint64_t count = 1;
    for (const std::uint64_t size : parts.tensors[place].first.shape) count *= size;
    parts.tensors[place].first.shape = {count, 1, 1};
  });
  const std::size_t last = info.byte_count - item;
  for (const std::size_t offset : {std::size_t{0}, last / item / 2 * item, last}) {
    std::size_t number = 0;
    for (const std::vector<std::byte>& bytes : hostile_items(info.type)) {
      add(fmt::format("byte {} to hostile item {}", offset, number++),
          [place, offset, bytes](Parts& parts) {
            std::memcpy(parts.tensors[place].second.data() + offset, bytes.data(), bytes.size());
          });
    }
  }
}

template <typename T>
void add_values(storage::ContainerWriter& writer, const storage::TensorInfo& info,
                const std::vector<std::byte>& bytes) {
  writer.add(info.name, info.shape,
             std::span(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)));
}

}  // namespace

Parts take_apart(const std::filesystem::path& path) {
  const storage::SafetensorsFile file(path);
  const Json manifest = storage::read_manifest(file);
  Parts parts;
  parts.format.name = manifest.at("format").as_string();
  parts.content = manifest.at("content");
  for (const storage::TensorInfo& info : file.header().tensors) {
    std::vector<std::byte> bytes(info.byte_count);
    file.read(info, bytes);
    parts.tensors.emplace_back(info, std::move(bytes));
  }
  return parts;
}

void seal(const Parts& parts, const std::filesystem::path& path) {
  storage::ContainerWriter writer;
  for (const auto& [info, bytes] : parts.tensors) {
    switch (info.type) {
      case storage::DataType::U8:
        add_values<std::uint8_t>(writer, info, bytes);
        break;
      case storage::DataType::U32:
        add_values<std::uint32_t>(writer, info, bytes);
        break;
      case storage::DataType::F32:
        add_values<float>(writer, info, bytes);
        break;
      case storage::DataType::F64:
        add_values<double>(writer, info, bytes);
        break;
      case storage::DataType::I64:
        add_values<std::int64_t>(writer, info, bytes);
        break;
      default:
        add_values<std::uint64_t>(writer, info, bytes);
    }
  }
  writer.write(path, parts.format, parts.content);
}

std::vector<Mutation> mutations(const Parts& honest) {
  std::vector<Mutation> out;
  add_json(
      "content", honest.content, [](Parts& parts, const Json& json) { parts.content = json; }, out);
  for (std::size_t place = 0; place < honest.tensors.size(); ++place) {
    const auto& [info, bytes] = honest.tensors[place];
    if (info.name == kRecipe) {
      const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      add_json(
          kRecipe, Json::parse(text),
          [place](Parts& parts, const Json& json) {
            const std::string changed = json.dump();
            auto& [changed_info, changed_bytes] = parts.tensors[place];
            changed_bytes.resize(changed.size());
            std::memcpy(changed_bytes.data(), changed.data(), changed.size());
            changed_info.shape = {changed.size()};
          },
          out);
    }
    add_tensor(info, place, out);
  }
  return out;
}

}  // namespace kindred::test
