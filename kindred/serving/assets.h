// The files of the page, bundled when the program was built and part of it.
//
// web/build.mjs writes them, compressed, and the table that finds them; a build without node
// and npm has an empty table.
//
// Thread safety: constants.

#pragma once

#include <span>
#include <string_view>

namespace kindred::serving {

struct Asset {
  std::string_view path;  // "/app.js"
  std::string_view content_type;
  std::string_view etag;  // With its quotes.
  std::string_view gzip;  // The bytes, compressed.
};

std::span<const Asset> all_assets() noexcept;

// The asset, or null. "/" is the page itself.
const Asset* find_asset(std::string_view path) noexcept;

}  // namespace kindred::serving
