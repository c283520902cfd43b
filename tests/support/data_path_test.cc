#include "tests/support/data_path.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace kindred::test {
namespace {

// Sets an environment variable for the life of the object.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(DataPath, FindsAFileInTheNamedFolder) {
  const ScopedVariable folder("KINDRED_DATA", ::testing::TempDir());
  std::ofstream(::testing::TempDir() + "/data_path_test.txt") << "x";
  EXPECT_EQ(data_file("data_path_test.txt"),
            std::filesystem::path(::testing::TempDir()) / "data_path_test.txt");
}

TEST(DataPath, ARelativeFolderStartsAtTheSourceTree) {
  const ScopedVariable folder("KINDRED_DATA", "tests");
  EXPECT_TRUE(data_file("support/data_path.h").has_value());
}

TEST(DataPath, AnAbsentFileIsNamedInTheReasonToSkip) {
  const ScopedVariable folder("KINDRED_DATA", "/nowhere");
  const ScopedVariable optional("KINDRED_REQUIRE_DATA", "0");
  EXPECT_FALSE(data_file("ml-1m/movies.dat").has_value());
  EXPECT_NE(missing_data("ml-1m/movies.dat").find("/nowhere/ml-1m/movies.dat"), std::string::npos);
}

TEST(DataPath, AnAbsentFileFailsTheTestWhereDataIsRequired) {
  const ScopedVariable folder("KINDRED_DATA", "/nowhere");
  const ScopedVariable required("KINDRED_REQUIRE_DATA", "1");
  EXPECT_NONFATAL_FAILURE(data_file("ml-1m/movies.dat"), "forbids skipping");
}

}  // namespace
}  // namespace kindred::test
