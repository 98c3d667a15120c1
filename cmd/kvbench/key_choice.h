// Which key an operation is for: each alike, or some far more than others.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace quorate::bench {

enum class Distribution : uint8_t {
  kUniform,
  kZipfian,  // the favourites lie scattered over all keys
  kLatest,   // the favourites are those that were written last
};

// Ranks from 0 on, rank r in proportion to 1 / (r + 1)^theta. By Gray et al.,
// "Quickly generating billion-record synthetic databases" (SIGMOD 1994), as YCSB does.
class Zipf {
 public:
  // Takes some 20 ns for each of `count`, once.
  explicit Zipf(uint64_t count, double theta = 0.99);
  uint64_t Draw(Random& random) const;

 private:
  const double count_;
  const double theta_;
  const double second_;  // the first two ranks' weights
  const double sum_;     // of all weights
  const double alpha_;
  const double eta_;
};

// Of keys numbered from 0 on.
class KeyChoice {
 public:
  // `count` keys are there as it begins.
  KeyChoice(Distribution distribution, uint64_t count)
      : distribution_(distribution),
        zipf_(distribution == Distribution::kUniform ? 1 : count),
        count_(count) {}
  // One of the first `now`, which are as many as at the beginning or more.
  uint64_t Draw(Random& random, uint64_t now) const;

 private:
  const Distribution distribution_;
  const Zipf zipf_;
  const uint64_t count_;
};

}  // namespace quorate::bench
