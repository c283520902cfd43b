#include "kindred/base/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/memory_budget.h"
#include "kindred/base/printable.h"

namespace kindred {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kRawBytes = std::size_t{128} << 10U;  // As large as zstd's largest block.
constexpr std::string_view kGzipMagic = "\x1F\x8B\x08"sv;
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD"sv;
constexpr std::string_view kZstdSkippableMagic = "\x2A\x4D\x18"sv;  // After a byte 0x50..0x5F.

std::string system_message(int error) { return std::strerror(error); }

// An open file descriptor; closes it unless it is standard input.
class FileHandle {
 public:
  FileHandle(const std::filesystem::path& path, const std::string& name) {
    if (path == "-") {
      descriptor_ = STDIN_FILENO;
    } else {
      do {
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      } while (descriptor_ < 0 && errno == EINTR);
    }
    if (descriptor_ < 0) {
      const int error = errno;
      if (error == ENOENT || error == ENOTDIR) {
        throw Error(ErrorCode::not_found, fmt::format("there is no file '{}'", name));
      }
      throw Error(ErrorCode::io, fmt::format("cannot open '{}': {}", name, system_message(error)));
    }
  }
  ~FileHandle() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;

  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
};

bool begins_with_zstd_frame(std::string_view bytes) {
  if (bytes.starts_with(kZstdMagic)) return true;
  return bytes.size() >= 4 && (static_cast<unsigned char>(bytes[0]) & 0xF0U) == 0x50U &&
         bytes.substr(1).starts_with(kZstdSkippableMagic);
}

// The name of an archive format that Kindred does not read, or "".
std::string_view foreign_archive(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04"sv)) return "zip";
  if (bytes.starts_with("\xFD\x37\x7A\x58\x5A\x00"sv)) return "xz";
  if (bytes.starts_with("BZh"sv) && bytes.size() >= 10 &&
      bytes.substr(4).starts_with("\x31\x41\x59\x26\x53\x59"sv)) {
    return "bzip2";
  }
  return "";
}

}  // namespace

struct ByteSource::State {
  enum class Format { plain, gzip, zstd };

  State(const std::filesystem::path& path, std::string shown_name)
      : name(std::move(shown_name)), file(path, name) {}
  ~State() {
    if (format == Format::gzip) inflateEnd(&inflater);
    ZSTD_freeDCtx(decompressor);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void open();
  std::size_t read_file(std::span<char> out);
  void refill();
  std::size_t read_plain(std::span<char> out);
  std::size_t read_gzip(std::span<char> out);
  std::size_t read_zstd(std::span<char> out);
  bool at_next_gzip_member();

  std::string_view raw_rest() const { return {raw.data() + raw_begin, raw_end - raw_begin}; }
  std::uint64_t offset() const { return raw_read - (raw_end - raw_begin); }
  [[noreturn]] void corrupt(const std::string& problem) const {
    throw Error(ErrorCode::corrupt,
                fmt::format("{}: {} at byte {} of the compressed file", name, problem, offset()));
  }

  std::string name;
  FileHandle file;
  std::optional<std::uint64_t> size;  // Of a regular file.
  Format format = Format::plain;
  std::uint64_t raw_read = 0;  // Bytes taken from the file.
  bool file_ended = false;
  std::size_t raw_begin = 0;  // What of raw is not used yet: [raw_begin, raw_end).
  std::size_t raw_end = 0;
  std::array<char, kRawBytes> raw{};
  bool in_frame = false;  // Inside a gzip member or zstd frame.
  z_stream inflater{};
  ZSTD_DCtx* decompressor = nullptr;
};

void ByteSource::State::open() {
  struct stat facts = {};
  if (::fstat(file.get(), &facts) != 0) {
    throw Error(ErrorCode::io, fmt::format("cannot read '{}': {}", name, system_message(errno)));
  }
  if (S_ISDIR(facts.st_mode)) {
    throw Error(ErrorCode::io, fmt::format("'{}' is a directory, not a file", name));
  }
  if (S_ISREG(facts.st_mode)) size = static_cast<std::uint64_t>(facts.st_size);
  refill();
  const std::string_view head = raw_rest();
  if (const std::string_view archive = foreign_archive(head); !archive.empty()) {
    throw Error(ErrorCode::unsupported,
                fmt::format("'{}' is a {} archive; unpack it, or pack it with gzip or zstd", name,
                            archive));
  }
  if (head.starts_with(kGzipMagic)) {
    // 16 asks for the gzip wrapper, whose checksum and length inflate() verifies.
    if (inflateInit2(&inflater, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();
    format = Format::gzip;
    in_frame = true;
  } else if (begins_with_zstd_frame(head)) {
    decompressor = ZSTD_createDCtx();
    if (decompressor == nullptr) throw std::bad_alloc();
    format = Format::zstd;
  }
}

// Fills `out`; less only at the end of the file.
std::size_t ByteSource::State::read_file(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size() && !file_ended) {
    const ssize_t got = ::read(file.get(), out.data() + filled, out.size() - filled);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw Error(ErrorCode::io, fmt::format("cannot read '{}' at byte {}: {}", name, raw_read,
                                             system_message(errno)));
    }
    file_ended = got == 0;
    filled += static_cast<std::size_t>(got);
    raw_read += static_cast<std::uint64_t>(got);
  }
  return filled;
}

// Requires: all of raw is used.
void ByteSource::State::refill() {
  raw_begin = 0;
  raw_end = 0;
  raw_end = read_file(raw);
}

std::size_t ByteSource::State::read_plain(std::span<char> out) {
  const std::size_t buffered = std::min(out.size(), raw_end - raw_begin);
  std::memcpy(out.data(), raw.data() + raw_begin, buffered);
  raw_begin += buffered;
  return buffered + read_file(out.subspan(buffered));
}

// After a gzip member: whether another one follows. Padding of zeros is the end.
bool ByteSource::State::at_next_gzip_member() {
  bool padded = false;
  while (true) {
    if (raw_begin == raw_end) refill();
    if (raw_begin == raw_end) return false;
    if (!padded && raw[raw_begin] == kGzipMagic[0]) return true;
    if (raw[raw_begin] != '\0') corrupt("trailing bytes that are not gzip");
    padded = true;
    ++raw_begin;
  }
}

std::size_t ByteSource::State::read_gzip(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (!in_frame) {
      if (!at_next_gzip_member()) break;
      inflateReset(&inflater);
      in_frame = true;
    }
    if (raw_begin == raw_end) refill();
    if (raw_begin == raw_end) corrupt("the gzip data is cut off");
    const std::size_t room = std::min(out.size() - filled, std::size_t{1} << 30U);
    inflater.next_in = reinterpret_cast<Bytef*>(raw.data() + raw_begin);
    inflater.avail_in = static_cast<uInt>(raw_end - raw_begin);
    inflater.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    inflater.avail_out = static_cast<uInt>(room);
    const int status = inflate(&inflater, Z_NO_FLUSH);
    raw_begin = raw_end - inflater.avail_in;
    filled += room - inflater.avail_out;
    if (status == Z_STREAM_END) {
      in_frame = false;
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      corrupt(fmt::format("damaged gzip data ({})",
                          inflater.msg != nullptr ? inflater.msg : "no details"));
    }
  }
  return filled;
}

