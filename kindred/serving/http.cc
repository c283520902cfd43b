#include "kindred/serving/http.h"

#include <utility>  // Before Boost.Asio 1.74, which uses std::exchange without it.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <map>
#include <optional>

#include "kindred/base/error.h"
#include "kindred/serving/descriptors.h"
#include "kindred/serving/request_head.h"

namespace kindred::serving {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t kReadBytes = 16'384;
// What a refused sender may still say before the connection is cut, so that it can read why.
constexpr std::size_t kDrainedBytesMax = 65'536;
constexpr milliseconds kDrainTime{1'000};

}  // namespace

class Connection;

// All of the server's state; touched by its one thread, except where it says so.
class HttpServer::Core : public std::enable_shared_from_this<HttpServer::Core> {
 public:
  Core(const HttpOptions& given, Handler given_handler)
      : options(given),
        handler(std::move(given_handler)),
        acceptor_(io),
        pause_(io),
        last_call_(io) {}

  void listen();
  void accept();
  void run() { io.run(); }
  void begin_stop();
  void forget(std::uint64_t id);

  const HttpOptions options;
  const Handler handler;
  asio::io_context io{1};
  std::uint16_t port = 0;
  bool stopping = false;

 private:
  void admit(tcp::socket socket);
  void make_room();

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;      // After running out of descriptors.
  asio::steady_timer last_call_;  // The end of patience while stopping.
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;  // By age.
  std::uint64_t next_id_ = 0;
};

// One client: reads a request, has it answered, writes the answer, and again.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<HttpServer::Core> core, std::uint64_t id)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        core_(std::move(core)),
        id_(id) {}

  void start() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    phase_ = Phase::head;
    set_deadline(core_->options.head_time_max);
    read_more();
  }

  bool is_waiting() const noexcept { return phase_ == Phase::idle || phase_ == Phase::head; }
  bool is_idle() const noexcept { return is_waiting() && pending_.empty(); }
  bool is_streaming() const noexcept { return phase_ == Phase::streaming; }

  void write(HttpResponse response);
  void begin_stream(HttpResponse response, std::shared_ptr<std::atomic<bool>> open);
  void write_stream(std::string bytes);
  void end_stream();
  void close();

 private:
  enum class Phase { idle, head, body, handling, writing, streaming, draining, closed };
  using Parser = http::request_parser<http::string_body>;

  void set_deadline(milliseconds time);
  void on_deadline();
  void read_more();
  void on_read(error_code failure, std::size_t count);
  void take_head();
  void take_body();
  void handle();
  void next_request();
  void refuse(int status, std::string_view reason);
  void on_written();
  void drain();
  void write_queued();
  std::string head_of(const HttpResponse& response, bool has_length) const;

  tcp::socket socket_;
  asio::steady_timer timer_;
  std::shared_ptr<HttpServer::Core> core_;
  const std::uint64_t id_;
  Phase phase_ = Phase::idle;
  std::uint64_t deadline_number_ = 0;  // Tells a deadline from the ones before it.
  std::array<char, kReadBytes> incoming_;
  std::string pending_;  // Read, and not yet taken by head or body.
  std::optional<Parser> parser_;
  std::size_t head_field_count_ = 0;
  bool keep_alive_ = true;
  bool is_head_request_ = false;
  std::size_t drained_bytes_ = 0;
  std::string outgoing_head_;
  std::string outgoing_;
  std::shared_ptr<std::atomic<bool>> open_;  // Of the stream, where there is one.
  std::deque<std::string> queue_;            // Of the stream; the front is being written.
  std::size_t queued_bytes_ = 0;
  bool ending_ = false;
};

namespace {

// What a reply has of its connection: posts to the server's thread, where it may be gone.
class Channel final : public ReplyChannel {
 public:
  Channel(std::weak_ptr<Connection> connection, std::shared_ptr<HttpServer::Core> core)
      : connection_(std::move(connection)), core_(std::move(core)) {}

  void answer(HttpResponse response) override {
    post([response = std::move(response)](Connection& alive) mutable {
      alive.write(std::move(response));
    });
  }
  void begin_stream(HttpResponse response) override {
    post([response = std::move(response), flag = open](Connection& alive) mutable {
      alive.begin_stream(std::move(response), std::move(flag));
    });
  }
  void write_stream(std::string bytes) override {
    post([bytes = std::move(bytes)](Connection& alive) mutable {
      alive.write_stream(std::move(bytes));
    });
  }
  void end_stream() override {
    post([](Connection& alive) { alive.end_stream(); });
  }

 private:
  template <typename Task>
  void post(Task task) {
    asio::post(core_->io, [target = connection_, flag = open, task = std::move(task)]() mutable {
      const auto alive = target.lock();
      alive ? task(*alive) : void(*flag = false);
    });
  }

  std::weak_ptr<Connection> connection_;
  std::shared_ptr<HttpServer::Core> core_;
};

}  // namespace

void Connection::set_deadline(milliseconds time) {
  const std::uint64_t number = ++deadline_number_;
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this(), number](error_code failure) {
    if (!failure && number == self->deadline_number_) self->on_deadline();
  });
}

