// CSV files as datasets.

#include "tests/conformance/operations.h"

namespace kindred::conformance {

void add_csv_operations(Operations&) {}

}  // namespace kindred::conformance
