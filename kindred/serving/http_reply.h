// The right to answer one request, with a response or with a stream.
//
// Thread safety: both may be used from any thread, and outlive the connection.

#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "kindred/serving/http_message.h"

namespace kindred::serving {

// The way back to a connection, wherever its thread is. Each call returns at once, and is
// ignored when the connection is gone.
class ReplyChannel {
 public:
  virtual ~ReplyChannel() = default;
  virtual void answer(HttpResponse response) = 0;
  virtual void begin_stream(HttpResponse response) = 0;
  virtual void write_stream(std::string bytes) = 0;
  virtual void end_stream() = 0;

  std::atomic<bool> answered{false};
  // For streams: whether anybody still listens. Shared with the connection.
  const std::shared_ptr<std::atomic<bool>> open = std::make_shared<std::atomic<bool>>(true);
};

// The sending end of a response without an end.
class HttpStream {
 public:
  // Queues the bytes; false once the stream has ended.
  bool write(std::string bytes);
  void close();

 private:
  friend class HttpReply;
  explicit HttpStream(std::shared_ptr<ReplyChannel> channel) : channel_(std::move(channel)) {}
  std::shared_ptr<ReplyChannel> channel_;
};

// Whoever lets the last copy go without an answer has the server answer 500.
class HttpReply {
 public:
  explicit HttpReply(std::unique_ptr<ReplyChannel> channel);

  // The first answer counts; later ones are ignored.
  void send(HttpResponse response);

  // Sends the head of `response` (its body first) and leaves the connection open.
  HttpStream stream(HttpResponse response);

 private:
  std::shared_ptr<ReplyChannel> channel_;
};

}  // namespace kindred::serving
