// Puts the name of a file in front of the errors of whatever reads it.
//
// The parsers of headers, manifests and tensors do not know which file they are reading,
// and should not; the function that was given the path wraps them once. Running out of
// memory, which a hostile or simply large file can cause, becomes an Error like the rest.

#pragma once

#include <filesystem>
#include <new>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred::storage {

// work(), whose errors then begin with "PATH: ".
template <typename Work>
auto with_file_name(const std::filesystem::path& path, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    // What a hostile file holds must not reach a terminal as it is.
    throw Error(error.code(), path.string() + ": " + printable(error.what(), 2000));
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::out_of_memory, path.string() + ": not enough memory to read it");
  }
}

}  // namespace kindred::storage
