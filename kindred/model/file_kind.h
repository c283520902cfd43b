// What kind of file a path is, by what is in it: the one place that says so.
//
// Verbs that take several kinds (evaluate: a model or ratings; view: nearly anything) ask here,
// so that none of them takes a table model for ratings or a store for a model, and so that each
// can say what it was given instead. Only regular files are looked at: a pipe can be read but
// once. Nothing is known by its name.
//
// Cost: the first bytes, and the header of a safetensors file. Thread safety: pure functions.

#pragma once

#include <filesystem>
#include <string>

#include "kindred/base/json.h"

namespace kindred::model {

enum class FileKind {
  unknown,  // No regular file: absent, a folder, a pipe. Whoever opens it says so.
  empty,
  model,        // Of ratings: people and items.
  table_model,  // Of a table's rows.
  ratings_store,
  lists,
  checkpoint,       // Of any training.
  other_container,  // Kindred's, newer or damaged: whoever opens it says what is wrong.
  safetensors,      // Another program's.
  npy,
  npz,
  idx,
  projector_config,  // Of TensorBoard's projector.
  foreign,           // A format that is not read (data/foreign_format.h).
  text,              // Anything else: ratings, tables, vectors.
};

struct KindOfFile {
  FileKind kind = FileKind::unknown;
  std::string what;      // "a model of ratings": for people, behind "is".
  std::string evidence;  // "its manifest says 'kindred model'".

  // Whether it is a safetensors file, whoever has written it.
  bool is_container() const noexcept {
    return kind >= FileKind::model && kind <= FileKind::safetensors;
  }
};

KindOfFile kind_of_file(const std::filesystem::path& path);

// The kind of a container by its manifest; null: safetensors.
FileKind kind_of_manifest(const Json& manifest);

}  // namespace kindred::model
