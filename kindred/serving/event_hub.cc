#include "kindred/serving/event_hub.h"

#include <fmt/format.h>

#include <utility>

#include "kindred/serving/access.h"

namespace kindred::serving {
namespace {

std::string event_text(std::string_view event, const Json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", event, data.dump());  // JSON has no line ends.
}

}  // namespace

void EventHub::join(HttpReply reply, std::string_view event, const std::function<Json()>& first) {
  const std::lock_guard lock(mutex_);
  HttpResponse head;
  head.content_type = "text/event-stream";
  head.headers.push_back({"Cache-Control", "no-store"});
  head.body = event_text(event, first());
  add_security_headers(head);
  streams_.push_back(reply.stream(std::move(head)));
}

void EventHub::publish(std::string_view event, const Json& data) { send(event_text(event, data)); }

void EventHub::beat() { send(":\n\n"); }

void EventHub::send(const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [&](HttpStream& stream) { return !stream.write(bytes); });
}

}  // namespace kindred::serving
