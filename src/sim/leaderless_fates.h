// Writes without a leader that can be asked for: the writers under which loads send
// them, and the question what became of one, asked of any node again and again
// until there is an answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/random.h"
#include "replica/request.h"
#include "sim/client_writers.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/trace.h"

namespace quorate::sim {

class LeaderlessFates {
 public:
  using Told = std::function<void(const Reply&)>;

  LeaderlessFates(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                  std::function<void(std::string)> violation)
      : queue_(queue),
        trace_(trace),
        random_(random),
        cluster_(cluster),
        violation_(std::move(violation)),
        targets_(cluster.ids()) {}

  void AskOnly(Nodes nodes) { targets_ = std::move(nodes); }
  // From now on no question waits for long.
  void Hasten() { hasty_ = true; }

  // Gives a write that this node is asked an identity; false: there is no writer yet.
  bool Identify(NodeId asked, Request& write);
  // What became of it is known, or will not be asked.
  void Settle(const Request& write);
  // A node said that its writer is.
  void Expired(const Request& write);

  // Calls `told` once it is known what became of that write, which was sent under an
  // identity: with the fate applied, never or expired. One that never will be is sent
  // once more, now and then, to see that it is so.
  void Resolve(const Request& write, Told told);

  uint64_t in_flight() const { return in_flight_; }

 private:
  struct Question {
    Request write;
    Told told;
    bool open = false;  // asked, and not answered yet
  };
  using QuestionPtr = std::shared_ptr<Question>;

  void OpenWriter(size_t slot, NodeId asked, PartitionId partition);
  void AskLater(const QuestionPtr& question);
  void Ask(const QuestionPtr& question);
  void Answered(const QuestionPtr& question, const Reply& reply);
  void SendAgain(Request write);
  absl::Duration Some(absl::Duration most);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void(std::string)> violation_;
  Nodes targets_;
  ClientWriters writers_;
  bool hasty_ = false;
  uint64_t in_flight_ = 0;
};

}  // namespace quorate::sim
