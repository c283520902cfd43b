// Long results written in steps while the operating system misbehaves: rows F15, F16 and F19
// for base/resumable_file.h. Whatever happens, the next run goes on to the same bytes.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/resumable_file.h"
#include "tests/fault/system_faults.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using test::FaultPlan;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kUnits = 8;

class ResumableFaults : public ::testing::Test {
 protected:
  // A megabyte and a half, so that there are notes on the way.
  static std::string unit(std::uint64_t n) {
    return std::string(1500000 + n, static_cast<char>('a' + n));
  }
  std::uint64_t run(bool resume) {
    ResumableFile file(path_, R"({"key":1})", resume);
    const std::uint64_t first = file.resumed().done;
    for (std::uint64_t n = first; n < kUnits; ++n) {
      file.append(unit(n));
      file.mark({.done = n + 1});
    }
    file.commit();
    return first;
  }
  void expect_whole() {
    EXPECT_TRUE(test::read_bytes(path_) == whole_);
    EXPECT_THAT(folder_.names(), ElementsAre("f.csv"));
    std::filesystem::remove(path_);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "f.csv";
  std::string whole_ = [] {
    std::string text;
    for (std::uint64_t n = 0; n < kUnits; ++n) text += unit(n);
    return text;
  }();
};

TEST_F(ResumableFaults, AFullDiskKeepsWhatWasFinished) {
  for (int at = 1;; ++at) {
    std::string message;
    {
      const FaultPlan plan({.fail_call = "write", .fail_at = at, .error = ENOSPC});
      try {
        run(false);
      } catch (const Error& error) {
        message = error.what();
      }
      if (!FaultPlan::has_failed()) break;
    }
    EXPECT_THAT(message, HasSubstr("No space left on device"));
    if (at > 2) {
      EXPECT_THAT(message, HasSubstr("f.csv.partial, and --resume goes on from there")) << at;
      // Whole units, nothing of the one that failed.
      const std::string kept = test::read_bytes(folder_ / "f.csv.partial");
      EXPECT_TRUE(whole_.starts_with(kept)) << at;
      EXPECT_GE(kept.size(), 1500000U);
      EXPECT_EQ(kept.back() == whole_[kept.size()], false) << at;
    }
    const std::uint64_t first = run(true);
    EXPECT_TRUE(at <= 2 || first > 0) << at;
    expect_whole();
  }
  expect_whole();
}

TEST_F(ResumableFaults, FailureOfAnyCallIsTakenUpToTheSameBytes) {
  for (const char* call : {"fsync", "renameat", "unlinkat", "openat", "read", "close"}) {
    for (int at = 1;; ++at) {
      {
        const FaultPlan plan({.fail_call = call, .fail_at = at, .error = EIO});
        try {
          run(true);
        } catch (const Error&) {
        }
        if (!FaultPlan::has_failed()) break;
      }
      run(true);
      ASSERT_TRUE(test::read_bytes(path_) == whole_) << call << " " << at;
      std::filesystem::remove(path_);
      std::filesystem::remove(folder_ / "f.csv.progress");
    }
    std::filesystem::remove(path_);
  }
}

TEST_F(ResumableFaults, KilledAtEveryCallIsTakenUpToTheSameBytes) {
  for (int at = 1;; ++at) {
    const pid_t child = ::fork();
    if (child == 0) {
      const FaultPlan plan({.kill_at = at});
      run(true);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) break;
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
    run(true);
    ASSERT_TRUE(test::read_bytes(path_) == whole_) << at;
    std::filesystem::remove(path_);
    std::filesystem::remove(folder_ / "f.csv.progress");
  }
  EXPECT_TRUE(test::read_bytes(path_) == whole_);
}

// F22: whoever has the old file open, mapped even, keeps it.
TEST_F(ResumableFaults, WhoHasTheOldFileMappedKeepsIt) {
  const std::string old(100000, 'o');
  test::write_bytes(path_, old);
  const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const void* mapped = ::mmap(nullptr, old.size(), PROT_READ, MAP_SHARED, file, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  run(false);
  EXPECT_TRUE(std::string_view(static_cast<const char*>(mapped), old.size()) == old);
  ::munmap(const_cast<void*>(mapped), old.size());
  ::close(file);
  expect_whole();
}

}  // namespace
}  // namespace kindred
