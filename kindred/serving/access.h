// Who may ask: the same machine, the same page, with the token.
//
// A server on 127.0.0.1 is reachable from every web page that the user has open. Three checks
// keep those out. The Host must be this address under its own name, which defeats DNS
// rebinding; the Origin, where there is one, must be this server, which defeats forms and
// scripts of other sites; and every call of the API carries a random token, which the opened
// URL has in its fragment, so that it is never sent in a request line, logged or referred.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kindred/serving/http_message.h"
#include "kindred/serving/request_head.h"

namespace kindred::serving {

// 256 random bits in hexadecimal, from the operating system.
std::string make_token();

// Whether the texts are equal, in a time that depends on the length of `given` alone.
bool equal_in_constant_time(std::string_view given, std::string_view expected) noexcept;

// Why a request for `path` is not served, or nothing.
std::optional<Refusal> find_access_fault(const HttpRequest& request, std::string_view path,
                                         std::string_view token);

// Adds the headers that every response has: a strict Content-Security-Policy (nothing but this
// server's own files, no inline script, no text that becomes markup), no sniffing, no framing,
// no referrer.
void add_security_headers(HttpResponse& response);

}  // namespace kindred::serving
