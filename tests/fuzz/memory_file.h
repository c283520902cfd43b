// Bytes as a file that lies in memory and has a path: for readers that open files.

#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "kindred/base/check.h"

namespace kindred::test {

class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(::memfd_create("fuzz", 0)) {
    KINDRED_CHECK(descriptor_ >= 0);
    const ::ssize_t written = size == 0 ? 0 : ::write(descriptor_, data, size);
    KINDRED_CHECK(written == static_cast<::ssize_t>(size));
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace kindred::test
