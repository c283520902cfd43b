#include "kindred/base/resumable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred {
namespace {

constexpr std::string_view kFirstWord = "kindred-progress-2 ";
constexpr std::size_t kProgressBytesMax = std::size_t{256} << 20U;
// A flush takes some milliseconds: once for so many bytes, or after so long.
constexpr std::uint64_t kNoteBytes = std::uint64_t{4} << 20U;
constexpr std::chrono::seconds kNoteTime{1};

// Repeats a call that a signal has interrupted.
template <typename Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// FNV-1a, 64 bits: finds lines that were cut short or mixed up.
std::uint64_t checksum_of(std::string_view text, std::uint64_t start = 0xCBF29CE484222325U) {
  for (const char byte : text) start = (start ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  return start;
}

std::string line_of(const ResumableFile::Mark& mark, std::uint64_t bytes, std::uint64_t sum,
                    std::uint64_t key) {
  const std::string text =
      fmt::format("{} {} {} {} {:016x}", mark.done, bytes, mark.tallies[0], mark.tallies[1], sum);
  return fmt::format("{} {:016x}\n", text, checksum_of(text, key));
}

std::string read_all(int file) {
  std::string text;
  while (text.size() < kProgressBytesMax) {
    std::array<char, 65536> block;
    const ssize_t got = retry_interrupted([&] { return ::read(file, block.data(), block.size()); });
    if (got <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  return text;
}

// Takes the first line off the text; nothing where it is not complete.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::string> key_in(std::string_view& text) {
  const auto line = take_line(text);
  if (!line || !line->starts_with(kFirstWord)) return std::nullopt;
  return std::string(line->substr(kFirstWord.size()));
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        retry_interrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (written == 0) errno = ENOSPC;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

struct ResumableFile::Sum {
  XXH3_state_t* hash = XXH3_createState();

  Sum() {
    if (hash == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(hash);
  }
  Sum(const Sum&) = delete;
  Sum& operator=(const Sum&) = delete;
  ~Sum() { XXH3_freeState(hash); }

  void add(std::string_view bytes) { XXH3_64bits_update(hash, bytes.data(), bytes.size()); }
  std::uint64_t value() const { return XXH3_64bits_digest(hash); }
};

std::filesystem::path ResumableFile::partial_path(const std::filesystem::path& target) {
  return target.string() + ".partial";
}

std::optional<std::string> ResumableFile::unfinished_key(const std::filesystem::path& target) {
  const std::string path = target.string() + ".progress";
  if (::access(partial_path(target).c_str(), F_OK) != 0) return std::nullopt;
  const int file =
      retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); });
  if (file < 0) return std::nullopt;
  const std::string text = read_all(file);
  ::close(file);
  std::string_view rest = text;
  return key_in(rest);
}

ResumableFile::ResumableFile(std::filesystem::path target, const std::string& key, bool resume)
    : target_(std::move(target)),
      name_(target_.filename().string()),
      sum_(std::make_unique<Sum>()) {
  KINDRED_CHECK(key.find('\n') == std::string::npos);
  key_checksum_ = checksum_of(key);
  try {
    const std::filesystem::path parent =
        target_.has_parent_path() ? target_.parent_path() : std::filesystem::path(".");
    folder_ = retry_interrupted(
        [&] { return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (folder_ < 0) fail("open its folder", errno);
    partial_ = open(name_ + ".partial");
    if (::flock(partial_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      throw Error(ErrorCode::io, fmt::format("{}: another run is writing it", target_.string()));
    }
    progress_ = open(name_ + ".progress");
    if (resume) this->resume(key);
    if (noted_.bytes == 0) begin(key);
  } catch (...) {
    close_files();
    throw;
  }
  resumed_ = noted_.mark;
  marked_ = noted_;
  bytes_ = noted_.bytes;
  ready_ = true;
  noted_at_ = std::chrono::steady_clock::now();
}

int ResumableFile::open(const std::string& name) {
  const int file = retry_interrupted([&] {
    return ::openat(folder_, name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                    0666);
  });
  struct stat status = {};
  if (file < 0 || ::fstat(file, &status) != 0) {
    const int cause = errno;
    if (file >= 0) ::close(file);
    fail(fmt::format("open {} beside it", name).c_str(), cause);
  }
  if (S_ISREG(status.st_mode)) return file;
  ::close(file);
  throw Error(ErrorCode::io,
              fmt::format("{}: {} beside it is not a regular file", target_.string(), name));
}

// Finds the last note whose bytes are there as they were written, and cuts both files back to it.
void ResumableFile::resume(const std::string& key) {
  const std::string text = read_all(progress_);
  std::string_view rest = text;
  if (key_in(rest) != key) return;
  std::size_t good = text.size() - rest.size();
  while (const auto line = take_line(rest)) {
    Note note;
    std::array<std::uint64_t*, 4> numbers = {&note.mark.done, &note.bytes, &note.mark.tallies[0],
                                             &note.mark.tallies[1]};
    const char* at = line->data();
    const char* const end = at + line->size();
    bool read = true;
    const auto take = [&](std::uint64_t& number, int base) {
      const auto [stop, error] = std::from_chars(at, end, number, base);
      read = read && error == std::errc() && stop != end && *stop == ' ';
      at = stop == end ? stop : stop + 1;
    };
    for (std::uint64_t* number : numbers) take(*number, 10);
    take(note.sum, 16);
    const std::string expected = line_of(note.mark, note.bytes, note.sum, key_checksum_);
    if (!read || expected.substr(0, expected.size() - 1) != *line) break;
    if (note.bytes < noted_.bytes || !read_up_to(note.bytes)) break;
    if (sum_->value() != note.sum) {
      damaged_bytes_ = note.bytes - noted_.bytes;
      break;
    }
    noted_ = note;
    good = text.size() - rest.size();
  }
  const bool read_on = bytes_ != noted_.bytes;
  const auto partial_size = static_cast<off_t>(noted_.bytes);
  if (::ftruncate(partial_, partial_size) != 0 ||
      ::lseek(partial_, read_on ? 0 : partial_size, SEEK_SET) < 0 ||
      ::ftruncate(progress_, static_cast<off_t>(good)) != 0 ||
      ::lseek(progress_, static_cast<off_t>(good), SEEK_SET) < 0) {
    fail("cut the partial file back to what was finished", errno);
  }
  if (read_on) {  // Once more, without the bytes that came after the last good note.
    sum_ = std::make_unique<Sum>();
    bytes_ = 0;
    if (!read_up_to(noted_.bytes)) fail("read the partial file again", EIO);
  }
  progress_bytes_ = good;
}

// Reads on in the partial file, up to byte `end`; false where it is shorter.
bool ResumableFile::read_up_to(std::uint64_t end) {
  std::vector<char> block(std::size_t{1} << 18U);
  while (bytes_ < end) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - bytes_));
    const ssize_t got = retry_interrupted([&] { return ::read(partial_, block.data(), wanted); });
    if (got < 0) fail("read the partial file", errno);
    if (got == 0) return false;
    sum_->add({block.data(), static_cast<std::size_t>(got)});
    bytes_ += static_cast<std::uint64_t>(got);
  }
  return true;
}

void ResumableFile::begin(const std::string& key) {
  noted_ = {};
  sum_ = std::make_unique<Sum>();
  if (::ftruncate(partial_, 0) != 0 || ::lseek(partial_, 0, SEEK_SET) < 0 ||
      ::ftruncate(progress_, 0) != 0 || ::lseek(progress_, 0, SEEK_SET) < 0) {
    fail("begin", errno);
  }
  const std::string first_line = fmt::format("{}{}\n", kFirstWord, key);
  if (!write_all(progress_, first_line)) fail("write", errno);
  progress_bytes_ = first_line.size();
}

ResumableFile::~ResumableFile() {
  if (partial_ >= 0 && progress_ >= 0) cut_back();
  close_files();
}

void ResumableFile::append(std::string_view bytes) {
  KINDRED_CHECK(partial_ >= 0);
  if (!write_all(partial_, bytes)) fail("write", errno);
  sum_->add(bytes);
  bytes_ += bytes.size();
}

void ResumableFile::mark(const Mark& mark) {
  marked_ = {mark, bytes_, sum_->value()};
  const bool late = std::chrono::steady_clock::now() - noted_at_ >= kNoteTime;
  if (bytes_ - noted_.bytes >= kNoteBytes || late) take_note();
}

// In this order: a note never speaks of bytes that a power cut could take back.
void ResumableFile::take_note() {
  if (retry_interrupted([&] { return ::fsync(partial_); }) != 0)
    fail("flush it to the disk", errno);
  if (!write_note()) fail("note what is finished of it", errno);
  noted_at_ = std::chrono::steady_clock::now();
}

// False, with errno, when it cannot be written; then nothing is left of it.
bool ResumableFile::write_note() noexcept {
  const std::string line = line_of(marked_.mark, marked_.bytes, marked_.sum, key_checksum_);
  if (!write_all(progress_, line)) {
    const int cause = errno;
    const auto before = static_cast<off_t>(progress_bytes_);
    if (::ftruncate(progress_, before) == 0) ::lseek(progress_, before, SEEK_SET);
    errno = cause;
    return false;
  }
  progress_bytes_ += line.size();
  noted_ = marked_;
  return true;
}

// After a failure, or when the run ends early: what was marked is kept, the rest is not.
void ResumableFile::cut_back() noexcept {
  if (::ftruncate(partial_, static_cast<off_t>(marked_.bytes)) != 0) return;
  if (noted_.bytes == marked_.bytes) return;
  if (retry_interrupted([&] { return ::fsync(partial_); }) == 0) write_note();
}

void ResumableFile::close() {
  KINDRED_CHECK(partial_ >= 0 && bytes_ == marked_.bytes);
  take_note();
  ::close(std::exchange(progress_, -1));
}

void ResumableFile::remove() {
  ::unlinkat(folder_, (name_ + ".partial").c_str(), 0);
  ::unlinkat(folder_, (name_ + ".progress").c_str(), 0);
  close_files();
}

void ResumableFile::commit() {
  KINDRED_CHECK(partial_ >= 0 && bytes_ == marked_.bytes);
  if (retry_interrupted([&] { return ::fsync(partial_); }) != 0)
    fail("flush it to the disk", errno);
  if (::renameat(folder_, (name_ + ".partial").c_str(), folder_, name_.c_str()) != 0) {
    fail("rename the finished file to it", errno);
  }
  ::unlinkat(folder_, (name_ + ".progress").c_str(), 0);
  ::close(std::exchange(partial_, -1));
  // Some file systems cannot flush a folder and say so with EINVAL; there is no more to do.
  if (retry_interrupted([&] { return ::fsync(folder_); }) != 0 && errno != EINVAL) {
    fail("flush its folder to the disk (the new file is in place, but may not survive a power cut)",
         errno);
  }
  close_files();
}

void ResumableFile::close_files() noexcept {
  for (int* file : {&partial_, &progress_, &folder_}) {
    if (*file >= 0) ::close(std::exchange(*file, -1));
  }
}

void ResumableFile::fail(const char* action, int cause) {
  std::string kept;
  if (ready_ && partial_ >= 0 && progress_ >= 0) {
    cut_back();
    if (noted_.bytes > 0) {
      kept = fmt::format("; what was finished is in {}, and --resume goes on from there",
                         partial_path(target_).string());
    }
  }
  close_files();
  throw Error(
      cause == ENOENT ? ErrorCode::not_found : ErrorCode::io,
      fmt::format("{}: cannot {}: {}{}", target_.string(), action, std::strerror(cause), kept));
}

}  // namespace kindred
