// The writes of one raft replica on their way through the log: queued in this
// turn, then waiting at their position for the entry there to be applied.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/payload.h"
#include "raft/raft.h"
#include "replica/request.h"

namespace quorate {

class Proposals {
 public:
  void Queue(Request request, ReplyFn reply);
  bool queued() const { return !queued_.empty(); }

  // Proposes all that is queued, many commands to an entry. What is refused
  // or past its deadline is answered "not applied". `time_us`: of the log, now.
  void Flush(raft::Raft& raft, absl::Duration now, uint64_t time_us);
  // An entry that says nothing but the time. Its index; zero: refused.
  LogIndex ProposeTime(raft::Raft& raft, uint64_t time_us);

  // The entry at `index` was applied in `term`. Takes over its replies if it
  // is the one that was waited for; those whose place was taken by another
  // leader's entry are answered "not applied".
  struct Waiting {
    Level level = Level::kDefault;
    absl::Duration deadline;
    ReplyFn reply;  // null once it was answered
    size_t mutations = 0;
    bool once = false;  // has an identity: whether it is done shows as it is applied
    absl::Duration queued;
    absl::Duration taken;
    absl::Duration logged;

    StageTimings TimingsAt(absl::Duration now) const {
      return {.queued = queued, .agreed = now - taken, .logged = logged, .forwarded = {}};
    }
  };
  std::vector<Waiting> TakeApplied(LogIndex index, Term term);
  // The writes at ONE (without an identity) among the entries up to `durable`, which are on this
  // replica's disk. Only where it still leads, so that they are its own.
  struct Durable {
    raft::Raft::Position position;
    Waiting write;
  };
  std::vector<Durable> TakeDurable(LogIndex durable, absl::Duration now);
  // The state jumped to `index` by a snapshot: what waited below is unknown.
  void SkipTo(LogIndex index);

  // Answers what is past its deadline: unknown.
  void Expire(absl::Duration now);
  // Answers what is under way: unknown.
  void FailBegun(std::string_view reason, std::string_view message);
  // Answers everything: queued "not applied", waiting "unknown".
  void FailAll(std::string_view reason, std::string_view message);

  size_t waiting() const;

 private:
  struct Queued {
    kv::Command command;
    Waiting waiting;
  };
  struct Entry {
    raft::Raft::Position position;
    std::vector<Waiting> writes;
  };
  void ProposeBundle(raft::Raft& raft, std::vector<Queued> bundle, uint64_t time_us);

  std::vector<Queued> queued_;
  std::deque<Entry> entries_;  // by index
  LogIndex durable_seen_;      // TakeDurable has looked at all up to here
};

}  // namespace quorate
