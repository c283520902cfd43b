#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "kindred/base/json.h"
#include "tests/support/program.h"

namespace kindred::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Json* check_named(const Json& report, const std::string& name) {
  for (const Json& check : report.at("checks").as_array()) {
    if (check.at("name").as_string() == name) return &check;
  }
  return nullptr;
}

TEST(Doctor, PrintsALineForEachCheckAndSucceeds) {
  const Ended run = run_kindred({"doctor"});
  ASSERT_EQ(run.code, 0) << run.err;
  for (const char* name : {"cores", "memory", "SIMD", "BLAS", "disk", "files"}) {
    EXPECT_THAT(run.out, HasSubstr(name));
  }
}

TEST(Doctor, JsonHoldsTheFacts) {
  const Ended run = run_kindred({"doctor", "--json", "--threads", "1"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json report = Json::parse(run.out);
  const Json* blas = check_named(report, "BLAS");
  ASSERT_NE(blas, nullptr);
  EXPECT_THAT(blas->at("facts").at("library").as_string(), HasSubstr("OpenBLAS"));
  EXPECT_GT(blas->at("facts").at("gflops_one_thread").as_double(), 0.0);
  EXPECT_GT(check_named(report, "memory")->at("facts").at("usable_bytes").as_uint(), 0U);
}

TEST(Doctor, SaysWhatToDoWhereSavingIsImpossible) {
  const Ended run = run_kindred({"doctor", "--json"}, "/proc");
  ASSERT_EQ(run.code, 0) << run.err;
  const Json report = Json::parse(run.out);
  EXPECT_FALSE(report.at("ok").as_bool());
  EXPECT_THAT(check_named(report, "files")->at("advice").as_string(), HasSubstr("folder"));
}

TEST(Doctor, NoticesAForcedSimdTarget) {
  ::setenv("KINDRED_SIMD", "scalar", 1);
  const Ended run = run_kindred({"doctor", "--json"});
  ::unsetenv("KINDRED_SIMD");
  ASSERT_EQ(run.code, 0) << run.err;
  const Json report = Json::parse(run.out);
  const Json* simd = check_named(report, "SIMD");
  EXPECT_EQ(simd->at("facts").at("target").as_string(), "scalar");
  EXPECT_THAT(simd->at("advice").as_string(), HasSubstr("Unset KINDRED_SIMD"));
}

TEST(Doctor, LeavesNothingBehind) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_kindred({"doctor"}, folder.path()).code, 0);
  EXPECT_TRUE(folder.names().empty());
}

TEST(Program, AnUnknownVerbIsAUsageError) {
  const Ended run = run_kindred({"frobnicate"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, Not(HasSubstr("internal error")));
}

}  // namespace
}  // namespace kindred::test
