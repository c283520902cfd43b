#include "kindred/recommendation/train.h"

#include <algorithm>

namespace kindred::recommendation {
namespace {

constexpr std::size_t kUsersForValidationMin = 200;
constexpr std::size_t kValidationUsersMax = 1000;
constexpr std::size_t kUsersPerValidationUser = 20;

}  // namespace

std::size_t default_validation_users(std::size_t user_count) noexcept {
  if (user_count < kUsersForValidationMin) return 0;
  return std::min(kValidationUsersMax, user_count / kUsersPerValidationUser);
}

TrainResult train(const data::Interactions& interactions, const TrainOptions& options,
                  const training::Run& run) {
  return learning::train_watching(interactions,
                                  {.family = options.ials,
                                   .positive_rule = options.positive_rule,
                                   .validation_users = options.validation_users,
                                   .test_users = options.test_users,
                                   .patience = options.patience,
                                   .seed = options.ials.seed},
                                  run);
}

}  // namespace kindred::recommendation
