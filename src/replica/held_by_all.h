// Writes at level ALL that are applied and wait until every voter has them on
// disk.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "replica/request.h"

namespace quorate {

class HeldByAll {
 public:
  // Indexes rise from call to call.
  void Add(LogIndex index, absl::Duration deadline, absl::Duration now, Reply reply, ReplyFn done);
  // Every one of `voters` has everything up to `index` on disk.
  void Answer(LogIndex index, const std::vector<NodeId>& voters, absl::Duration now);
  // Answers what is past its deadline: applied, but not known to be everywhere.
  void Expire(absl::Duration now);
  // `voter` is gone and has nothing above `index`.
  void Lose(NodeId voter, LogIndex index);
  void FailAll(std::string_view reason, std::string_view message);
  bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    LogIndex index;
    absl::Duration deadline;
    absl::Duration since;
    Reply reply;
    ReplyFn done;
  };
  std::deque<Waiting> waiting_;  // by index
};

}  // namespace quorate
