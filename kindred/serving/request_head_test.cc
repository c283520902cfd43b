#include "kindred/serving/request_head.h"

#include <gtest/gtest.h>

namespace kindred::serving {
namespace {

int status_of_head(const std::string& head) {
  EXPECT_EQ(find_head_end(head), head.size()) << head;
  const auto fault = find_head_fault(head);
  return fault ? fault->status : 200;
}

TEST(RequestHead, TakesWhatBrowsersSend) {
  EXPECT_EQ(status_of_head("GET /api/map?x=%20 HTTP/1.1\r\nHost: a:1\r\nAccept: */*\r\n\r\n"), 200);
  EXPECT_EQ(status_of_head("POST / HTTP/1.1\r\nHost:a\r\nContent-Length: 2\r\n\r\n"), 200);
  EXPECT_EQ(status_of_head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"),
            200);
}

TEST(RequestHead, RefusesWhatParsersDisagreeAbout) {
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const char* bad : {
           "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
           "Content-Length: 1\r\nContent-Length: 1\r\n",
           "Content-Length: 1\r\nContent-Length: 2\r\n",
           "Content-Length: +1\r\n",
           "Content-Length: 1, 1\r\n",
           "Content-Length: \r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding: chunked, identity\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "X: a\r\n folded\r\n",
           "X : a\r\n",
           "X\r\n",
           ": a\r\n",
           "X: a\nY: b\r\n",
           "X: a\x01\r\n",
           "X: a\rb\r\n",
           "Host: a\r\n",
       }) {
    EXPECT_EQ(status_of_head(start + bad + "\r\n"), 400) << bad;
  }
  EXPECT_EQ(status_of_head(start + std::string("X: a\0b\r\n", 8) + "\r\n"), 400);
  EXPECT_EQ(status_of_head("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of_head("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(status_of_head("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of_head("GET /\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of_head("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of_head(start + "Content-Encoding: gzip\r\n\r\n"), 415);
}

TEST(RequestHead, CountsHeaders) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 99; ++i) head += "X: 1\r\n";
  EXPECT_EQ(status_of_head(head + "\r\n"), 200);
  EXPECT_EQ(status_of_head(head + "X: 1\r\n\r\n"), 431);
}

TEST(RequestHead, WaitsForTheEmptyLine) {
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n"), std::string::npos);
  EXPECT_EQ(find_head_end("a\r\n\r"), std::string::npos);
  EXPECT_EQ(find_head_end("a\r\n\r\nbody"), 5U);
  EXPECT_EQ(find_head_end(""), std::string::npos);
}

TEST(Target, IsTakenApart) {
  const auto target = parse_target("/api/x%20y?a=1&b=%26+c&d&a=2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/api/x y");
  ASSERT_EQ(target->query.size(), 4U);
  EXPECT_EQ(*target->find("a"), "1");
  EXPECT_EQ(*target->find("b"), "& c");
  EXPECT_EQ(*target->find("d"), "");
  EXPECT_EQ(target->find("e"), nullptr);
}

TEST(Target, MayNotLeadElsewhere) {
  for (const char* bad :
       {"",      "x",    "http://a/", "*",       "//",        "/a//b", "/../x",
        "/a/..", "/./a", "/%2e%2e/x", "/..%2fx", "/a%5cb",    "/a\\b", "/a%00b",
        "/%",    "/%4",  "/%zz",      "/%250a",  "/a%0d%0ab", "/?a=%", "/a?x=%g0"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
}

}  // namespace
}  // namespace kindred::serving
