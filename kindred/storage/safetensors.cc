#include "kindred/storage/safetensors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/storage/checksum.h"

namespace kindred::storage {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensors are little-endian and are read as they lie");
static_assert(sizeof(std::size_t) == 8, "tensor sizes have 64 bits");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kHeaderBytesMax = std::uint64_t{16} << 20U;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  do {
    file_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  } while (file_ < 0 && errno == EINTR);
  if (file_ < 0) {
    throw Error(errno == ENOENT || errno == ENOTDIR ? ErrorCode::not_found : ErrorCode::io,
                fmt::format("cannot open: {}", std::strerror(errno)));
  }
  try {
    require_regular_file();
    read_header();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() { ::close(file_); }

void SafetensorsFile::require_regular_file() {
  struct stat status = {};
  if (::fstat(file_, &status) != 0) {
    throw Error(ErrorCode::io, fmt::format("cannot look at it: {}", std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io,
                S_ISDIR(status.st_mode) ? "is a folder, not a file" : "is not a regular file");
  }
  byte_count_ = static_cast<std::uint64_t>(status.st_size);
}

void SafetensorsFile::read_header() {
  if (byte_count_ == 0) throw Error(ErrorCode::corrupt, "is empty");
  if (byte_count_ < kLengthBytes + 2) {
    throw Error(ErrorCode::corrupt, fmt::format("neither a Kindred model nor another safetensors "
                                                "file: it has only {} bytes",
                                                byte_count_));
  }
  std::uint64_t header_bytes = 0;
  read_at(0, std::as_writable_bytes(std::span(&header_bytes, 1)));
  char first = 0;
  read_at(kLengthBytes, std::as_writable_bytes(std::span(&first, 1)));
  if (first != '{')
    throw Error(ErrorCode::corrupt, "neither a Kindred model nor another safetensors file");
  if (header_bytes > kHeaderBytesMax) {
    throw Error(ErrorCode::corrupt,
                fmt::format("a header of {} bytes is announced; the limit is {}", header_bytes,
                            kHeaderBytesMax));
  }
  if (header_bytes > byte_count_ - kLengthBytes) {
    throw Error(ErrorCode::corrupt,
                fmt::format("truncated: the header has {} bytes, the file ends after {}",
                            header_bytes, byte_count_ - kLengthBytes));
  }
  header_text_.resize(header_bytes);
  read_at(kLengthBytes, std::as_writable_bytes(std::span(header_text_)));
  data_begin_ = kLengthBytes + header_bytes;
  header_ = parse_header(header_text_, byte_count_ - data_begin_);
}

const TensorInfo* SafetensorsFile::find(std::string_view tensor_name) const noexcept {
  for (const TensorInfo& tensor : header_.tensors) {
    if (tensor.name == tensor_name) return &tensor;
  }
  return nullptr;
}

void SafetensorsFile::read(const TensorInfo& tensor, std::span<std::byte> out) const {
  KINDRED_CHECK(out.size() == tensor.byte_count);
  read_at(data_begin_ + tensor.begin, out);
}

void SafetensorsFile::read_part(const TensorInfo& tensor, std::uint64_t offset,
                                std::span<std::byte> out) const {
  KINDRED_CHECK(offset <= tensor.byte_count && out.size() <= tensor.byte_count - offset);
  read_at(data_begin_ + tensor.begin + offset, out);
}

std::uint64_t SafetensorsFile::checksum_of(const TensorInfo& tensor) const {
  Checksum checksum;
  std::vector<std::byte> piece(std::min<std::uint64_t>(kPieceBytes, tensor.byte_count));
  for (std::uint64_t done = 0; done < tensor.byte_count; done += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kPieceBytes, tensor.byte_count - done));
    TensorInfo part = tensor;
    part.begin += done;
    part.byte_count = piece.size();
    read(part, piece);
    checksum.update(piece);
  }
  return checksum.value();
}

void SafetensorsFile::read_at(std::uint64_t position, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(file_, out.data(), out.size(), static_cast<off_t>(position));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw Error(ErrorCode::io, fmt::format("cannot read: {}", std::strerror(errno)));
    }
    if (count == 0)
      throw Error(ErrorCode::corrupt, "the file has become shorter while it was read");
    out = out.subspan(static_cast<std::size_t>(count));
    position += static_cast<std::uint64_t>(count);
  }
}

}  // namespace kindred::storage
