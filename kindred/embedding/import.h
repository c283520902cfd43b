// Vectors that other programs have written, whatever the format; export.h is the other way.
//
//    .npy, .npz  an array of numbers with two axes or more (the further ones are flattened); of
//                an archive the only such array, or the one that is named
//    idx         images as vectors of pixels divided by 255
//    word2vec    "n d", then n words, each with d numbers, as text or as binary floats
//    tables      a record a row between tabs, commas, semicolons or spaces, with or without a
//                header, labels or classes: GloVe, CSV of pandas and R, the projector's TSV
//    raw         float32, row-major, without a header: the projector's .bytes
//
// Formats are recognised by the bytes, never by the name; gzip and zstd as everywhere. What a
// text means is weighed over whole readings (table_layout.h, word2vec.h): each choice that the
// text left open is returned as a Guess, and a choice between two readings that explain it about
// equally well is an error that shows both and the option that decides. Rows that are announced
// and not there, or there and not announced, are errors, and no line is skipped but blank ones.
//
// Without labels, rows are called by their number, from 0. Words that come twice get a number;
// bytes that are not UTF-8 become U+FFFD unless an encoding is given, and are counted.
//
// Cost: one pass beside a look at the first megabyte; memory for the file and the result.
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "kindred/base/guess.h"
#include "kindred/data/exact_text.h"
#include "kindred/data/point_images.h"
#include "kindred/embedding/embeddings.h"

namespace kindred::embedding {

// What somebody knows about a file; what is left empty is found out.
struct ImportOptions {
  std::string format = {};          // "word2vec" or "table"; of texts alone.
  std::string separator = {};       // Of a table: "\\t", ",", ";", "|" or " ".
  std::optional<bool> header = {};  // Of a table: whether its first line names the columns.
  std::string label_columns = {};   // Of a table: names or numbers from 1, or "none".
  bool words_with_spaces = false;   // The last d numbers of a line are the vector.
  std::string encoding = {};        // "utf-8" or "latin-1".
  std::string tensor = {};          // Of an .npz: which array.
};

struct Imported {
  Embeddings embeddings;       // Classes and other columns that are no labels are its metadata.
  data::WrittenCells written;  // The texts of the metadata's number columns.
  data::PointImages images;    // Of an idx file; else empty.
  std::string format;          // "npy", "npz", "idx", "word2vec", "tsv": for people.
  Guesses guesses;
};

// Throws Error(invalid_argument), Error(corrupt) or Error(unsupported) with the file and the
// line or the offset; Error as ByteSource does.
Imported import_vectors(const std::filesystem::path& path, const ImportOptions& options = {});

// Throws Error(corrupt) unless the file is exactly rows x dimensions float32.
Embeddings import_raw(const std::filesystem::path& path, std::size_t rows, std::size_t dimensions);

// Labels "0", "1", ....
data::Vocabulary numbered_labels(std::size_t count);

}  // namespace kindred::embedding
