// An HTTP/1.1 server that is hard to hurt: bounded in bytes, in time and in connections.
//
//    HttpServer server({.port = 4780}, handler);      // Listens on 127.0.0.1 and answers.
//    ...
//    server.stop();                                   // Finishes what was begun, then closes.
//
// One background thread does all input and output (Boost.Beast and Asio, in http.cc alone).
// It calls handler(request, reply), which must not block: it answers at once, or hands the
// reply to a thread that answers later. A reply answers with one response, or with a stream
// of bytes that goes on until either side ends it (server-sent events).
//
// Limits are totals, not silences: a head has five seconds from its first byte to its last,
// however busily the bytes trickle. A head, a body or a count of headers over its limit is
// refused with the status that says so, and the connection is closed. A stream whose reader
// does not keep up is cut when `stream_bytes_max` bytes wait for it. At the limit of
// connections the one that has waited longest without a request makes room.
//
// Thread safety: HttpReply and HttpStream may be used from any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "kindred/base/background_task.h"
#include "kindred/serving/http_message.h"
#include "kindred/serving/http_reply.h"

namespace kindred::serving {

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;       // 0: any free one.
  std::uint16_t port_last = 0;  // Above `port`: the first free one from port to port_last.
  std::size_t head_bytes_max = 8192;
  std::size_t body_bytes_max = std::size_t{1} << 20U;
  std::size_t stream_bytes_max = std::size_t{4} << 20U;
  std::size_t connection_count_max = 2000;
  std::chrono::milliseconds head_time_max{5'000};  // First byte to last, and for the first byte.
  std::chrono::milliseconds body_time_max{10'000};
  std::chrono::milliseconds idle_time_max{60'000};   // Between requests of one connection.
  std::chrono::milliseconds write_time_max{30'000};  // For one response.
  std::chrono::milliseconds stop_time_max{10'000};   // For what is under way at stop().
};

class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest request, HttpReply reply)>;

  // Throws Error(io) naming address and port when it cannot listen there.
  HttpServer(const HttpOptions& options, Handler handler);
  ~HttpServer();  // stop()
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const noexcept;

  // Accepts nothing new, ends streams and idle connections, lets requests under way finish
  // for at most stop_time_max, and returns when all is closed. Idempotent.
  void stop();

  class Core;

 private:
  std::shared_ptr<Core> core_;
  std::unique_ptr<BackgroundTask> thread_;
};

}  // namespace kindred::serving
