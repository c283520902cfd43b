// Rows of length one: what turns a cosine into a dot product.

#pragma once

#include "kindred/linalg/matrix.h"

namespace kindred::search {

// Each row divided by its norm, which is taken in double: neither the squares of huge nor
// those of tiny floats go wrong. A row of zeros stays zero, so that its cosine with
// anything is 0.
Matrix normalised_rows(MatrixView vectors);

}  // namespace kindred::search
