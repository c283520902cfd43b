// Whatever head a client sends: what passes has a target that leads nowhere else.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kindred/base/check.h"
#include "kindred/serving/request_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred::serving;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = find_head_end(bytes);
  if (end == std::string_view::npos) return 0;
  KINDRED_CHECK(end <= size);
  const std::string_view head = bytes.substr(0, end);
  if (find_head_fault(head)) return 0;
  KINDRED_CHECK(head.find('\0') == std::string_view::npos);
  const std::size_t begin = head.find(' ') + 1;
  const auto target = parse_target(head.substr(begin, head.find(' ', begin) - begin));
  if (!target) return 0;
  KINDRED_CHECK(target->path.starts_with('/'));
  KINDRED_CHECK(("/" + target->path + "/").find("/../") == std::string::npos);
  return 0;
}
