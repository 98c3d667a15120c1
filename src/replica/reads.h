// The reads of one raft replica that cannot be served at once: those that need
// a round of confirmations (all that queued in a turn share one ReadIndex), and
// those whose index the state has yet to reach.
//
// What a round that began at t confirmed, and the state has since applied, holds
// everything committed by t: so the rounds also prove how fresh the state is,
// by this replica's clock alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "raft/raft.h"
#include "replica/request.h"

namespace quorate {

class Reads {
 public:
  struct Read {
    Request request;
    ReplyFn reply;
  };

  // For a round.
  void Queue(Request request, ReplyFn reply);
  // Until the state has applied `index`.
  void WaitFor(LogIndex index, Request request, ReplyFn reply);
  // Asks `raft` for one read index for all that is queued.
  void Flush(raft::Raft& raft, absl::Duration now);
  void Confirmed(const raft::ReadReady& ready);
  void Failed(const raft::ReadFailed& failed);
  // Tests only: the round is taken to have begun at `began`.
  void Redate(uint64_t read_id, absl::Duration began);
  // Those whose index has been applied, in the order confirmed.
  std::vector<Read> TakeReady(LogIndex applied);
  // Some only wait for the state to come that far.
  bool waiting() const { return !confirmed_.empty(); }
  bool empty() const { return queued_.empty() && asked_.empty() && confirmed_.empty(); }
  // The clock does not tell any more how long ago a round began.
  void ForgetWhen();
  // The moment by which everything committed is known to be applied here.
  std::optional<absl::Duration> fresh_as_of() const { return fresh_as_of_; }

  void Expire(absl::Duration now);
  void FailAll(std::string_view reason, std::string_view message);
  // Those that wait for the state to come further: nobody is there to bring it on.
  void FailWaiting();

 private:
  struct Round {
    std::optional<absl::Duration> began;  // none: no round, they only wait
    std::vector<Read> reads;
  };

  uint64_t next_id_ = 1;
  std::vector<Read> queued_;
  std::map<uint64_t, Round> asked_;           // by read id
  std::multimap<LogIndex, Round> confirmed_;  // by read index
  std::optional<absl::Duration> fresh_as_of_;
};

}  // namespace quorate