void Connection::on_deadline() {
  const bool began = phase_ == Phase::body || (phase_ == Phase::head && !pending_.empty());
  began ? refuse(408, "the request took too long to arrive") : close();
}

void Connection::read_more() {
  socket_.async_read_some(asio::buffer(incoming_),
                          [self = shared_from_this()](error_code failure, std::size_t count) {
                            self->on_read(failure, count);
                          });
}

void Connection::on_read(error_code failure, std::size_t count) {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::draining) {
    if (failure == asio::error::operation_aborted) return;  // drain() has begun another.
    drained_bytes_ += count;
    if (failure || drained_bytes_ > kDrainedBytesMax) return close();
    return read_more();
  }
  if (phase_ == Phase::writing) return;  // Refused while this read was under way.
  if (failure) return close();
  if (phase_ == Phase::streaming) return read_more();  // Only the end is of interest.
  if (phase_ == Phase::idle) {
    phase_ = Phase::head;
    set_deadline(core_->options.head_time_max);
  }
  pending_.append(incoming_.data(), count);
  phase_ == Phase::head ? take_head() : take_body();
}

void Connection::take_head() {
  const std::size_t end = find_head_end(pending_);
  if (std::min(end, pending_.size()) > core_->options.head_bytes_max) {
    return refuse(431, "the head of the request is too long");
  }
  if (end == std::string::npos) return read_more();
  if (const auto fault = find_head_fault(std::string_view(pending_).substr(0, end))) {
    return refuse(fault->status, fault->reason);
  }
  parser_.emplace();
  parser_->body_limit(core_->options.body_bytes_max);
  parser_->header_limit(static_cast<std::uint32_t>(2 * core_->options.head_bytes_max));
  error_code failure;
  parser_->put(asio::buffer(pending_.data(), end), failure);
  if (failure == http::error::body_limit) return refuse(413, "the body is too large");
  if (failure || !parser_->is_header_done()) return refuse(400, "the head is malformed");
  pending_.erase(0, end);
  const auto& fields = parser_->get();
  head_field_count_ = static_cast<std::size_t>(std::distance(fields.begin(), fields.end()));
  keep_alive_ = fields.keep_alive();
  is_head_request_ = fields.method() == http::verb::head;
  parser_->eager(true);
  phase_ = Phase::body;
  set_deadline(core_->options.body_time_max);
  take_body();
}

void Connection::take_body() {
  while (!parser_->is_done()) {
    error_code failure;
    const std::size_t used = parser_->put(asio::buffer(pending_), failure);
    pending_.erase(0, used);
    if (failure == http::error::body_limit) return refuse(413, "the body is too large");
    if (failure && failure != http::error::need_more) return refuse(400, "the body is malformed");
    if (used > 0) continue;
    // A line of the chunked coding that does not end.
    if (pending_.size() > core_->options.head_bytes_max)
      return refuse(400, "the body is malformed");
    return read_more();
  }
  handle();
}

void Connection::handle() {
  ++deadline_number_;
  timer_.cancel();
  phase_ = Phase::handling;
  auto& message = parser_->get();
  const auto field_count = static_cast<std::size_t>(std::distance(message.begin(), message.end()));
  if (field_count != head_field_count_) return refuse(400, "trailers are not taken");
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  lower_names(request);
  request.body = std::move(message.body());
  request.local_port = core_->port;
  try {
    core_->handler(std::move(request),
                   HttpReply(std::make_unique<Channel>(weak_from_this(), core_)));
  } catch (const std::exception&) {
    // The reply has answered 500 as it went.
  }
}

std::string Connection::head_of(const HttpResponse& response, bool has_length) const {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.find_first_of("\r\n") != std::string_view::npos) return;  // It would be two.
    head += fmt::format("{}: {}\r\n", name, value);
  };
  if (!response.content_type.empty()) add("Content-Type", response.content_type);
  if (has_length && response.status != 304)
    add("Content-Length", std::to_string(response.body.size()));
  for (const HttpHeader& header : response.headers) add(header.name, header.value);
  if (!keep_alive_) add("Connection", "close");
  return head + "\r\n";
}

void Connection::write(HttpResponse response) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::writing;
  if (core_->stopping) keep_alive_ = false;
  set_deadline(core_->options.write_time_max);
  outgoing_head_ = head_of(response, true);
  outgoing_ = is_head_request_ ? "" : std::move(response.body);
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(outgoing_head_),
                                                     asio::buffer(outgoing_)};
  asio::async_write(socket_, buffers, [self = shared_from_this()](error_code failure, std::size_t) {
    failure ? self->close() : self->on_written();
  });
}

void Connection::refuse(int status, std::string_view reason) {
  keep_alive_ = false;
  is_head_request_ = false;
  write(error_response(status, reason));
}

void Connection::on_written() {
  if (phase_ == Phase::closed) return;
  keep_alive_ && !core_->stopping ? next_request() : drain();
}

