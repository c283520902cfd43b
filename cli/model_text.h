// How models are loaded, and how their items and users are shown and named on the command line.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "cli/common.h"
#include "kindred/base/json.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/model/model.h"

namespace kindred::cli {

// The title, safe for a terminal: control characters become '?', and it is cut to
// `width` characters at most.
std::string shown_title(const embedding::Embeddings& things, std::size_t row,
                        std::size_t width = 56);

// Text padded with spaces to `width` characters, counting UTF-8 characters as one.
std::string padded(const std::string& text, std::size_t width);

// "2004, Animation|Comedy": the year where the title does not show it, and the genres;
// for things without either, up to three other columns. Safe for a terminal.
std::string details(const embedding::Embeddings& things, std::size_t row);

// The fewest digits that read back as the same float.
std::string shortest(float value);
Json json_number(float value);

// model::load, unless the model is larger than the memory limit.
// Throws Error(out_of_memory) then.
model::Model load_model(const CommonOptions& common, const std::filesystem::path& path);

// The row of the user with this id.
// Throws Error(not_found) saying how many users there are and what their ids look like;
// `before` comes first in the message.
std::uint32_t user_row(const model::Model& model, std::string_view id,
                       const std::string& before = "");

}  // namespace kindred::cli
