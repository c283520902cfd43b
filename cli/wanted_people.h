// Whom `kindred recommend` is for: one user, those of a file, or all.
//
// A file may name users whom the model does not know, such as those who signed up since it was
// trained. They keep their place in the list and get what is popular.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.h"
#include "kindred/model/model.h"

namespace kindred::cli {

// In place of a row: a user whom the model does not know.
inline constexpr std::uint32_t kStranger = static_cast<std::uint32_t>(-1);

struct People {
  std::vector<std::uint32_t> users;              // Rows of the model, or kStranger.
  std::map<std::size_t, std::string> strangers;  // By place in `users`: the id.
};

struct PeopleWish {
  std::optional<std::string> user;
  std::filesystem::path users;
  bool all = false;
  bool rows_only = false;  // Strangers are left out, as where the result has no place for them.
};

// Notes how many are strangers. Throws Error(not_found) for a user that is none of the model, and
// for a file of strangers alone; Error(invalid_argument) for a file that names nobody.
People wanted_people(const PeopleWish& wish, const model::Model& model,
                     const CommonOptions& common);

}  // namespace kindred::cli
