#include "kindred/model/file_kind.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/foreign_format.h"
#include "kindred/data/idx.h"
#include "kindred/embedding/projector_config.h"
#include "kindred/storage/container.h"

namespace kindred::model {
namespace {

namespace fs = std::filesystem;

struct NamedKind {
  std::string_view format;
  FileKind kind;
  std::string_view what;
};

constexpr auto kKinds = std::to_array<NamedKind>({
    {"kindred model", FileKind::model, "a model of ratings"},
    {"kindred table model", FileKind::table_model, "a model of a table"},
    {"kindred ratings", FileKind::ratings_store, "a ratings store"},
    {"kindred lists", FileKind::lists, "a file of recommended lists"},
    {"kindred checkpoint", FileKind::checkpoint, "a checkpoint"},
    {"kindred rating checkpoint", FileKind::checkpoint, "a checkpoint"},
    {"kindred training", FileKind::checkpoint, "a checkpoint"},
});

const NamedKind* find_kind(const Json& manifest) {
  const Json* name = manifest.is_object() ? manifest.find("format") : nullptr;
  if (name == nullptr) return nullptr;
  for (const NamedKind& kind : kKinds) {
    if (*name == Json(std::string(kind.format))) return &kind;
  }
  return nullptr;
}

// A safetensors file begins with the length of its header, whose upper bytes are 0, and with the
// header's brace; no text does.
bool begins_as_container(std::string_view head) {
  return head.size() >= 9 && head[5] == 0 && head[6] == 0 && head[7] == 0 && head[8] == '{';
}

KindOfFile kind_of_container(const fs::path& path) {
  try {
    const Json manifest = storage::read_manifest(storage::SafetensorsFile(path));
    if (const NamedKind* kind = find_kind(manifest)) {
      return {kind->kind, std::string(kind->what),
              fmt::format("its manifest says '{}'", kind->format)};
    }
    if (!manifest.is_object()) {
      return {FileKind::safetensors, "a safetensors file of another program",
              "it has no manifest of Kindred"};
    }
    return {FileKind::other_container, "a file of another version of Kindred",
            "its manifest names a format that is not known"};
  } catch (const Error& error) {
    return {FileKind::other_container, "a damaged file of Kindred or of safetensors", error.what()};
  }
}

// The first bytes of what is packed in a file that begins with `head`; "" where nothing is, or
// where it is damaged: whoever reads it says where.
std::string head_of_packed(const fs::path& path, std::string_view head) {
  const std::string_view gzip = "\x1F\x8B";
  const std::string_view zstd = "\x28\xB5\x2F\xFD";
  std::string unpacked;
  if (!head.starts_with(gzip) && !head.starts_with(zstd)) return unpacked;
  try {
    ByteSource source(path);
    unpacked.resize(data::kForeignHeadBytes);
    unpacked.resize(source.read(unpacked));
  } catch (const Error&) {
    unpacked.clear();
  }
  return unpacked;
}

}  // namespace

FileKind kind_of_manifest(const Json& manifest) {
  if (const NamedKind* kind = find_kind(manifest)) return kind->kind;
  return manifest.is_object() ? FileKind::other_container : FileKind::safetensors;
}

KindOfFile kind_of_file(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return {};
  std::string head(data::kForeignHeadBytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (head.empty()) return {FileKind::empty, "empty", "it has no bytes"};
  if (begins_as_container(head)) return kind_of_container(path);
  if (std::string unpacked = head_of_packed(path, head); !unpacked.empty()) {
    head.swap(unpacked);
  }
  if (head.starts_with("\x93NUMPY")) return {FileKind::npy, "an array of .npy", "its first bytes"};
  if (data::is_idx(head)) return {FileKind::idx, "an idx file", "its first bytes"};
  if (embedding::projector_config_kind(head) != embedding::ConfigKind::none) {
    return {FileKind::projector_config, "JSON or a configuration of TensorBoard's projector",
            fmt::format("it begins with '{}'", printable(std::string_view(head).substr(0, 20)))};
  }
  if (const auto format = data::foreign_format(head)) {
    if (format->is_zip) return {FileKind::npz, "a zip archive, as .npz is", "its first bytes"};
    return {FileKind::foreign, std::string(format->name), "its first bytes"};
  }
  return {FileKind::text, "text or unknown bytes", "no format that is known begins so"};
}

}  // namespace kindred::model
