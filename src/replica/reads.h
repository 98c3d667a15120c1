// The linearizable reads of one raft replica: all that queued in a turn share
// one ReadIndex, then wait for the state to reach the index it confirmed.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "raft/raft.h"
#include "replica/request.h"

namespace quorate {

class Reads {
 public:
  using Read = std::pair<Request, ReplyFn>;

  void Queue(Request request, ReplyFn reply);
  // Asks `raft` for one read index for all that is queued.
  void Flush(raft::Raft& raft, absl::Duration now);
  void Confirmed(const raft::ReadReady& ready);
  void Failed(const raft::ReadFailed& failed);
  // Those whose index has been applied, in the order confirmed.
  std::vector<Read> TakeReady(LogIndex applied);
  void Expire(absl::Duration now);
  void FailAll(std::string_view reason, std::string_view message);

 private:
  uint64_t next_id_ = 1;
  std::vector<Read> queued_;
  std::map<uint64_t, std::vector<Read>> asked_;           // by read id
  std::multimap<LogIndex, std::vector<Read>> confirmed_;  // by read index
};

}  // namespace quorate
