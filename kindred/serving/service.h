// An API and a page behind one address: checks each request and gives it to whom it concerns.
//
//    Service service(options, token);
//    service.get("/api/map", [&](const Call& call) { return json_response(...); });
//    service.post(...);
//    service.start();
//
// Files of the page are answered at once, from memory. Calls of the API are checked (address,
// origin, token, method, type of body) on the thread of the server and then wait in a bounded
// queue for one worker thread, so that a slow answer delays no other client's page and a flood
// is answered 503.
//
// What a handler throws becomes a response: Error(invalid_argument) 400 and Error(not_found)
// 404 with its message, out of memory 503; anything else is a 500 that shows a request id and
// nothing else, while the log has the id and the reason.
//
// /healthz says that the process lives, /readyz whether it takes requests.
//
// Thread safety: add routes before start(); port(), url() and stop() by the owner.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kindred/base/json.h"
#include "kindred/serving/http.h"
#include "kindred/serving/parameters.h"
#include "kindred/serving/request_head.h"

namespace kindred::serving {

struct Call {
  HttpRequest request;
  Target target;
  std::string id;

  // The query of a GET, the JSON body of a POST.
  Parameters parameters() const;
};

HttpResponse json_response(const Json& json);

struct ServiceOptions {
  HttpOptions http;
  std::string token;
  std::size_t waiting_count_max = 64;              // Calls in the queue; beyond it, 503.
  std::function<void(std::string_view line)> log;  // From any thread; may be empty.
};

class Service {
 public:
  using Handler = std::function<HttpResponse(const Call& call)>;
  // Answers when it likes, from any thread.
  using LaterHandler = std::function<void(const Call& call, HttpReply reply)>;

  explicit Service(ServiceOptions options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void get(std::string path, Handler handler);
  void post(std::string path, Handler handler);
  void get_later(std::string path, LaterHandler handler);
  void post_later(std::string path, LaterHandler handler);

  // For later handlers: answers with what `work` returns or, as described above, with what it
  // throws. From any thread, while the service lives.
  void answer(const Call& call, const HttpReply& reply,
              const std::function<HttpResponse()>& work) const;

  // Listens. Throws Error(io) when it cannot.
  void start();

  // What to open, the token in its fragment. Requires: started.
  std::string url() const;
  std::uint16_t port() const noexcept;

  // Not ready from now on; finishes what is under way.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kindred::serving
