#include "kindred/base/atomic_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred {
namespace {

constexpr std::string_view kSuffix = ".tmp";
constexpr std::size_t kRandomDigits = 16;
constexpr std::size_t kNameMax = 255;  // Bytes of a file name on every usual file system.
constexpr int kAttempts = 100;
// Linux writes at most 2 GiB less a page in one call.
constexpr std::size_t kWriteMax = std::size_t{1} << 30U;

// Repeats a call that a signal has interrupted.
template <typename Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

std::string random_digits() {
  std::uint64_t bits = 0;
  // Up to 256 bytes are never interrupted half-way.
  if (retry([&] { return ::getrandom(&bits, sizeof bits, 0); }) != sizeof bits) {
    throw Error(ErrorCode::io, "the system gives no random numbers");
  }
  return fmt::format("{:016x}", bits);
}

// What the temporary files of a target begin with. A long name is cut, so that the
// temporary name is not longer than file systems allow.
std::string temporary_prefix(const std::string& name) {
  return "." + name.substr(0, kNameMax - kRandomDigits - kSuffix.size() - 2) + ".";
}

bool is_temporary_of(std::string_view entry, std::string_view prefix) {
  if (entry.size() != prefix.size() + kRandomDigits + kSuffix.size()) return false;
  if (!entry.starts_with(prefix) || !entry.ends_with(kSuffix)) return false;
  const std::string_view digits = entry.substr(prefix.size(), kRandomDigits);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Removes a temporary file whose writer is gone: only then can its lock be had.
void remove_if_abandoned(int folder, const char* entry) {
  const int file = retry(
      [&] { return ::openat(folder, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); });
  if (file < 0) return;
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) ::unlinkat(folder, entry, 0);
  ::close(file);
}

// Best effort: a folder that cannot be listed keeps its leftovers.
void remove_abandoned_files(int folder, const std::string& prefix) {
  const int copy = retry([&] { return ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (copy < 0) return;
  DIR* listing = ::fdopendir(copy);
  if (listing == nullptr) {
    ::close(copy);
    return;
  }
  std::vector<std::string> found;
  while (const dirent* entry = ::readdir(listing)) {
    if (is_temporary_of(entry->d_name, prefix)) found.emplace_back(entry->d_name);
  }
  ::closedir(listing);
  for (const std::string& entry : found) remove_if_abandoned(folder, entry.c_str());
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path target) : target_(std::move(target)) {
  name_ = target_.filename().string();
  if (name_.empty() || name_ == "." || name_ == "..") {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: cannot write: not the name of a file", target_.string()));
  }
  try {
    const std::filesystem::path parent =
        target_.has_parent_path() ? target_.parent_path() : std::filesystem::path(".");
    folder_ = retry([&] { return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (folder_ < 0) fail("open its folder", errno);
    create_temporary();
  } catch (...) {
    discard();
    throw;
  }
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::create_temporary() {
  std::optional<mode_t> kept_mode;
  struct stat status = {};
  if (::fstatat(folder_, name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR(status.st_mode)) fail("replace it", EISDIR);
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
      throw Error(ErrorCode::io,
                  fmt::format("{}: cannot replace it: not a regular file", target_.string()));
    }
    if (S_ISREG(status.st_mode)) {
      // A rename would not ask, but whoever write-protects a file means it.
      if (::faccessat(folder_, name_.c_str(), W_OK, AT_EACCESS) != 0) fail("replace it", errno);
      kept_mode = status.st_mode & 0777U;
    }
  } else if (errno != ENOENT) {
    fail("look at it", errno);
  }

  const std::string prefix = temporary_prefix(name_);
  remove_abandoned_files(folder_, prefix);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string candidate = prefix + random_digits() + std::string(kSuffix);
    file_ = retry([&] {
      return ::openat(folder_, candidate.c_str(),
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    });
    if (file_ < 0 && errno == EEXIST) continue;
    if (file_ < 0) fail("create a temporary file beside it", errno);
    temporary_ = std::move(candidate);  // Must not fail: the file exists by now.
    // Between creation and lock another writer may take the file for abandoned and
    // remove it. A file system without locks gives another error and never removes.
    const bool taken = ::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (::fstat(file_, &status) != 0) fail("look at its temporary file", errno);
    if (!taken && status.st_nlink > 0) {
      if (kept_mode && ::fchmod(file_, *kept_mode) != 0) fail("set its permissions", errno);
      return;
    }
    ::close(file_);
    file_ = -1;
    temporary_.clear();
  }
  fail("create a temporary file beside it", EAGAIN);
}

void AtomicFile::append(std::span<const std::byte> bytes) {
  KINDRED_CHECK(file_ >= 0);
  while (!bytes.empty()) {
    const std::size_t wanted = std::min(bytes.size(), kWriteMax);
    const ssize_t written = retry([&] { return ::write(file_, bytes.data(), wanted); });
    if (written < 0) fail("write", errno);
    // Only a device that is out of space writes nothing and reports nothing.
    if (written == 0) fail("write", ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::replace_front(std::string_view bytes) {
  KINDRED_CHECK(file_ >= 0);
  for (off_t at = 0; !bytes.empty();) {
    const ssize_t written = retry([&] { return ::pwrite(file_, bytes.data(), bytes.size(), at); });
    if (written < 0) fail("write", errno);
    if (written == 0) fail("write", ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
}

void AtomicFile::commit() {
  KINDRED_CHECK(file_ >= 0);
  // After a failed fsync the kernel may have dropped the bytes: never retried.
  if (retry([&] { return ::fsync(file_); }) != 0) fail("flush it to the disk", errno);
  if (::renameat(folder_, temporary_.c_str(), folder_, name_.c_str()) != 0) {
    fail("rename the finished temporary file to it", errno);
  }
  temporary_.clear();
  // The bytes are on the disk, so a failing close has nothing left to lose.
  ::close(std::exchange(file_, -1));
  // Some file systems cannot flush a folder and say so with EINVAL; there is no more to do.
  if (retry([&] { return ::fsync(folder_); }) != 0 && errno != EINVAL) {
    fail("flush its folder to the disk (the new file is in place, but may not survive a power cut)",
         errno);
  }
}

void AtomicFile::discard() noexcept {
  if (!temporary_.empty()) ::unlinkat(folder_, temporary_.c_str(), 0);
  temporary_.clear();
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  if (folder_ >= 0) ::close(std::exchange(folder_, -1));
}

void AtomicFile::fail(const char* action, int cause) {
  discard();
  throw Error(cause == ENOENT ? ErrorCode::not_found : ErrorCode::io,
              fmt::format("{}: cannot {}: {}", target_.string(), action, std::strerror(cause)));
}

void require_writable(const std::filesystem::path& path) {
  AtomicFile probe(path);
  // Some file systems take a new name but no byte.
  probe.append(std::string_view("kindred"));
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!failure && !std::filesystem::is_directory(folder)) {
    failure = std::make_error_code(std::errc::not_a_directory);
  }
  if (!failure) return;
  throw Error(ErrorCode::io,
              fmt::format("{}: cannot make this folder: {}", folder.string(), failure.message()));
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.append(text);
  file.commit();
}

}  // namespace kindred
