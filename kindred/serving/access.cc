#include "kindred/serving/access.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "kindred/base/error.h"

namespace kindred::serving {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kBearer = "Bearer ";

bool is_own_name(std::string_view host, unsigned port) {
  return host == fmt::format("127.0.0.1:{}", port) || host == fmt::format("localhost:{}", port);
}

bool is_own_origin(std::string_view origin, unsigned port) {
  constexpr std::string_view kScheme = "http://";
  return origin.starts_with(kScheme) && is_own_name(origin.substr(kScheme.size()), port);
}

}  // namespace

std::string make_token() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(ErrorCode::io, "the operating system has no random bytes to offer");
  }
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

bool equal_in_constant_time(std::string_view given, std::string_view expected) noexcept {
  // Every byte of `given` is compared with something, whatever was found before it.
  unsigned difference = given.size() == expected.size() ? 0U : 1U;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = expected.empty() ? '\0' : expected[i % expected.size()];
    difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i])) ^
                  static_cast<unsigned>(static_cast<unsigned char>(other));
  }
  return difference == 0;
}

std::optional<Refusal> find_access_fault(const HttpRequest& request, std::string_view path,
                                         std::string_view token) {
  if (!is_own_name(request.header("host"), request.local_port)) {
    return Refusal{421, "this server answers to its own address alone"};
  }
  const bool has_origin = std::ranges::any_of(
      request.headers, [](const HttpHeader& header) { return header.name == "origin"; });
  if (has_origin && !is_own_origin(request.header("origin"), request.local_port)) {
    return Refusal{403, "other sites may not use this server"};
  }
  if (!path.starts_with(kApi)) return std::nullopt;
  const std::string_view authorization = request.header("authorization");
  const bool is_bearer = authorization.starts_with(kBearer);
  if (!equal_in_constant_time(is_bearer ? authorization.substr(kBearer.size()) : "", token)) {
    return Refusal{401, "the token is missing or wrong: open the address that kindred printed"};
  }
  return std::nullopt;
}

void add_security_headers(HttpResponse& response) {
  response.headers.push_back(
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
       "require-trusted-types-for 'script'; trusted-types 'none'"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"X-Frame-Options", "DENY"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
  response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
}

}  // namespace kindred::serving