void Connection::next_request() {
  parser_.reset();
  outgoing_.clear();
  phase_ = pending_.empty() ? Phase::idle : Phase::head;
  set_deadline(pending_.empty() ? core_->options.idle_time_max : core_->options.head_time_max);
  pending_.empty() ? read_more() : take_head();
}

// Closing with bytes unread would reset the connection before the answer is read.
void Connection::drain() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  socket_.cancel(ignored);  // A read that was under way when the request was refused.
  phase_ = Phase::draining;
  set_deadline(kDrainTime);
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->phase_ == Phase::draining) self->read_more();
  });
}

void Connection::begin_stream(HttpResponse response, std::shared_ptr<std::atomic<bool>> open) {
  if (phase_ == Phase::closed || core_->stopping) {
    *open = false;
    return close();
  }
  phase_ = Phase::streaming;
  keep_alive_ = false;
  open_ = std::move(open);
  ++deadline_number_;
  read_more();
  write_stream(head_of(response, false) + response.body);
}

void Connection::write_stream(std::string bytes) {
  if (phase_ != Phase::streaming || ending_) return;
  queued_bytes_ += bytes.size();
  if (queued_bytes_ > core_->options.stream_bytes_max) return close();
  queue_.push_back(std::move(bytes));
  if (queue_.size() == 1) write_queued();
}

void Connection::write_queued() {
  set_deadline(core_->options.write_time_max);
  asio::async_write(socket_, asio::buffer(queue_.front()),
                    [self = shared_from_this()](error_code failure, std::size_t) {
                      if (failure || self->phase_ != Phase::streaming) return self->close();
                      self->queued_bytes_ -= self->queue_.front().size();
                      self->queue_.pop_front();
                      if (!self->queue_.empty()) return self->write_queued();
                      ++self->deadline_number_;
                      if (self->ending_) self->drain();
                    });
}

void Connection::end_stream() {
  if (phase_ != Phase::streaming) return;
  ending_ = true;
  if (queue_.empty()) drain();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  if (open_) *open_ = false;
  ++deadline_number_;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  core_->forget(id_);
}

void HttpServer::Core::listen() {
  const auto address = asio::ip::make_address(options.address);
  error_code failure;
  for (unsigned candidate = options.port; candidate <= std::max(options.port, options.port_last);
       ++candidate) {
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(candidate));
    if (acceptor_.is_open()) acceptor_.close();
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
    if (failure) continue;
    port = acceptor_.local_endpoint().port();
    return;
  }
  throw Error(ErrorCode::io, fmt::format("cannot listen on {} port {}: {}", options.address,
                                         options.port, failure.message()));
}

void HttpServer::Core::accept() {
  acceptor_.async_accept([self = shared_from_this()](error_code failure, tcp::socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (!failure) {
      self->admit(std::move(socket));
      return self->accept();
    }
    // Out of descriptors, most likely: to try again at once would only burn the processor.
    self->make_room();
    self->pause_.expires_after(milliseconds(50));
    self->pause_.async_wait([self](error_code ended) {
      if (!ended) self->accept();
    });
  });
}

void HttpServer::Core::admit(tcp::socket socket) {
  if (connections_.size() >= options.connection_count_max) make_room();
  if (connections_.size() >= options.connection_count_max) return;  // Closes it.
  const std::uint64_t id = next_id_++;
  auto connection = std::make_shared<Connection>(std::move(socket), shared_from_this(), id);
  connections_.emplace(id, connection);
  connection->start();
}

void HttpServer::Core::make_room() {
  const auto oldest = std::ranges::find_if(
      connections_, [](const auto& entry) { return entry.second->is_waiting(); });
  if (oldest != connections_.end()) std::shared_ptr(oldest->second)->close();
}

void HttpServer::Core::forget(std::uint64_t id) {
  connections_.erase(id);
  if (stopping && connections_.empty()) last_call_.cancel();
}

void HttpServer::Core::begin_stop() {
  if (std::exchange(stopping, true)) return;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  const auto now_open = connections_;  // Closing changes the map.
  for (const auto& [id, connection] : now_open) {
    if (connection->is_streaming()) {
      connection->end_stream();
    } else if (connection->is_idle()) {
      connection->close();
    }
  }
  if (connections_.empty()) return;
  last_call_.expires_after(options.stop_time_max);
  last_call_.async_wait([self = shared_from_this()](error_code) {
    const auto left = self->connections_;
    for (const auto& [id, connection] : left) connection->close();
  });
}

HttpServer::HttpServer(const HttpOptions& options, Handler handler)
    : core_(std::make_shared<Core>(options, std::move(handler))) {
  raise_descriptor_limit(4 * options.connection_count_max);
  core_->listen();
  core_->accept();
  thread_ =
      std::make_unique<BackgroundTask>([core = core_](const std::stop_token&) { core->run(); });
}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const noexcept { return core_->port; }

void HttpServer::stop() {
  if (!thread_) return;
  asio::post(core_->io, [core = core_] { core->begin_stop(); });
  thread_->wait();
  thread_.reset();
  core_->io.restart();
  core_->io.poll();  // What was posted in the last moment.
}

}  // namespace kindred::serving
