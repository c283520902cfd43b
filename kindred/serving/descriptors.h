// How many files and sockets the process may have open.

#pragma once

#include <cstddef>

namespace kindred::serving {

// Raises the process's own (soft) limit to `count`, or as far as the system allows.
void raise_descriptor_limit(std::size_t count) noexcept;

}  // namespace kindred::serving
