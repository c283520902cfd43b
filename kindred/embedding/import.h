// Vectors that other programs have written, whatever the format; export.h is the other way.
//
//    .npy        an array of numbers with two axes or more (the further ones are flattened)
//    idx         images as vectors of pixels divided by 255
//    word2vec    "n d", then n labels, each with d numbers, as text or as binary floats
//    tables      d numbers a line between tabs, commas or spaces; a first field that is no
//                number is the label
//    raw         float32, row-major, without a header: the projector's .bytes
//
// Formats are recognised by the bytes, never by the name; gzip and zstd as everywhere. Without
// labels, rows are called by their number, from 0.
//
// Cost: one pass; memory for the file and the result. Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "kindred/data/point_images.h"
#include "kindred/embedding/embeddings.h"

namespace kindred::embedding {

struct Imported {
  Embeddings embeddings;     // With an empty table of metadata.
  data::PointImages images;  // Of an idx file; else empty.
  std::string format;        // "npy", "idx", "word2vec", "tsv": for people.
};

// Throws Error(invalid_argument), Error(corrupt) or Error(unsupported) with the file and the
// line or the offset; Error as ByteSource does.
Imported import_vectors(const std::filesystem::path& path);

// Throws Error(corrupt) unless the file is exactly rows x dimensions float32.
Embeddings import_raw(const std::filesystem::path& path, std::size_t rows, std::size_t dimensions);

// Labels "0", "1", ....
data::Vocabulary numbered_labels(std::size_t count);

}  // namespace kindred::embedding
