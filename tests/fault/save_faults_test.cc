// Saving while the operating system misbehaves: rows F15 to F21, F25 and F30. Whatever
// happens, the file is the old one or the new one, whole, and nothing is left beside it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <random>

#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/embedding/export.h"
#include "kindred/model/io.h"
#include "tests/fault/system_faults.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using test::FaultPlan;
using test::Faults;
using test::read_bytes;
using test::TemporaryFolder;

constexpr std::size_t kOldUsers = 4;
constexpr std::size_t kNewUsers = 6;

// A folder with an old model in it, and what the old and the new model look like.
class SaveFaults : public ::testing::Test {
 protected:
  SaveFaults() {
    model::save(test::sample_model(kNewUsers), path_);
    new_bytes_ = read_bytes(path_);
    model::save(test::sample_model(kOldUsers), path_);
    old_bytes_ = read_bytes(path_);
  }

  void save_new() { model::save(new_model_, path_); }

  void expect_old_and_nothing_else() {
    EXPECT_TRUE(read_bytes(path_) == old_bytes_);
    EXPECT_EQ(folder_.names(), std::vector<std::string>{"m.kindred"});
  }

  // Runs `work` in a process of its own; returns the wait status.
  static int in_child(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      work();
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "m.kindred";
  model::Model new_model_ = test::sample_model(kNewUsers);
  std::string old_bytes_;
  std::string new_bytes_;
};

// F15, F16: every call of the save fails once, with every likely cause.
TEST_F(SaveFaults, FailureOfAnyCallLeavesTheOldModel) {
  for (const std::string call : {"open", "openat", "write", "fsync", "renameat"}) {
    for (const int error : {ENOSPC, EIO, EDQUOT, EROFS}) {
      for (int at = 1;; ++at) {
        std::string message;
        bool failed = false;
        {
          const FaultPlan plan({.fail_call = call, .fail_at = at, .error = error});
          try {
            save_new();
          } catch (const Error& problem) {
            message = problem.what();
            EXPECT_EQ(problem.code(), ErrorCode::io);
          }
          failed = FaultPlan::has_failed();
        }
        if (!failed) {
          model::save(test::sample_model(kOldUsers), path_);
          break;
        }
        if (message.empty()) {
          // Only the search for leftovers may fail without consequence.
          EXPECT_EQ(call, "openat");
          EXPECT_TRUE(read_bytes(path_) == new_bytes_);
          model::save(test::sample_model(kOldUsers), path_);
          continue;
        }
        EXPECT_NE(message.find(path_.string()), std::string::npos) << message;
        EXPECT_NE(message.find(std::strerror(error)), std::string::npos) << message;
        if (message.find("new file is in place") != std::string::npos) {
          EXPECT_TRUE(read_bytes(path_) == new_bytes_);
          model::save(test::sample_model(kOldUsers), path_);
        }
        expect_old_and_nothing_else();
      }
    }
  }
}

// F16: after a failed fsync the bytes may be lost, and a second one would not say so.
TEST_F(SaveFaults, FailedFsyncIsNotRepeated) {
  std::vector<std::string> calls;
  {
    const FaultPlan plan({.fail_call = "fsync", .fail_at = 1, .error = EIO});
    EXPECT_THROW(save_new(), Error);
    calls = FaultPlan::calls();
  }
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "fsync file"), 1);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "renameat"), 0);
  expect_old_and_nothing_else();
}

