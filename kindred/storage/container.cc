#include "kindred/storage/container.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/atomic_file.h"
#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/memory_budget.h"
#include "kindred/storage/checksum.h"

namespace kindred::storage {
namespace {

constexpr std::size_t kTensorCountMax = 4096;

constexpr std::string_view kChecksumKey = "header_checksum";
constexpr std::string_view kManifestKey = "manifest";
constexpr std::string_view kZeroDigits = "0000000000000000";
// Every header that Kindred writes begins so; the 16 digits follow.
constexpr std::string_view kHeaderStart = R"({"__metadata__":{"header_checksum":")";
constexpr std::size_t kAlignment = 8;

std::span<const std::byte> bytes_of(const std::uint64_t& number) {
  return std::as_bytes(std::span(&number, 1));
}

// The checksum of the length bytes and of a header whose digits are zeros.
std::string header_checksum(const std::string& text) {
  Checksum checksum;
  const std::uint64_t length = text.size();
  checksum.update(bytes_of(length));
  checksum.update(std::as_bytes(std::span(text)));
  return to_hex(checksum.value());
}

std::string with_digits(std::string text, std::string_view digits) {
  return text.replace(kHeaderStart.size(), kZeroDigits.size(), digits);
}

[[noreturn]] void damaged(const std::string& message) {
  throw Error(ErrorCode::corrupt, "damaged: " + message);
}

void check_header_checksum(const SafetensorsFile& file) {
  const std::string& text = file.header_text();
  if (!text.starts_with(kHeaderStart) || text.size() < kHeaderStart.size() + kZeroDigits.size()) {
    damaged("its header does not begin with a checksum; another program has rewritten it");
  }
  const std::string_view found =
      std::string_view(text).substr(kHeaderStart.size(), kZeroDigits.size());
  const std::string expected = header_checksum(with_digits(text, kZeroDigits));
  if (found != expected) {
    damaged(fmt::format("the checksum of the header is {}, it says {}", expected, found));
  }
}

// A manifest that lists exactly the tensors of the file.
void check_manifest(const SafetensorsFile& file, const Json& manifest) {
  const Json* format = manifest.find("format");
  const Json* version = manifest.find("version");
  const Json* checksums = manifest.find("checksums");
  const Json* content = manifest.find("content");
  if (format == nullptr || !format->is_string() || version == nullptr || !version->is_integer() ||
      version->as_double() < 1) {
    damaged("the manifest names no format and version");
  }
  if (checksums == nullptr || !checksums->is_object() || content == nullptr ||
      !content->is_object()) {
    damaged("the manifest has no checksums or no content");
  }
  // Each is looked up by name below: thousands would take seconds.
  if (file.header().tensors.size() > kTensorCountMax) {
    damaged(
        fmt::format("{} tensors, more than any file of Kindred has", file.header().tensors.size()));
  }
  if (checksums->as_object().size() != file.header().tensors.size()) {
    damaged(fmt::format("{} checksums for {} tensors", checksums->as_object().size(),
                        file.header().tensors.size()));
  }
  for (const TensorInfo& tensor : file.header().tensors) {
    const Json* digits = checksums->find(tensor.name);
    if (digits == nullptr || !digits->is_string()) {
      damaged(fmt::format("there is no checksum for tensor '{}'", tensor.name));
    }
    if (tensor.begin % item_bytes(tensor.type) != 0) {
      damaged(fmt::format("tensor '{}' is not aligned", tensor.name));
    }
  }
  if (file.header_text().size() % kAlignment != 0) damaged("the data are not aligned");
}

void require_checksum(const Json& manifest, const TensorInfo& tensor, std::uint64_t found) {
  const std::string& expected = expected_checksum(manifest, tensor);
  if (to_hex(found) == expected) return;
  damaged(fmt::format("the checksum of tensor '{}' is {}, the manifest says {}", tensor.name,
                      to_hex(found), expected));
}

}  // namespace

const std::string& expected_checksum(const Json& manifest, const TensorInfo& tensor) {
  return manifest.at("checksums").at(tensor.name).as_string();
}

void ContainerWriter::add_bytes(TensorInfo info, std::span<const std::byte> bytes) {
  std::uint64_t byte_count = item_bytes(info.type);
  for (const std::uint64_t size : info.shape) byte_count *= size;
  KINDRED_CHECK(byte_count == bytes.size());
  entries_.push_back({std::move(info), bytes});
}

void ContainerWriter::write(const std::filesystem::path& path, const Format& format, Json content) {
  KINDRED_CHECK(content.is_object());
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    const std::size_t a_bytes = item_bytes(a.info.type);
    const std::size_t b_bytes = item_bytes(b.info.type);
    return a_bytes != b_bytes ? a_bytes > b_bytes : a.info.name < b.info.name;
  });
  SafetensorsHeader header;
  Json checksums = Json(Json::Object());
  std::uint64_t end = 0;
  for (Entry& entry : entries_) {
    KINDRED_CHECK(checksums.find(entry.info.name) == nullptr);
    entry.info.begin = end;
    end += entry.info.byte_count;
    checksums.set(entry.info.name, to_hex(checksum(entry.bytes)));
    header.tensors.push_back(entry.info);
  }
  Json manifest;
  manifest.set("format", format.name);
  manifest.set("version", format.version);
  manifest.set("checksums", std::move(checksums));
  manifest.set("content", std::move(content));
  header.metadata = {{std::string(kChecksumKey), std::string(kZeroDigits)},
                     {std::string(kManifestKey), manifest.dump()}};
  std::string text = print_header(header);
  text = with_digits(text, header_checksum(text));

  const std::uint64_t length = text.size();
  AtomicFile file(path);
  file.append(bytes_of(length));
  file.append(text);
  for (const Entry& entry : entries_) file.append(entry.bytes);
  file.commit();
}

