// A long result, written in steps that a later run can take up again.
//
//    ResumableFile file(path, key, resume);
//    for (n = file.resumed().done; n < count; ...) { file.append(...); file.mark({n + 1}); }
//    file.commit();
//
// The bytes go to NAME.partial; commit() flushes it to the disk and renames it to NAME in
// one step. What was finished at a mark is noted in NAME.progress, after the bytes have
// reached the disk: every few megabytes or once a second. Whoever is killed, at any moment,
// loses what came after the last note; with `resume` the next run cuts the partial file
// back to it and goes on, and the file is byte for byte that of a run without
// interruption. Each note holds the checksum of all bytes that it speaks of, and they are read
// again first: where a bit has flipped or a block was lost, what came before it is kept. When
// writing fails, because the disk is full or for any other reason, the partial file is cut back to
// the last mark and stays.
//
// `key` says what the result is of. A partial file with another key is not continued: ask
// unfinished_key() first. NAME.partial is locked (flock) while it is written.
//
// NAME.progress is text: a line with the key, then a line for each note, "done bytes tally
// tally XXH3-of-the-bytes checksum-of-the-line"; a line that was cut short does not count.
// Notes of earlier versions, which have no checksum of the bytes, are no notes.
//
// Thread safety: a value with one owner.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kindred {

class ResumableFile {
 public:
  struct Mark {
    std::uint64_t done = 0;                  // Units of the caller's work.
    std::array<std::uint64_t, 2> tallies{};  // Whatever else the caller counts.
    bool operator==(const Mark&) const = default;
  };

  // The key of what an earlier run left unfinished, if it did.
  static std::optional<std::string> unfinished_key(const std::filesystem::path& target);
  static std::filesystem::path partial_path(const std::filesystem::path& target);

  // Without `resume`, or where there is nothing to resume, begins anew.
  // Requires: the key has no line feed; with `resume` it is that of the unfinished file.
  // Throws Error(io) or Error(not_found) as AtomicFile does, and when another run has it.
  ResumableFile(std::filesystem::path target, const std::string& key, bool resume);
  // Keeps the partial file, up to the last mark, unless it was committed or removed.
  ~ResumableFile();
  ResumableFile(const ResumableFile&) = delete;
  ResumableFile& operator=(const ResumableFile&) = delete;

  // Where this run takes up.
  const Mark& resumed() const noexcept { return resumed_; }
  // Bytes that notes spoke of and that were not as they were written; they are done again.
  std::uint64_t damaged_bytes() const noexcept { return damaged_bytes_; }

  // Throws Error(io), after which nothing more may be appended.
  void append(std::string_view bytes);

  // All that was appended so far is the result of what `mark` says is done.
  void mark(const Mark& mark);

  // Requires: nothing was appended since the last mark.
  void commit();

  // Flushes and notes the last mark, and closes: the caller reads the partial file.
  void close();
  // Removes the partial file and its notes, once the result is elsewhere.
  void remove();

 private:
  struct Note {
    Mark mark;
    std::uint64_t bytes = 0;  // Of the partial file,
    std::uint64_t sum = 0;    // and their checksum.
  };
  struct Sum;  // Of the bytes appended.

  int open(const std::string& name);
  void resume(const std::string& key);
  bool read_up_to(std::uint64_t end);
  void begin(const std::string& key);
  void take_note();
  bool write_note() noexcept;
  void cut_back() noexcept;
  void close_files() noexcept;
  [[noreturn]] void fail(const char* action, int cause);

  std::filesystem::path target_;
  std::string name_;  // The target's, in the folder.
  int folder_ = -1;   // Descriptors.
  int partial_ = -1;
  int progress_ = -1;
  std::uint64_t key_checksum_ = 0;
  std::uint64_t damaged_bytes_ = 0;
  std::unique_ptr<Sum> sum_;
  bool ready_ = false;                // Both files are as the last note says, or later.
  std::uint64_t progress_bytes_ = 0;  // Of whole lines.
  Mark resumed_;
  std::uint64_t bytes_ = 0;  // Appended.
  Note marked_;              // The last mark,
  Note noted_;               // and the last that was noted.
  std::chrono::steady_clock::time_point noted_at_;
};

}  // namespace kindred
