// Event files: scores as TensorBoard reads them.
//
// A file is a sequence of records, each a message in protocol buffers' encoding:
//
//    8 bytes  length of the message, little-endian
//    4 bytes  masked CRC-32C of those 8 bytes
//    message  Event {1: wall_time double, 2: step int64, 3: file_version string,
//                    5: Summary {1: Value {1: tag string, 2: simple_value float}, ...}}
//    4 bytes  masked CRC-32C of the message
//
// where a masked CRC is rotated right by 15 bits and 0xa282ead8 added. The first event names
// the version of the format. A folder may hold several files: a training that is taken up
// again starts another, and viewers show them as one.
//
// Cost: O(scores) and one write to the file for each call. Thread safety: one owner.
//
// Source: the TFRecord format and event.proto, summary.proto of TensorFlow.

#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace kindred::training {

// CRC-32C (Castagnoli) of some bytes.
std::uint32_t crc32c(std::string_view bytes) noexcept;

// A record with its length and checksums around it.
std::string event_record(std::string_view message);

class EventFile {
 public:
  // Creates `folder` and in it a file of a name of its own, "events.out.tfevents.TIME....".
  // Throws Error(io) naming the path.
  explicit EventFile(const std::filesystem::path& folder);

  // One event; on the disk when the call returns. Throws Error(io).
  void add(std::int64_t step, std::span<const std::pair<std::string, double>> scores);

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void write(std::string_view message);

  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace kindred::training