// F17
TEST_F(SaveFaults, TargetsThatCannotBeWrittenAreNamedAtOnce) {
  const auto message_for = [](const std::filesystem::path& path) {
    try {
      require_writable(path);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  std::filesystem::create_directory(folder_ / "folder");
  EXPECT_EQ(message_for(folder_ / "folder"),
            (folder_ / "folder").string() + ": cannot replace it: Is a directory");
  EXPECT_EQ(message_for(folder_ / "absent/m.kindred"),
            (folder_ / "absent/m.kindred").string() +
                ": cannot open its folder: No such file or directory");
  EXPECT_EQ(message_for(path_ / "m"),
            (path_ / "m").string() + ": cannot open its folder: Not a directory");
  const std::string long_name(300, 'x');
  EXPECT_NE(message_for(folder_ / long_name).find("File name too long"), std::string::npos);
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(message_for(folder_ / "fifo"),
            (folder_ / "fifo").string() + ": cannot replace it: not a regular file");
  EXPECT_NE(message_for("/proc/kindred").find("cannot"), std::string::npos);
  EXPECT_EQ(message_for(folder_ / ""),
            (folder_ / "").string() + ": cannot write: not the name of a file");
  EXPECT_EQ(message_for(path_), "no error");
  EXPECT_TRUE(read_bytes(path_) == old_bytes_);
}

// F17. Root may write everywhere, so this needs another user.
TEST_F(SaveFaults, WriteProtectionIsRespected) {
  if (::geteuid() == 0) {
    const int status = in_child([&] {
      ::chmod(folder_.path().c_str(), 0755);
      if (::chown(folder_.path().c_str(), 65534, 65534) != 0) ::_exit(77);
      if (::chown(path_.c_str(), 65534, 65534) != 0) ::_exit(77);
      ::chmod(path_.c_str(), 0444);
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(77);
      try {
        save_new();
        ::_exit(1);
      } catch (const Error& error) {
        const std::string message = error.what();
        if (message.find("Permission denied") == std::string::npos) ::_exit(2);
      }
      ::chmod(path_.c_str(), 0644);
      ::chmod(folder_.path().c_str(), 0555);
      try {
        save_new();
        ::_exit(3);
      } catch (const Error& error) {
        const std::string message = error.what();
        if (message.find("Permission denied") == std::string::npos) ::_exit(4);
      }
    });
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "may not become another user";
    EXPECT_EQ(WEXITSTATUS(status), 0);
  } else {
    ::chmod(path_.c_str(), 0444);
    EXPECT_THROW(save_new(), Error);
    ::chmod(path_.c_str(), 0644);
    ::chmod(folder_.path().c_str(), 0555);
    EXPECT_THROW(save_new(), Error);
  }
  expect_old_and_nothing_else();
}

// F18
TEST_F(SaveFaults, ShortWritesAndInterruptionsMakeNoDifference) {
  {
    const FaultPlan plan({.interrupt_first = true, .bytes_max = 1});
    save_new();
    EXPECT_GT(FaultPlan::calls().size(), 2 * new_bytes_.size());
  }
  EXPECT_TRUE(read_bytes(path_) == new_bytes_);
}

// F19: killed before every single call of the save.
TEST_F(SaveFaults, KilledAtEveryCall) {
  int kill_at = 1;
  int old_count = 0;
  for (;; ++kill_at) {
    const int status = in_child([&] {
      const FaultPlan plan({.kill_at = kill_at});
      save_new();
    });
    const std::string bytes = read_bytes(path_);
    if (!WIFSIGNALED(status)) {
      EXPECT_TRUE(bytes == new_bytes_);
      break;
    }
    EXPECT_TRUE(bytes == old_bytes_ || bytes == new_bytes_) << "killed at call " << kill_at;
    old_count += bytes == old_bytes_ ? 1 : 0;
    // The next save removes what the killed one has left.
    model::save(test::sample_model(kOldUsers), path_);
    expect_old_and_nothing_else();
  }
  // Create, lock, write many tensors, flush, rename, flush.
  EXPECT_GT(kill_at, 20);
  EXPECT_GT(old_count, 15);
}

// F19: killed at any moment, not only between calls.
TEST_F(SaveFaults, KilledAtRandomMoments) {
  const model::Model big_old = test::sample_model(300, 400, 16);
  const model::Model big_new = test::sample_model(301, 400, 16);
  model::save(big_new, path_);
  new_bytes_ = read_bytes(path_);
  model::save(big_old, path_);
  old_bytes_ = read_bytes(path_);
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (;;) {
        model::save(big_new, path_);
        model::save(big_old, path_);
      }
    }
    ::usleep(static_cast<useconds_t>(500 + random() % 8000));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const std::string bytes = read_bytes(path_);
    ASSERT_TRUE(bytes == old_bytes_ || bytes == new_bytes_);
    EXPECT_NO_THROW(model::load(path_));
  }
  model::save(big_old, path_);
  expect_old_and_nothing_else();
}

// F20: the order that survives a power cut.
TEST_F(SaveFaults, BytesReachTheDiskBeforeTheName) {
  std::vector<std::string> calls;
  {
    const FaultPlan plan({});
    save_new();
    calls = FaultPlan::calls();
  }
  // Only what changes the disk.
  std::vector<std::string> steps;
  for (const std::string& call : calls) {
    const bool counts = call == "create" || call == "write" || call == "fsync file" ||
                        call == "renameat" || call == "fsync folder" || call == "unlinkat";
    if (counts && (steps.empty() || steps.back() != call)) steps.push_back(call);
  }
  EXPECT_EQ(steps, (std::vector<std::string>{"create", "write", "fsync file", "renameat",
                                             "fsync folder"}));
}

