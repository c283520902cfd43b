// What went wrong, as the user reads it: for tests that compare the words of an error.

#pragma once

#include <string>

#include "kindred/base/error.h"

namespace kindred::test {

// The message of the Error that `work()` throws; "no error" where it throws none.
template <typename Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace kindred::test
