// Blind writes that come to a leaderless replica in one turn: one question to its core, and
// one answer, for all of a level that are to be done by about the same time.
//
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/rising_map.h"
#include "quorum/core.h"
#include "replica/quorum_values.h"
#include "replica/request.h"

namespace quorate {

class QuorumRuns {
 public:
  // `values` outlives it.
  explicit QuorumRuns(const QuorumValues& values) : values_(values) {}

  // Every node of the cluster can read runs (kWriteRuns).
  void Allow(bool allowed) { allowed_ = allowed; }

  // Whether it may be done so; whatever depends on what is there, or has to be known
  // again, may not.
  bool Takes(const Request& request) const;
  // Whether that goes into the run that is open; else it is to be flushed before.
  bool Fits(const Request& request) const;
  // Both hold. `receipt`: what is the same of all answers at its level.
  void Add(Request request, ReplyFn reply, const Receipt& receipt, uint64_t calendar_us);
  bool open() const { return !open_.writes.empty(); }
  // Asks `core` for what was added since.
  void Flush(quorum::Core& core, const quorum::Now& now);

  // True: `reply` is of a run, and all that asked are told.
  bool Answer(quorum::Reply& reply, absl::Duration now);
  bool busy() const { return open() || !under_way_.empty(); }
  // Answers all: unknown.
  void FailAll(std::string_view reason, std::string_view message);

 private:
  struct Waiting {
    ReplyFn reply;
    absl::Duration queued;
    absl::Duration taken;
  };
  struct Run {
    std::vector<quorum::BlindWrite> writes;
    std::vector<Waiting> waiting;
    Receipt receipt;
    absl::Duration deadline;  // of the first that has to be answered
    bool deletes = false;     // and no puts, which a full disk refuses
    size_t bytes = 0;
  };
  static void Fail(Run& run, const absl::Status& status);

  const QuorumValues& values_;
  bool allowed_ = false;
  Run open_;
  RisingMap<Run> under_way_;
  uint64_t next_id_ = kFirstId;
  static constexpr uint64_t kFirstId = uint64_t{1} << 61;
};

}  // namespace quorate
