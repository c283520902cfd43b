// The one error type of Kindred.
//
// A function that cannot keep the promise of its comment throws `Error`, whose
// message names the thing and the value at fault ("ratings.csv:17: 'rating' is
// 'x5', not a number"). A programmer's mistake is not an error: KINDRED_CHECK ends
// the process. An everyday outcome (an unseen title, an empty field) is not an error
// either: it is a std::optional or a named value in the return type.
//
// Catching is for boundaries only; STYLE.md lists them.

#pragma once

#include <stdexcept>
#include <string>

namespace kindred {

enum class ErrorCode {
  invalid_argument,  // The caller passed a value that the contract forbids.
  not_found,         // A file, column, label or model does not exist.
  corrupt,           // Bytes contradict their own checksum or structure.
  unsupported,       // Valid, but written by a newer format version.
  out_of_memory,     // The work would exceed the memory limit, or allocation failed.
  io,                // The operating system refused.
  cancelled,         // The caller asked to stop.
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace kindred
