#include "kindred/storage/checksum.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

namespace kindred::storage {

// Aligned by the library itself: the state needs 64 bytes.
struct Checksum::State {
  XXH3_state_t* hash = XXH3_createState();

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { XXH3_freeState(hash); }
};

Checksum::Checksum() : state_(std::make_unique<State>()) {
  if (state_->hash == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(state_->hash);
}

Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;

void Checksum::update(std::span<const std::byte> bytes) noexcept {
  XXH3_64bits_update(state_->hash, bytes.data(), bytes.size());
}

std::uint64_t Checksum::value() const noexcept { return XXH3_64bits_digest(state_->hash); }

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string to_hex(std::uint64_t checksum) { return fmt::format("{:016x}", checksum); }

}  // namespace kindred::storage
