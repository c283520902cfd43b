#include "kindred/serving/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/serving/access.h"
#include "kindred/serving/assets.h"
#include "kindred/serving/request_queue.h"

namespace kindred::serving {
namespace {

struct Route {
  std::string method;
  std::string path;
  Service::LaterHandler handler;
};

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type == "application/json" || type == "application/json ";
}

HttpResponse asset_response(const Asset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.content_type = asset.content_type;
  response.headers.push_back({"ETag", std::string(asset.etag)});
  response.headers.push_back({"Cache-Control", "no-cache"});
  if (request.header("if-none-match") == asset.etag) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Encoding", "gzip"});
  response.body = std::string(asset.gzip);
  return response;
}

// The status that an Error of a handler deserves; 0: none that its author should read.
int status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::out_of_memory:
      return 503;
    default:
      return 0;
  }
}

}  // namespace

Parameters Call::parameters() const {
  return request.method == "POST" ? Parameters::from_json(request.body) : Parameters(target.query);
}

HttpResponse json_response(const Json& json) {
  HttpResponse response;
  response.body = json.dump();
  return response;
}

struct Service::State {
  explicit State(ServiceOptions given)
      : options(std::move(given)),
        queue(std::make_unique<RequestQueue>(options.waiting_count_max)) {}

  void on_request(HttpRequest request, const HttpReply& reply);
  void on_call(Call call, const HttpReply& reply);
  HttpResponse page(const Call& call) const;
  void answer(const Call& call, const HttpReply& reply, const std::function<void()>& work) const;
  HttpResponse failed(const Call& call, std::string_view reason) const;

  static void send(const HttpReply& reply, HttpResponse response) {
    add_security_headers(response);
    HttpReply(reply).send(std::move(response));
  }

  // What no cache may keep.
  static void send_fresh(const HttpReply& reply, HttpResponse response) {
    response.headers.push_back({"Cache-Control", "no-store"});
    send(reply, std::move(response));
  }

  const ServiceOptions options;
  const std::string id_prefix = make_token().substr(0, 8);
  std::vector<Route> routes;
  std::atomic<std::uint64_t> request_count{0};
  std::atomic<bool> ready{false};
  std::unique_ptr<RequestQueue> queue;
  std::unique_ptr<HttpServer> server;  // Last: destroyed first, it calls into the others.
};

// On the server's thread.
void Service::State::on_request(HttpRequest request, const HttpReply& reply) {
  Call call;
  call.id = fmt::format("{}-{}", id_prefix, ++request_count);
  auto target = parse_target(request.target);
  if (!target) return send(reply, error_response(400, "the address is malformed"));
  call.target = std::move(*target);
  call.request = std::move(request);
  const auto fault = find_access_fault(call.request, call.target.path, options.token);
  if (fault) {
    HttpResponse response = error_response(fault->status, fault->reason);
    if (fault->status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return send(reply, std::move(response));
  }
  if (call.target.path.starts_with("/api/")) return on_call(std::move(call), reply);
  send(reply, page(call));
}

HttpResponse Service::State::page(const Call& call) const {
  const std::string& path = call.target.path;
  if (call.request.method != "GET" && call.request.method != "HEAD") {
    HttpResponse response = error_response(405, "only GET and HEAD");
    response.headers.push_back({"Allow", "GET, HEAD"});
    return response;
  }
  if (path == "/healthz") return json_response(Json(Json::Object{{"alive", true}}));
  if (path == "/readyz") {
    return ready ? json_response(Json(Json::Object{{"ready", true}}))
                 : error_response(503, "not ready");
  }
  if (const Asset* asset = find_asset(path)) return asset_response(*asset, call.request);
  if (path == "/" && all_assets().empty()) {
    return error_response(404, "this build has no page: it was made without node and npm");
  }
  return error_response(404, "there is nothing here");
}

void Service::State::on_call(Call call, const HttpReply& reply) {
  std::string allowed;
  const Route* found = nullptr;
  for (const Route& route : routes) {
    if (route.path != call.target.path) continue;
    if (route.method == call.request.method) found = &route;
    allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (found == nullptr) {
    if (allowed.empty()) return send(reply, error_response(404, "there is no such call"));
    HttpResponse response = error_response(405, "this call is made by " + allowed);
    response.headers.push_back({"Allow", allowed});
    return send(reply, std::move(response));
  }
  if (found->method == "POST" && !is_json(call.request.header("content-type"))) {
    return send(reply, error_response(415, "the Content-Type of a body is application/json"));
  }
  const bool taken = queue->post([this, found, reply, call = std::move(call)] {
    answer(call, reply, [&] { found->handler(call, reply); });
  });
  if (taken) return;
  HttpResponse response = error_response(503, "too many calls are waiting");
  response.headers.push_back({"Retry-After", "1"});
  send(reply, std::move(response));
}

HttpResponse Service::State::failed(const Call& call, std::string_view reason) const {
  if (options.log) options.log(fmt::format("request {} failed: {}", call.id, reason));
  HttpResponse response = error_response(500, "this went wrong; the log has it as " + call.id);
  response.headers.push_back({"X-Request-Id", call.id});
  return response;
}

void Service::State::answer(const Call& call, const HttpReply& reply,
                            const std::function<void()>& work) const {
  try {
    return work();
  } catch (const Error& error) {
    const int status = status_of(error.code());
    return send(reply,
                status != 0 ? error_response(status, error.what()) : failed(call, error.what()));
  } catch (const std::bad_alloc&) {
    return send(reply, error_response(503, "not enough memory for this"));
  } catch (const std::exception& error) {
    return send(reply, failed(call, error.what()));
  }
}

Service::Service(ServiceOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Service::~Service() { stop(); }

void Service::get(std::string path, Handler handler) {
  get_later(std::move(path),
            [handler = std::move(handler)](const Call& call, const HttpReply& reply) {
              State::send_fresh(reply, handler(call));
            });
}

void Service::answer(const Call& call, const HttpReply& reply,
                     const std::function<HttpResponse()>& work) const {
  state_->answer(call, reply, [&] { State::send_fresh(reply, work()); });
}

void Service::post(std::string path, Handler handler) {
  get(std::move(path), std::move(handler));
  state_->routes.back().method = "POST";
}

void Service::post_later(std::string path, LaterHandler handler) {
  state_->routes.push_back({"POST", std::move(path), std::move(handler)});
}

void Service::get_later(std::string path, LaterHandler handler) {
  state_->routes.push_back({"GET", std::move(path), std::move(handler)});
}

void Service::start() {
  state_->server = std::make_unique<HttpServer>(
      state_->options.http, [state = state_.get()](HttpRequest request, HttpReply reply) {
        state->on_request(std::move(request), reply);
      });
  state_->ready = true;
}

std::uint16_t Service::port() const noexcept { return state_->server->port(); }

std::string Service::url() const {
  return fmt::format("http://127.0.0.1:{}/#token={}", port(), state_->options.token);
}

void Service::stop() {
  state_->ready = false;
  if (state_->server) state_->server->stop();
  state_->queue.reset();  // After it, no handler runs any more.
}

}  // namespace kindred::serving
