// Where the real data sets are, for the tests that use them.
//
// The data sets may not be copied into the project, so a test that reads one looks for
// it beside the checkout, or where the environment variable KINDRED_DATA says, and is
// skipped with the reason where it is absent:
//
//     const auto ratings = test::data_file("ml-100k/u.data");
//     if (!ratings) GTEST_SKIP() << test::missing_data("ml-100k/u.data");
//
// With KINDRED_REQUIRE_DATA=1 an absent file fails the test instead.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace kindred::test {

// The folder of the data sets: $KINDRED_DATA, or ../shared/data. A relative path starts at
// the root of the source tree, wherever the test runs.
inline std::filesystem::path data_folder() {
  const char* named = std::getenv("KINDRED_DATA");
  const bool given = named != nullptr && *named != '\0';
  return std::filesystem::path(KINDRED_SOURCE_DIR) / (given ? named : "../shared/data");
}

// The sentence that a skipped test prints.
inline std::string missing_data(std::string_view name) {
  return "no data: " + (data_folder() / name).lexically_normal().string() +
         " does not exist (KINDRED_DATA names the folder of the data sets)";
}

// The path of a file in the data folder, or nothing where it is absent. Absent under
// KINDRED_REQUIRE_DATA=1 it also fails the current test.
inline std::optional<std::filesystem::path> data_file(std::string_view name) {
  const std::filesystem::path path = data_folder() / name;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  const char* required = std::getenv("KINDRED_REQUIRE_DATA");
  if (required != nullptr && std::string_view(required) == "1") {
    ADD_FAILURE() << missing_data(name) << ", and KINDRED_REQUIRE_DATA=1 forbids skipping";
  }
  return std::nullopt;
}

}  // namespace kindred::test