// F21
TEST_F(SaveFaults, TwoSaversDoNotMix) {
  constexpr int kRounds = 150;
  const auto saver = [&](const model::Model& model) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        for (int round = 0; round < kRounds; ++round) model::save(model, path_);
      } catch (const Error&) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    return child;
  };
  const model::Model old_model = test::sample_model(kOldUsers);
  const pid_t first = saver(old_model);
  const pid_t second = saver(new_model_);
  int running = 2;
  while (running > 0) {
    const std::string bytes = read_bytes(path_);
    ASSERT_TRUE(bytes == old_bytes_ || bytes == new_bytes_);
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    if (ended == first || ended == second) {
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
      --running;
    }
  }
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"m.kindred"});
}

// F25: leftovers of dead writers go; those of living ones, and everybody else's files, stay.
TEST_F(SaveFaults, OnlyAbandonedTemporaryFilesAreRemoved) {
  test::write_bytes(folder_ / ".m.kindred.0123456789abcdef.tmp", "dead");
  test::write_bytes(folder_ / ".m.kindred.0123456789abcdeg.tmp", "not ours: g");
  test::write_bytes(folder_ / ".other.kindred.0123456789abcdef.tmp", "another model's");
  const std::filesystem::path living = folder_ / ".m.kindred.fedcba9876543210.tmp";
  test::write_bytes(living, "living");
  const int file = ::open(living.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(file, LOCK_EX), 0);
  save_new();
  ::close(file);
  std::vector<std::string> names = folder_.names();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{".m.kindred.0123456789abcdeg.tmp",
                                             ".m.kindred.fedcba9876543210.tmp",
                                             ".other.kindred.0123456789abcdef.tmp", "m.kindred"}));
}

// F24: what a link points to is never written to.
TEST_F(SaveFaults, LinksAreReplacedNotFollowed) {
  test::write_bytes(folder_ / "precious", "precious");
  std::filesystem::create_symlink("precious", folder_ / "link.kindred");
  std::filesystem::create_hard_link(folder_ / "precious", folder_ / "hard.kindred");
  model::save(new_model_, folder_ / "link.kindred");
  model::save(new_model_, folder_ / "hard.kindred");
  EXPECT_EQ(read_bytes(folder_ / "precious"), "precious");
  EXPECT_TRUE(read_bytes(folder_ / "link.kindred") == new_bytes_);
  EXPECT_TRUE(read_bytes(folder_ / "hard.kindred") == new_bytes_);
}

TEST_F(SaveFaults, PermissionsOfTheOldFileAreKept) {
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  save_new();
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0600));
  const mode_t umask_before = ::umask(027);
  model::save(new_model_, folder_ / "fresh.kindred");
  ::umask(umask_before);
  EXPECT_EQ(std::filesystem::status(folder_ / "fresh.kindred").permissions(),
            std::filesystem::perms(0640));
}

// F29: whichever allocation of the save fails, it is an exception and nothing is left.
TEST_F(SaveFaults, EveryAllocationFails) {
  for (std::uint64_t allocation = 1;; ++allocation) {
    bool failed = false;
    {
      const FaultPlan plan({.fail_allocation = allocation});
      try {
        save_new();
      } catch (const std::bad_alloc&) {
      } catch (const Error&) {
      }
      failed = FaultPlan::has_failed();
    }
    if (!failed) break;
    expect_old_and_nothing_else();
  }
  EXPECT_TRUE(read_bytes(path_) == new_bytes_);
}

// F30
TEST_F(SaveFaults, InterruptedExportLeavesTheOldFile) {
  const auto& items = new_model_.items;
  const std::vector<std::function<void(const std::filesystem::path&)>> writers = {
      [&](const auto& path) { embedding::write_npy(items.vectors, path); },
      [&](const auto& path) { embedding::write_vectors_tsv(items.vectors, path); },
      [&](const auto& path) { embedding::write_metadata_tsv(items, path); },
      [&](const auto& path) { embedding::write_labels(items.labels, path); },
      [&](const auto& path) { embedding::write_word2vec(items, path); },
  };
  std::filesystem::remove(path_);
  const std::filesystem::path path = folder_ / "export";
  for (const auto& writer : writers) {
    test::write_bytes(path, "old");
    for (const std::string call : {"write", "fsync", "renameat"}) {
      const FaultPlan plan({.fail_call = call, .fail_at = 1, .error = ENOSPC});
      EXPECT_THROW(writer(path), Error);
    }
    for (int kill_at = 1; kill_at < 8; ++kill_at) {
      in_child([&] {
        const FaultPlan plan({.kill_at = kill_at});
        writer(path);
      });
      EXPECT_EQ(read_bytes(path), "old");
    }
    writer(path);
    EXPECT_NE(read_bytes(path), "old");
    EXPECT_EQ(folder_.names(), std::vector<std::string>{"export"});
  }
}

}  // namespace
}  // namespace kindred
