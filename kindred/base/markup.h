// Text that means itself in HTML and SVG, within attributes too.
//
// Thread safety: pure function.

#pragma once

#include <string>
#include <string_view>

namespace kindred {

// "<b>" becomes "&lt;b&gt;".
std::string markup_text(std::string_view text);

}  // namespace kindred
