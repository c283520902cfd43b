// Server-sent events to everybody who listens.
//
// Thread safety: all members from any thread.

#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/serving/http_reply.h"

namespace kindred::serving {

class EventHub {
 public:
  // Answers the request with a stream and begins it with what `first` says. Whatever is published
  // after `first` has looked reaches the stream: publishing waits until it is there.
  // Requires: `first` does not wait for somebody who publishes.
  void join(HttpReply reply, std::string_view event, const std::function<Json()>& first);

  void publish(std::string_view event, const Json& data);

  // A comment, which keeps connections open and finds those that are gone.
  void beat();

 private:
  void send(const std::string& bytes);

  std::mutex mutex_;
  std::vector<HttpStream> streams_;  // Under mutex_.
};

}  // namespace kindred::serving
