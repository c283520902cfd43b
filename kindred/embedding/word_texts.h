// Words of files of vectors on their way to labels: as UTF-8, and each of them once.
//
// Bytes that are not UTF-8 become U+FFFD, or Latin-1 where that is the encoding; equal words get
// a number behind them (data/unique_names.h). Both are counted, since people should know.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/data/vocabulary.h"

namespace kindred::embedding {

class WordTexts {
 public:
  // Throws Error(invalid_argument) for an encoding that is not "", "utf-8" or "latin-1".
  // `name`, the file's, is for errors.
  WordTexts(std::string name, const std::string& encoding);

  std::string to_utf8(std::string_view bytes);

  // Of texts of to_utf8(): labels, one for each, in their order.
  data::Vocabulary labels(const std::vector<std::string>& texts);

  // What was replaced or numbered.
  Guesses guesses() const;

 private:
  std::string name_;
  bool latin1_ = false;
  bool strict_ = false;  // The encoding was given, so what is not UTF-8 is an error.
  std::size_t replaced_count_ = 0;
  std::string first_replaced_;
  std::size_t numbered_count_ = 0;
  std::string first_numbered_;
};

}  // namespace kindred::embedding
