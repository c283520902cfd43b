// Reads and writes .kindred files: valid safetensors with a manifest and checksums.
//
// Saving is atomic: a temporary file beside the target, fsync, rename, fsync of the
// folder. Whoever is killed half-way leaves the old file untouched. Loading treats the
// bytes as hostile: structure, bounds, sizes and checksums are verified before anything
// is allocated or used.
//
// Cost: one pass over the file. Thread safety: functions of their arguments alone.

#pragma once

#include <filesystem>

#include "kindred/model/model.h"

namespace kindred::model {

// Equal models give equal bytes. Throws Error(io) naming the path and the cause; the
// file at `path` is then as it was.
void save(const Model& model, const std::filesystem::path& path);

// Throws Error(not_found), Error(corrupt) with what was wrong and where, or
// Error(unsupported) when the file was written by a newer format version.
Model load(const std::filesystem::path& path);

}  // namespace kindred::model
