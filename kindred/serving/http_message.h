// What HTTP requests and responses are, apart from how they travel: plain values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::serving {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method;               // "GET", as sent.
  std::string target;               // As sent: "/api/map?x=1".
  std::vector<HttpHeader> headers;  // Names in lower case.
  std::string body;
  std::uint16_t local_port = 0;  // Where it arrived.

  // The value of the first header of this name (in lower case), or "".
  std::string_view header(std::string_view name) const noexcept;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<HttpHeader> headers;  // Beside Content-Type, Content-Length, Connection.
};

// Makes the names of all headers lower case.
void lower_names(HttpRequest& request);

// The words that go with a status: "Not Found".
std::string_view reason_of(int status) noexcept;

// {"error": message}, for people who look.
HttpResponse error_response(int status, std::string_view message);

}  // namespace kindred::serving
