// For tests that read ratings: text in, ratings or the error out.

#pragma once

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/ratings_reader.h"
#include "tests/support/temporary_folder.h"

namespace kindred::test {

class RatingsFixture : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& text, const std::string& name = "r.csv") {
    const auto path = folder_ / name;
    std::filesystem::remove(path);  // Much faster than truncating it, on ext4.
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  data::Ratings read(const std::string& text, const data::RatingsOptions& options = {}) {
    return data::read_ratings(write(text), options, pool_);
  }

  // What the error says, from the file's name on; "no error" where there is none.
  std::string error_of_file(const std::filesystem::path& path,
                            const data::RatingsOptions& options = {}) {
    try {
      data::read_ratings(path, options, pool_);
    } catch (const Error& error) {
      const std::string message = error.what();
      const std::size_t name = message.find(folder_.path().string());
      return name == std::string::npos
                 ? message
                 : std::string(message).erase(name, folder_.path().string().size() + 1);
    }
    return "no error";
  }
  std::string error_of(const std::string& text, const data::RatingsOptions& options = {}) {
    return error_of_file(write(text), options);
  }

  TemporaryFolder folder_;
  ThreadPool pool_{2};
};

inline std::string as_text(float value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

// The entries in matrix order, one a line: "user item value", and "@time" where there is one.
inline std::string entries(const data::Ratings& ratings) {
  const data::Interactions& all = ratings.interactions;
  std::string text;
  for (std::size_t user = 0; user < all.by_user.rows; ++user) {
    for (std::uint64_t i = all.by_user.offsets[user]; i < all.by_user.offsets[user + 1]; ++i) {
      text += std::string(all.users.label(user)) + " " +
              std::string(all.items.label(all.by_user.columns[i])) + " " +
              as_text(all.by_user.values[i]);
      if (!all.timestamps.empty()) text += " @" + std::to_string(all.timestamps[i]);
      text += "\n";
    }
  }
  return text;
}

}  // namespace kindred::test
