#include "kindred/base/interrupt.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kindred/base/error.h"

namespace kindred {
namespace {

TEST(Interrupt, FirstSignalSetsTheFlag) {
  for (const int number : {SIGINT, SIGTERM}) {
    const Interrupt interrupt;
    EXPECT_FALSE(interrupt.requested());
    EXPECT_EQ(interrupt.signal_number(), 0);
    std::raise(number);
    EXPECT_TRUE(interrupt.requested());
    EXPECT_EQ(interrupt.signal_number(), number);
    EXPECT_EQ(interrupt.exit_code(), 128 + number);
  }
}

TEST(Interrupt, DestructorRestoresTheOldHandler) {
  struct sigaction before = {};
  ::sigaction(SIGINT, nullptr, &before);
  { const Interrupt interrupt; }
  struct sigaction after = {};
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(Interrupt, IgnoredSignalsStayIgnored) {
  std::signal(SIGINT, SIG_IGN);
  {
    const Interrupt interrupt;
    std::raise(SIGINT);
    EXPECT_FALSE(interrupt.requested());
  }
  std::signal(SIGINT, SIG_DFL);
}

TEST(Interrupt, LoopsThatLookThrowWhileItLivesAndNotAfterwards) {
  EXPECT_NO_THROW(throw_if_interrupted());
  {
    const Interrupt interrupt;
    EXPECT_NO_THROW(throw_if_interrupted());
    std::raise(SIGINT);
    EXPECT_TRUE(Interrupt::flag());
    EXPECT_THROW(throw_if_interrupted(), Error);
  }
  EXPECT_FALSE(Interrupt::flag());
  EXPECT_NO_THROW(throw_if_interrupted());
}

TEST(Interrupt, SecondSignalEndsTheProcess) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Interrupt interrupt;
    std::raise(SIGINT);
    std::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace kindred
