// Writes under way at their coordinator: written here, sent to all others at
// once, answered when enough have them on disk.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "base/rising_map.h"
#include "quorum/coverage.h"
#include "quorum/local.h"
#include "quorum/operations.h"
#include "quorum/peers.h"
#include "quorum/request.h"
#include "quorum/round_trips.h"

namespace quorate::quorum {

class WriteCoordinator {
 public:
  WriteCoordinator(Local& local, Peers& peers, const Coverage& coverage)
      : local_(local), peers_(peers), coverage_(coverage), watch_(local.config().round_trips) {}

  // UNAVAILABLE at once, and nothing written, where too few replicas are alive. What
  // is here already under its operation is not written again, but told again; of a
  // hint that was taken before: OK once that is durable, and the receipt tells of no
  // write.
  void Start(WriteRequest request, const Now& now);
  // All of them, or none, at once.
  void StartRun(RunRequest request, const Now& now);
  // The write of an operation, which is here, is brought to the level that was asked
  // for; the reply tells its fate, and what was reached in time. `held`: others that
  // have it on disk.
  void Complete(const ResolveRequest& request, const Operations::Row& row, Nodes held,
                const Now& now);
  void OnAnswer(const Identity& from, const WriteAnswer& answer, const Now& now);
  // Local::durable() has risen.
  void OnPersisted(const Now& now);
  void OnPeerGone();
  // Enough are others from now on: all but the own disk are asked again.
  void OnMembers(const Now& now);
  // What it said it had on disk was said in an earlier life: it is asked again.
  void OnReborn(NodeId node);
  // Sends again what has no answer yet; gives up what is past its deadline.
  void Tick(const Now& now);

  // Answers all as unknown.
  void Shutdown();

  size_t under_way() const { return writes_.size(); }

 private:
  struct Write {
    uint64_t request = 0;
    std::string key;
    Record record;
    Run run;  // that this is, instead of one write; else empty
    Dot dot;
    HlcTime time;  // of a run the last one's
    std::optional<Operation> operation;
    bool repeated = false;   // it was done before; only the level is in question
    bool resolving = false;  // likewise, for a ResolveRequest
    Level level;
    absl::Duration deadline;
    absl::Duration sent_at;
    SessionPart session;
    Nodes acked;
    Nodes refused;  // its time lies too far ahead for them
    bool hint = false;
    // Of a run not these writes alone were sent, but also what took their places.
    bool overtaken = false;

    SeenClock dots() const;
    HlcTime first_time() const {
      return run.empty() ? time : HlcTime(time.value() - run.count + 1);
    }
  };

  absl::Status Refuse(Level level) const;
  absl::Status RefuseMissing(Level level) const;
  Write& Add(uint64_t id, const Dot& dot, HlcTime time, const Now& now);
  void Repeat(Write write, const Operations::Row& row, const Now& now);
  absl::Status NotReached(const Write& write) const;
  void SendToAll(WriteAsk ask, bool at_once);
  void SendTo(NodeId node, decltype(Message::body) ask, bool at_once);
  void SendAgain(uint64_t id, Write& write);
  // Those who have told that they have it on disk.
  void CountTold(Write& write) const;
  void SendRunAgain(uint64_t id, Write& write);
  // The records of its keys as they are by now; the run itself where no key was written again.
  Run AsItIsNow(const Run& run) const;
  // Whether those who may still answer can be enough.
  bool Hopeless(const Write& write) const;
  void NoteHeld(const Identity& by, const Write& write);
  // What its session is to note.
  void NoteSeen(const Write& write, SessionPart& seen) const;
  // Answers it, if that can be said by now; it is under way no more then.
  void Settle(uint64_t id, const Write& write);
  void Finish(uint64_t id, absl::Status status);

  Local& local_;
  Peers& peers_;
  const Coverage& coverage_;
  WriteWatch watch_;
  uint64_t next_id_ = 1;
  RisingMap<Write> writes_;
  std::deque<std::pair<uint64_t, uint64_t>> unsynced_;  // (effect, id) of own writes
};

}  // namespace quorate::quorum