ContainerReader::ContainerReader(const std::filesystem::path& path, const Format& format)
    : file_(path), manifest_(read_manifest(file_)) {
  if (manifest_.is_null()) {
    throw Error(
        ErrorCode::corrupt,
        "a safetensors file, but not one that Kindred has written; 'kindred inspect' shows what "
        "is in it");
  }
  const std::string& found = manifest_.at("format").as_string();
  if (found != format.name) {
    throw Error(ErrorCode::corrupt, fmt::format("this is a {}, not a {}", found, format.name));
  }
  if (version() > format.version) {
    throw Error(
        ErrorCode::unsupported,
        fmt::format("written by a newer Kindred: it has version {} of the format, this program "
                    "reads up to version {}; use a newer Kindred, or train again with this one",
                    version(), format.version));
  }
}

std::uint64_t ContainerReader::length_of(std::string_view tensor_name) const {
  const TensorInfo* tensor = file_.find(tensor_name);
  if (tensor == nullptr) damaged(fmt::format("there is no tensor '{}'", tensor_name));
  if (tensor->shape.size() != 1) {
    damaged(
        fmt::format("tensor '{}' has {} dimensions, not one", tensor_name, tensor->shape.size()));
  }
  return tensor->shape.front();
}

const TensorInfo& ContainerReader::require(std::string_view tensor_name, DataType type,
                                           const std::vector<std::uint64_t>& shape) const {
  const TensorInfo* tensor = file_.find(tensor_name);
  if (tensor == nullptr) damaged(fmt::format("there is no tensor '{}'", tensor_name));
  if (tensor->type != type || tensor->shape != shape) {
    damaged(fmt::format("tensor '{}' is {} [{}], the manifest asks for {} [{}]", tensor_name,
                        name(tensor->type), fmt::join(tensor->shape, ", "), name(type),
                        fmt::join(shape, ", ")));
  }
  return *tensor;
}

void ContainerReader::take_memory(const TensorInfo& tensor) const {
  process_memory().take(tensor.byte_count, fmt::format("tensor '{}'", tensor.name));
}

void ContainerReader::read_bytes(const TensorInfo& tensor, std::span<std::byte> out) {
  file_.read(tensor, out);
  require_checksum(manifest_, tensor, checksum(out));
  verified_.insert(tensor.name);
}

std::vector<std::uint64_t> ContainerReader::read_offsets(std::string_view tensor_name,
                                                         std::uint64_t row_count,
                                                         std::uint64_t total) {
  // Not row_count + 1, which a hostile count makes 0.
  const std::uint64_t length = length_of(tensor_name);
  if (length == 0 || length - 1 != row_count) {
    damaged(fmt::format("'{}': {} rows, but {} offsets; they need one more than rows", tensor_name,
                        row_count, length));
  }
  std::vector<std::uint64_t> offsets = read<std::uint64_t>(tensor_name, {length});
  if (offsets.front() != 0 || offsets.back() != total || !std::ranges::is_sorted(offsets)) {
    damaged(fmt::format("the offsets of '{}' do not ascend from 0 to {}", tensor_name, total));
  }
  return offsets;
}

void ContainerReader::verify_others(std::span<const std::string_view> own) {
  for (const TensorInfo& tensor : file_.header().tensors) {
    if (verified_.contains(tensor.name)) continue;
    for (const std::string_view name : own) {
      if (!tensor.name.starts_with(name)) continue;
      damaged(fmt::format("tensor '{}' belongs to nothing that the manifest names", tensor.name));
    }
    require_checksum(manifest_, tensor, file_.checksum_of(tensor));
    verified_.insert(tensor.name);
  }
}

PieceReader::PieceReader(ContainerReader& reader, std::string_view tensor_name)
    : reader_(reader), tensor_(*reader.file_.find(tensor_name)) {}

void PieceReader::read(std::span<std::byte> out) {
  reader_.file_.read_part(tensor_, done_, out);
  checksum_.update(out);
  done_ += out.size();
}

void PieceReader::finish() {
  KINDRED_CHECK(done_ == tensor_.byte_count);
  require_checksum(reader_.manifest_, tensor_, checksum_.value());
  reader_.verified_.insert(tensor_.name);
}

Json read_manifest(const SafetensorsFile& file) {
  const std::string* text = file.header().find_metadata(kManifestKey);
  if (text == nullptr || file.header().find_metadata(kChecksumKey) == nullptr) return Json();
  check_header_checksum(file);
  Json manifest;
  try {
    manifest = Json::parse(*text);
  } catch (const Error& error) {
    // Adds the path and what was being read.
    damaged(fmt::format("the manifest: {}", error.what()));
  }
  check_manifest(file, manifest);
  return manifest;
}

}  // namespace kindred::storage
