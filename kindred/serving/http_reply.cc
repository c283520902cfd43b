#include "kindred/serving/http_reply.h"

namespace kindred::serving {

bool HttpStream::write(std::string bytes) {
  if (!*channel_->open) return false;
  channel_->write_stream(std::move(bytes));
  return true;
}

void HttpStream::close() { channel_->end_stream(); }

HttpReply::HttpReply(std::unique_ptr<ReplyChannel> channel)
    : channel_(channel.release(), [](ReplyChannel* gone) {
        if (!gone->answered) gone->answer(error_response(500, "the request was not answered"));
        delete gone;
      }) {}

void HttpReply::send(HttpResponse response) {
  if (!channel_->answered.exchange(true)) channel_->answer(std::move(response));
}

HttpStream HttpReply::stream(HttpResponse response) {
  if (!channel_->answered.exchange(true)) {
    channel_->begin_stream(std::move(response));
  } else {
    *channel_->open = false;
  }
  return HttpStream(channel_);
}

}  // namespace kindred::serving
