#include "key_choice.h"

#include <algorithm>
#include <cmath>

namespace quorate::bench {
namespace {

double SumOfWeights(uint64_t count, double theta) {
  double sum = 0;
  for (uint64_t rank = 1; rank <= count; ++rank) sum += std::pow(static_cast<double>(rank), -theta);
  return sum;
}

double Eta(double count, double theta, double first_two, double sum) {
  return (1 - std::pow(2 / count, 1 - theta)) / (1 - first_two / sum);
}

}  // namespace

Zipf::Zipf(uint64_t count, double theta)
    : count_(static_cast<double>(count)),
      theta_(theta),
      second_(1 + std::pow(0.5, theta)),
      sum_(SumOfWeights(count, theta)),
      alpha_(1 / (1 - theta)),
      eta_(Eta(count_, theta, second_, sum_)) {}

uint64_t Zipf::Draw(Random& random) const {
  const double chance = static_cast<double>(random.Next() >> 11) * 0x1.0p-53;
  const double weight = chance * sum_;
  if (weight < 1 || count_ < 2) return 0;
  if (weight < second_) return 1;
  const double rank = count_ * std::pow(eta_ * chance - eta_ + 1, alpha_);
  return static_cast<uint64_t>(std::min(rank, count_ - 1));
}

uint64_t KeyChoice::Draw(Random& random, uint64_t now) const {
  switch (distribution_) {
    case Distribution::kUniform:
      break;
    case Distribution::kZipfian:
      return Random(zipf_.Draw(random)).Below(count_);
    case Distribution::kLatest:
      return now - 1 - zipf_.Draw(random);
  }
  return random.Below(now);
}

}  // namespace quorate::bench
