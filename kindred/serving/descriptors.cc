#include "kindred/serving/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace kindred::serving {

void raise_descriptor_limit(std::size_t count) noexcept {
  rlimit files = {};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= count) return;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, count);
  ::setrlimit(RLIMIT_NOFILE, &files);  // A refusal leaves the limit as it was.
}

}  // namespace kindred::serving
