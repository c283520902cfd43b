#include "kindred/recommendation/pair_stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::recommendation {
namespace {

// Streams of the generator, keyed by the epoch.
enum class Draw : std::uint32_t { order = 0x50414952, hidden = 0x48494445 };

class PairStream final : public nn::BatchStream {
 public:
  PairStream(const SparseMatrix& liked, const nn::EncodedRows& users, const nn::EncodedRows& items,
             const PairStreamOptions& options)
      : liked_(liked), users_(users), items_(items), options_(options) {
    for (std::size_t user = 0; user < liked.rows; ++user) {
      user_of_.insert(user_of_.end(), liked.row_size(user), static_cast<std::uint32_t>(user));
    }
    order_.resize(liked.entry_count());
    std::vector<double> uses(liked.cols);
    for (const std::uint32_t item : liked.columns) uses[item] += 1.0;
    for (const double count : uses) {
      log_share_.push_back(
          static_cast<float>(std::log(count / static_cast<double>(liked.entry_count()))));
    }
    batch_.inputs.resize(2);
  }

  void begin_epoch(int epoch) override {
    const auto key = static_cast<std::uint64_t>(epoch);
    std::iota(order_.begin(), order_.end(), std::uint64_t{0});
    Rng(options_.seed, static_cast<std::uint32_t>(Draw::order), key).shuffle(std::span(order_));
    hiding_ = Rng(options_.seed, static_cast<std::uint32_t>(Draw::hidden), key);
    used_ = 0;
  }

  nn::EncodedBatch* next() override {
    if (used_ == order_.size()) return nullptr;
    const std::size_t size = std::min(options_.batch_size, order_.size() - used_);
    user_rows_.clear();
    item_rows_.clear();
    batch_.targets.clear();
    for (const std::uint64_t pair : std::span(order_).subspan(used_, size)) {
      const std::uint32_t item = liked_.columns[pair];
      user_rows_.push_back(user_of_[pair] + hidden_offset(liked_.rows));
      item_rows_.push_back(item + hidden_offset(liked_.cols));
      batch_.targets.push_back(static_cast<float>(item));
      batch_.targets.push_back(log_share_[item]);
    }
    used_ += size;
    users_.gather(user_rows_, user_part_);
    items_.gather(item_rows_, item_part_);
    std::swap(batch_.inputs[0], user_part_.inputs[0]);
    std::swap(batch_.inputs[1], item_part_.inputs[0]);
    batch_.row_count = size;
    batch_.target_width = 2;
    return &batch_;
  }

  std::size_t row_count() const noexcept override { return order_.size(); }
  std::size_t batch_count() const noexcept override {
    const std::size_t full = order_.size() / options_.batch_size;
    return full + (order_.size() % options_.batch_size > 0 ? 1 : 0);
  }

 private:
  std::uint32_t hidden_offset(std::size_t count) {
    return hiding_.uniform() < options_.hidden_ids ? static_cast<std::uint32_t>(count) : 0U;
  }

  const SparseMatrix& liked_;
  const nn::EncodedRows& users_;
  const nn::EncodedRows& items_;
  PairStreamOptions options_;
  std::vector<std::uint32_t> user_of_;  // Of each pair.
  std::vector<float> log_share_;        // Of each item.
  std::vector<std::uint64_t> order_;
  std::size_t used_ = 0;  // Of order_.
  Rng hiding_{0};
  std::vector<std::uint32_t> user_rows_;
  std::vector<std::uint32_t> item_rows_;
  nn::EncodedBatch user_part_;
  nn::EncodedBatch item_part_;
  nn::EncodedBatch batch_;
};

}  // namespace

std::shared_ptr<nn::BatchStream> pair_stream(const SparseMatrix& liked,
                                             const nn::EncodedRows& users,
                                             const nn::EncodedRows& items,
                                             const PairStreamOptions& options) {
  return std::make_shared<PairStream>(liked, users, items, options);
}

}  // namespace kindred::recommendation
