// Requests this worker passed on to other nodes and whose replies are due.
#pragma once

#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "base/boot.h"
#include "base/ids.h"
#include "replica/request.h"

namespace quorate {

class Forwards {
 public:
  // Ids are never used again, not even after a restart: a reply to an earlier
  // life must not answer a request of this one.
  Forwards(Boot boot, uint32_t worker, uint32_t workers)
      : next_id_(FirstNumberOf(boot) + worker), step_(workers) {}

  uint64_t Add(NodeId to, const Request& request, absl::Duration now, ReplyFn reply);
  void Complete(uint64_t id, NodeId from, Reply reply, absl::Duration now);
  // Answers what is past its deadline (a write: unknown).
  void Expire(absl::Duration now);
  // Answers what went to `node`, which is lost (a write: unknown).
  void Lose(NodeId node);
  void FailAll();

  size_t size() const { return open_.size(); }
  // Which worker an id belongs to.
  static uint32_t WorkerOf(uint64_t id, uint32_t workers);

 private:
  struct Open {
    NodeId to;
    bool write = false;
    absl::Duration deadline;
    absl::Duration queued;
    absl::Duration sent;
    ReplyFn reply;
  };
  template <class Predicate>
  void AnswerWhere(Predicate predicate, absl::StatusCode code, std::string_view reason,
                   std::string_view message);

  uint64_t next_id_;
  uint32_t step_;
  std::map<uint64_t, Open> open_;
};

}  // namespace quorate
