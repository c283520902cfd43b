// Files as maps: whatever `kindred view` is given.
//
//    a .kindred model          its items, or its users
//    projector_config          .json or .pbtxt: one of its embeddings: .bytes or TSV, metadata,
//                              sprite sheet
//    anything else             what embedding/import.h reads
//
// beside which may stand a file of labels or other metadata, a file of images (idx), and the file
// in which labels that were edited on the page are kept (label_file.h).
//
// Probabilities have a column for each label, in their order. There may be more columns, of classes
// that no row is labelled with: their names say which is which, or else those columns are taken, in
// the order of the labels, that give the rows' own labels the most; MapData::remark says so.
//
// Thread safety: a pure function.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kindred/embedding/import.h"
#include "kindred/serving/map_data.h"

namespace kindred::serving {

struct MapInput {
  std::filesystem::path file;
  std::filesystem::path labels = {};         // Empty: none.
  std::filesystem::path images = {};         // Empty: those that the file itself has.
  std::filesystem::path probabilities = {};  // .npy: of each row for each label; empty: none.
  std::vector<std::string> classes = {};     // What its columns are of; empty: see below.
  std::string color = {};                    // The column to colour by at first; "": a likely one.
  bool users = false;                        // Of a model: its users.
  // Of a projector's config: which; "": the first whose file is there. Of an .npz: which array.
  std::string tensor = {};
  embedding::ImportOptions reading = {};  // What is known of a file of vectors.
  std::filesystem::path label_file = {};  // Of edited labels; empty: default_label_file().
};

// Beside the file, called as it is without its endings: NAME.edited.csv; with --users or
// --tensor NAME.users.edited.csv, NAME.TENSOR.edited.csv. Empty where the input is no regular file.
std::filesystem::path default_label_file(const MapInput& input);

// Throws Error naming the file, as the readers do, and where labels or images do not match.
MapData read_map(const MapInput& input);

}  // namespace kindred::serving
