// Embeddings for other programs: numpy, the TensorBoard projector, word2vec readers.
//
//    npy        one array, n x d, 32-bit floats (format version 1.0): numpy.load reads it
//    tsv        one line a vector, tabs between, and a file of metadata beside it: what
//               the projector's "Load" dialog asks for
//    word2vec   "n d", then "label v1 v2 ..." a line: gensim's load_word2vec_format
//
// Numbers are printed with the fewest digits that read back as the same float. Text
// formats cannot hold every label: tabs and line ends become spaces, and in word2vec
// spaces become underscores and an empty word "_"; a label that would then be another's gets a
// number. The functions return how many texts do not fit, and a CSV file beside them holds all
// labels as they are. import.h and row_metadata.h read everything back.
//
// Every file is written atomically (base/atomic_file.h, which has the errors).
// Cost: one pass; memory one megabyte.

#pragma once

#include <cstddef>
#include <filesystem>

#include "kindred/data/vocabulary.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/linalg/matrix.h"

namespace kindred::embedding {

void write_npy(MatrixView vectors, const std::filesystem::path& path);

void write_vectors_tsv(MatrixView vectors, const std::filesystem::path& path);

// A column for the title, where there is one, then the label as "id", then the others.
// A single column goes without a header, as the projector wants it.
std::size_t write_metadata_tsv(const Embeddings& embeddings, const std::filesystem::path& path);

// One label a line, in the order of the rows.
std::size_t write_labels(const data::Vocabulary& labels, const std::filesystem::path& path);

// A header "label" and a label a record, quoted where RFC 4180 needs it: whatever they are.
void write_labels_csv(const data::Vocabulary& labels, const std::filesystem::path& path);

std::size_t write_word2vec(const Embeddings& embeddings, const std::filesystem::path& path);

}  // namespace kindred::embedding
