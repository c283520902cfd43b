#include "kindred/training/event_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <system_error>

#include "kindred/base/error.h"

namespace kindred::training {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, reversed.

constexpr std::array<std::uint32_t, 256> kRemainders = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1U) ^ ((rest & 1U) != 0 ? kPolynomial : 0U);
    table[byte] = rest;
  }
  return table;
}();

template <typename Unsigned>
void append_little_endian(std::string& bytes, Unsigned value) {
  for (std::size_t i = 0; i < sizeof(value); ++i) {
    bytes += static_cast<char>((value >> (8 * i)) & 0xffU);
  }
}

std::uint32_t masked_crc(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8U;
}

// Fields of protocol buffers: a key of number and wire type, then the value.
enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void append_varint(std::string& message, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) message += static_cast<char>((value & 0x7fU) | 0x80U);
  message += static_cast<char>(value);
}

void append_key(std::string& message, unsigned field, Wire wire) {
  append_varint(message, (field << 3U) | static_cast<unsigned>(wire));
}

void append_integer(std::string& message, unsigned field, std::int64_t value) {
  append_key(message, field, Wire::varint);
  append_varint(message, static_cast<std::uint64_t>(value));
}

void append_double(std::string& message, unsigned field, double value) {
  append_key(message, field, Wire::fixed64);
  append_little_endian(message, std::bit_cast<std::uint64_t>(value));
}

void append_float(std::string& message, unsigned field, float value) {
  append_key(message, field, Wire::fixed32);
  append_little_endian(message, std::bit_cast<std::uint32_t>(value));
}

void append_bytes(std::string& message, unsigned field, std::string_view value) {
  append_key(message, field, Wire::bytes);
  append_varint(message, value.size());
  message += value;
}

double seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// An event with the time of now.
std::string event_message() {
  std::string message;
  append_double(message, 1, seconds_now());
  return message;
}

std::filesystem::path unused_path(const std::filesystem::path& folder) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return folder / fmt::format("events.out.tfevents.{}.kindred.{}.{:06}", microseconds / 1'000'000,
                              getpid(), microseconds % 1'000'000);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) noexcept {
  std::uint32_t rest = 0xffffffffU;
  for (const char byte : bytes) {
    rest = (rest >> 8U) ^ kRemainders[(rest ^ static_cast<unsigned char>(byte)) & 0xffU];
  }
  return ~rest;
}

std::string event_record(std::string_view message) {
  std::string record;
  append_little_endian(record, std::uint64_t{message.size()});
  append_little_endian(record, masked_crc(record));
  record += message;
  append_little_endian(record, masked_crc(message));
  return record;
}

EventFile::EventFile(const std::filesystem::path& folder) : path_(unused_path(folder)) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw Error(ErrorCode::io,
                fmt::format("cannot create {}: {}", folder.string(), failure.message()));
  }
  file_.open(path_, std::ios::binary | std::ios::trunc);
  std::string first = event_message();
  append_bytes(first, 3, "brain.Event:2");
  write(first);
}

void EventFile::add(std::int64_t step, std::span<const std::pair<std::string, double>> scores) {
  std::string summary;
  for (const auto& [name, value] : scores) {
    std::string entry;
    append_bytes(entry, 1, name);
    append_float(entry, 2, static_cast<float>(value));
    append_bytes(summary, 1, entry);
  }
  std::string message = event_message();
  append_integer(message, 2, step);
  append_bytes(message, 5, summary);
  write(message);
}

void EventFile::write(std::string_view message) {
  const std::string record = event_record(message);
  file_.write(record.data(), static_cast<std::streamsize>(record.size()));
  file_.flush();
  if (!file_) throw Error(ErrorCode::io, fmt::format("cannot write {}", path_.string()));
}

}  // namespace kindred::training
