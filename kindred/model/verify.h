// Whether a file of Kindred's is what it says: not its checksums alone, but all that its parts
// must have in common before any verb may use it.
//
// Each kind of file has one function that reads it, with one check() or validate() of the whole;
// this one calls the right one by the format's name. So what `kindred inspect` calls intact,
// every verb opens, and every --resume continues.
//
// Cost: that of reading the file. Thread safety: functions of their arguments alone.

#pragma once

#include <filesystem>

#include "kindred/base/json.h"

namespace kindred::model {

// `manifest` is that of the file (storage/container.h). Nothing happens for a kind of file or a
// version that this program does not read.
// Throws Error(corrupt) saying what does not fit, and whatever the reader of the kind throws.
void verify_file(const std::filesystem::path& path, const Json& manifest);

}  // namespace kindred::model
