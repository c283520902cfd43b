// word2vec files: "n d" in the first line, then n words, each with d numbers, as text or binary.
//
// A first line of two whole numbers may also be a point, so nothing is taken from it that the
// rest does not bear out: n lines of a word and d numbers make it a header, other lines of two
// numbers make it a point, and anything else is an error that says what was announced and what
// is there. Bytes are binary only where text could not have them: a text with another d is never
// taken for floats.
//
// Words that hold spaces cannot be told from numbers in text; words_with_spaces of ImportOptions
// says that the last d numbers are the vector. Cost: one pass. Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "kindred/embedding/import.h"

namespace kindred::embedding {

struct Word2VecSizes {
  std::size_t rows = 0;
  std::size_t dimensions = 0;
  std::size_t header_bytes = 0;  // With its line end.
  bool has_tab = false;          // Between them: as likely the first row of a table.
};

// "n d" and nothing else in the first line.
std::optional<Word2VecSizes> word2vec_sizes(std::string_view bytes);

// Nothing where the first line is no header: a point among points, which is added to `guesses`.
// Throws Error(corrupt) or Error(invalid_argument) with file and line where the file is neither,
// or may be both.
std::optional<Imported> read_word2vec(std::string_view bytes, const Word2VecSizes& sizes,
                                      const std::string& name, const ImportOptions& options,
                                      Guesses& guesses);

}  // namespace kindred::embedding
