// Writes a file so that its name always means either the old bytes or the new ones.
//
//    AtomicFile file(path);  file.append(bytes) ...  file.commit();
//
// The bytes go to a temporary file in the same folder; commit() flushes it to the disk
// (fsync), renames it over the target in one step, and flushes the folder, so that a
// crash, a kill or a power cut at any moment leaves a whole file. Bytes are passed on as
// they come: nothing is held in memory.
//
// The temporary file is called .NAME.16-HEX-DIGITS.tmp, is opened so that it cannot
// follow a planted link, and stays locked (flock) while its writer lives. A writer that
// is killed leaves one behind; the next AtomicFile for the same target finds it
// unlocked and removes it. Two writers of one target do not mix: the last commit wins.
//
// A new file gets the mode 0666 less the umask; a replaced one keeps its mode. A target
// that is a symbolic link is itself replaced; what it pointed to is left alone. Other
// hard links keep the old bytes. A target that is not a regular file is refused, and so
// is one without write permission.
//
// Every failure is an Error(io) or Error(not_found) with the path and the cause; the
// temporary file is gone and the target as it was. One exception: when the very last
// step fails, flushing the folder, the new file is in place and the message says so.
//
// Thread safety: a value with one owner.

#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace kindred {

class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);
  // Removes the temporary file unless commit() has succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text) { append(std::as_bytes(std::span(text))); }

  // Writes over the first bytes, which were appended before: a header that could not know
  // what would follow. Requires: at least that many bytes were appended.
  void replace_front(std::string_view bytes);

  // Requires: called once, and nothing appended afterwards.
  void commit();

 private:
  void create_temporary();
  void discard() noexcept;
  [[noreturn]] void fail(const char* action, int cause);

  std::filesystem::path target_;
  std::string name_;       // The target's, in the folder.
  std::string temporary_;  // The temporary file's; empty when there is none.
  int folder_ = -1;        // Descriptors.
  int file_ = -1;
};

// Throws what writing `path` would throw at once: a missing or read-only folder, a
// directory in the way, a full disk. Call it before hours of work whose result goes
// there. Leaves nothing behind.
void require_writable(const std::filesystem::path& path);

// Makes the folder and those above it, where they are not there.
// Throws Error(io) naming the folder and the cause.
void make_folder(const std::filesystem::path& folder);

// Writes the whole text atomically.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace kindred
