#include "kindred/base/resumable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "kindred/base/error.h"
#include "tests/support/temporary_folder.h"

namespace kindred {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ResumableFileTest : public ::testing::Test {
 protected:
  static std::string unit(std::uint64_t n) { return "unit " + std::to_string(n) + "\n"; }
  static std::string whole(std::uint64_t count) {
    std::string text;
    for (std::uint64_t n = 0; n < count; ++n) text += unit(n);
    return text;
  }
  // Does units up to `stop`; returns where it took up.
  std::uint64_t run(std::uint64_t stop, bool resume, bool commit) {
    ResumableFile file(path_, "key", resume);
    const std::uint64_t first = file.resumed().done;
    EXPECT_EQ(file.resumed().tallies[0], 3 * first);
    for (std::uint64_t n = first; n < stop; ++n) {
      file.append(unit(n));
      file.mark({.done = n + 1, .tallies = {3 * (n + 1), 0}});
    }
    if (commit) file.commit();
    return first;
  }
  std::string partial() const { return test::read_bytes(folder_ / "f.csv.partial"); }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "f.csv";
};

TEST_F(ResumableFileTest, AppearsWholeAndLeavesNothingBeside) {
  EXPECT_EQ(run(100, false, true), 0U);
  EXPECT_EQ(test::read_bytes(path_), whole(100));
  EXPECT_THAT(folder_.names(), ElementsAre("f.csv"));
  EXPECT_FALSE(ResumableFile::unfinished_key(path_));
}

TEST_F(ResumableFileTest, GoesOnWhereTheLastRunStopped) {
  test::write_bytes(path_, "old");
  run(40, false, false);
  EXPECT_EQ(test::read_bytes(path_), "old");
  EXPECT_EQ(partial(), whole(40));
  EXPECT_EQ(ResumableFile::unfinished_key(path_), "key");
  EXPECT_EQ(run(70, true, false), 40U);
  EXPECT_EQ(run(100, true, true), 70U);
  EXPECT_EQ(test::read_bytes(path_), whole(100));
}

TEST_F(ResumableFileTest, WithoutResumeItBeginsAnew) {
  run(40, false, false);
  EXPECT_EQ(run(10, false, true), 0U);
  EXPECT_EQ(test::read_bytes(path_), whole(10));
}

TEST_F(ResumableFileTest, WhatWasNotMarkedIsCutOff) {
  {
    ResumableFile file(path_, "key", false);
    file.append(unit(0));
    file.mark({.done = 1, .tallies = {3, 0}});
    file.append("half of the next un");
  }
  EXPECT_EQ(partial(), unit(0));
  EXPECT_EQ(run(5, true, true), 1U);
  EXPECT_EQ(test::read_bytes(path_), whole(5));
}

// A kill leaves more bytes than notes; a power cut may leave a line of the notes cut short.
TEST_F(ResumableFileTest, EveryCutOfEitherFileIsTakenUpToTheSameBytes) {
  run(3, false, false);
  run(6, true, false);
  const std::string notes = test::read_bytes(folder_ / "f.csv.progress");
  const std::string bytes = partial();
  for (std::size_t notes_kept = 0; notes_kept <= notes.size(); ++notes_kept) {
    test::write_bytes(folder_ / "f.csv.progress", notes.substr(0, notes_kept));
    test::write_bytes(folder_ / "f.csv.partial", bytes + "more that no note speaks of");
    run(8, true, true);
    ASSERT_EQ(test::read_bytes(path_), whole(8)) << notes_kept;
  }
  for (std::size_t kept = 0; kept <= bytes.size(); ++kept) {
    test::write_bytes(folder_ / "f.csv.progress", notes);
    test::write_bytes(folder_ / "f.csv.partial", bytes.substr(0, kept));
    run(8, true, true);
    ASSERT_EQ(test::read_bytes(path_), whole(8)) << kept;
  }
  // A changed byte of a note is no note.
  for (std::size_t at = 0; at < notes.size(); ++at) {
    std::string changed = notes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    test::write_bytes(folder_ / "f.csv.progress", changed);
    test::write_bytes(folder_ / "f.csv.partial", bytes);
    run(8, true, true);
    ASSERT_EQ(test::read_bytes(path_), whole(8)) << at;
  }
}

// What a note speaks of is read again: a flipped bit or a lost block costs what came after the
// note before it, and never reaches the finished file.
TEST_F(ResumableFileTest, EveryFlippedBitOfThePartialFileIsMadeAgain) {
  run(3, false, false);
  run(6, true, false);
  const std::string notes = test::read_bytes(folder_ / "f.csv.progress");
  const std::string bytes = partial();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    test::write_bytes(folder_ / "f.csv.progress", notes);
    test::write_bytes(folder_ / "f.csv.partial", changed);
    {
      const ResumableFile file(path_, "key", true);
      ASSERT_GT(file.damaged_bytes(), 0U) << at;
      ASSERT_EQ(file.resumed().done, at < whole(3).size() ? 0U : 3U) << at;
    }
    run(8, true, true);
    ASSERT_EQ(test::read_bytes(path_), whole(8)) << at;
  }
  test::write_bytes(folder_ / "f.csv.progress", notes);
  test::write_bytes(folder_ / "f.csv.partial", std::string(bytes.size(), '\0'));
  EXPECT_EQ(run(8, true, true), 0U);
  EXPECT_EQ(test::read_bytes(path_), whole(8));
}

TEST_F(ResumableFileTest, NotesOfTheVersionWithoutChecksumsAreNone) {
  run(3, false, false);
  std::string notes = test::read_bytes(folder_ / "f.csv.progress");
  notes.replace(notes.find("progress-2"), 10, "progress-1");
  test::write_bytes(folder_ / "f.csv.progress", notes);
  EXPECT_FALSE(ResumableFile::unfinished_key(path_));
  EXPECT_EQ(run(8, true, true), 0U);
  EXPECT_EQ(test::read_bytes(path_), whole(8));
}

TEST_F(ResumableFileTest, OneRunAtATime) {
  ResumableFile first(path_, "key", false);
  try {
    ResumableFile second(path_, "key", true);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("another run is writing it"));
  }
}

TEST_F(ResumableFileTest, RemovedOnceTheResultIsElsewhere) {
  ResumableFile file(path_, "key", false);
  file.append("records");
  file.mark({.done = 1});
  file.close();
  EXPECT_EQ(partial(), "records");
  file.remove();
  EXPECT_THAT(folder_.names(), ElementsAre());
}

TEST_F(ResumableFileTest, ALinkInItsPlaceIsNotFollowed) {
  std::filesystem::create_symlink("/dev/full", folder_ / "f.csv.partial");
  EXPECT_THROW(ResumableFile(path_, "key", false), Error);
}

}  // namespace
}  // namespace kindred
