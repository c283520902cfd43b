#include "kindred/base/machine.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace kindred {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

class MachineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
    put("proc/meminfo",
        "MemTotal:        8388608 kB\nMemFree:  1 kB\nMemAvailable:    4194304 kB\n");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  MachineLimits limits() const { return machine_limits(root_); }

  std::filesystem::path root_;
};

TEST_F(MachineTest, WithoutControlGroupsTheMachineIsTheLimit) {
  EXPECT_EQ(limits().memory_bytes, 8192 * kMebibyte);
  EXPECT_EQ(limits().available_bytes, 4096 * kMebibyte);
  EXPECT_EQ(limits().usable_memory_bytes(), 8192 * kMebibyte);
  EXPECT_FALSE(limits().memory_quota_bytes.has_value());
  EXPECT_FALSE(limits().core_quota.has_value());
  EXPECT_GE(limits().core_count, 1);
}

TEST_F(MachineTest, VersionTwoTakesTheTightestLevel) {
  put("proc/self/cgroup", "0::/user.slice/job.scope\n");
  put("sys/fs/cgroup/user.slice/memory.max", "536870912\n");
  put("sys/fs/cgroup/user.slice/job.scope/memory.max", "max\n");
  put("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/user.slice/job.scope/cpu.max", "150000 100000\n");
  EXPECT_EQ(limits().usable_memory_bytes(), 512 * kMebibyte);
  EXPECT_EQ(limits().core_quota, 1.5);
}

TEST_F(MachineTest, InAContainerTheRootIsTheGroup) {
  put("proc/self/cgroup", "0::/../../host/path\n");
  put("sys/fs/cgroup/memory.max", "1073741824\n");
  EXPECT_EQ(limits().usable_memory_bytes(), 1024 * kMebibyte);
}

TEST_F(MachineTest, VersionOne) {
  put("proc/self/cgroup", "4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "268435456\n");
  put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(limits().usable_memory_bytes(), 256 * kMebibyte);
  EXPECT_FALSE(limits().core_quota.has_value());
}

TEST_F(MachineTest, AQuotaAboveTheMachineIsNoLimit) {
  put("proc/self/cgroup", "0::/\n");
  put("sys/fs/cgroup/memory.max", "99999999999999\n");
  EXPECT_EQ(limits().usable_memory_bytes(), 8192 * kMebibyte);
}

TEST_F(MachineTest, BrokenFilesSayNothing) {
  put("proc/self/cgroup", "nonsense\n0::\n:\n");
  put("sys/fs/cgroup/memory.max", "-\n");
  put("proc/meminfo", "MemTotal: lots\n");
  EXPECT_FALSE(limits().memory_quota_bytes.has_value());
  EXPECT_EQ(limits().memory_bytes, 0U);
}

TEST(Machine, ThisMachineHasMemoryAndCores) {
  const MachineLimits limits = machine_limits();
  EXPECT_GE(limits.core_count, 1);
  EXPECT_GT(limits.usable_memory_bytes(), 64 * kMebibyte);
  EXPECT_LE(limits.available_bytes, limits.memory_bytes);
}

}  // namespace
}  // namespace kindred
