// When nobody led a partition, as far as its clients can tell: spans in which nothing
// was answered that takes a leader with a majority. The log stands still then, and
// with it the time by which keys expire; how long is added to what a value may be late.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "check/key_truth.h"

namespace quorate::check {

class Unled {
 public:
  // A leader that is there has answered somebody by then.
  static constexpr int64_t kSpanMinUs = 250'000;

  // When something was answered, in any order.
  explicit Unled(std::vector<int64_t> answered_us);

  // How much of the time from one moment to another lies in such spans. After the last
  // answer there is one that has no end.
  int64_t Within(int64_t from_us, int64_t to_us) const;

 private:
  struct SpanUs {
    int64_t begin;
    int64_t end;
  };
  std::vector<SpanUs> spans_;  // apart, in order
};

// Of each partition of a job of mode raft; keys of which no partition is told are taken
// for one.
class UnledPartitions {
 public:
  UnledPartitions(const History& history, const JobInfo& job);

  // nullptr: a key that needs no leader, or that nobody asked for.
  const Unled* Of(std::string_view key) const;

 private:
  using Partition = std::optional<uint64_t>;
  Partition PartitionOf(std::string_view key) const;

  const Placements& placements_;
  std::map<Partition, Unled> partitions_;
};

}  // namespace quorate::check