std::size_t ByteSource::State::read_zstd(std::span<char> out) {
  ZSTD_outBuffer unpacked = {out.data(), out.size(), 0};
  while (unpacked.pos < unpacked.size) {
    if (raw_begin == raw_end) refill();
    // A frame may be complete in the decoder while its last bytes wait for room in `out`.
    if (raw_begin == raw_end && !in_frame) break;
    const bool input_ended = raw_begin == raw_end;
    ZSTD_inBuffer packed = {raw.data() + raw_begin, raw_end - raw_begin, 0};
    const std::size_t before = unpacked.pos;
    const std::size_t status = ZSTD_decompressStream(decompressor, &unpacked, &packed);
    raw_begin += packed.pos;
    if (ZSTD_isError(status) != 0) {
      // Where, and by zstd's own word why, depend on the size of `out`: it takes a frame in
      // one piece where it can.
      throw Error(ErrorCode::corrupt, fmt::format("{}: damaged zstd data", name));
    }
    in_frame = status != 0;
    if (input_ended && in_frame && unpacked.pos == before) corrupt("the zstd data is cut off");
  }
  return unpacked.pos;
}

ByteSource::ByteSource(const std::filesystem::path& path)
    : state_(std::make_unique<State>(
          path, path == "-" ? "standard input" : printable(path.native(), 1000))) {
  state_->open();
}

ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

std::size_t ByteSource::read(std::span<char> out) {
  switch (state_->format) {
    case State::Format::gzip:
      return state_->read_gzip(out);
    case State::Format::zstd:
      return state_->read_zstd(out);
    case State::Format::plain:
      break;
  }
  return state_->read_plain(out);
}

const std::string& ByteSource::name() const noexcept { return state_->name; }

std::uint64_t ByteSource::file_bytes_read() const noexcept { return state_->raw_read; }

std::optional<std::uint64_t> ByteSource::file_bytes() const noexcept { return state_->size; }

std::string read_to_end(ByteSource& source) {
  std::string bytes;
  constexpr std::size_t kStepBytes = std::size_t{1} << 22U;
  while (true) {
    const std::size_t before = bytes.size();
    // A growing string is copied to one of twice the size.
    if (before + kStepBytes > bytes.capacity()) {
      process_memory().take(std::max(2 * before, kStepBytes), "reading " + source.name());
    }
    bytes.resize(before + kStepBytes);
    const std::size_t got = source.read(std::span(bytes).subspan(before));
    bytes.resize(before + got);
    if (got < kStepBytes) return bytes;
  }
}

}  // namespace kindred
