#include "kindred/base/markup.h"

#include <gtest/gtest.h>

namespace kindred {
namespace {

TEST(Markup, TextMeansItself) {
  EXPECT_EQ(markup_text("<a href=\"x\">R&D</a>"), "&lt;a href=&quot;x&quot;&gt;R&amp;D&lt;/a&gt;");
  EXPECT_EQ(markup_text("Amélie"), "Amélie");
}

}  // namespace
}  // namespace kindred
