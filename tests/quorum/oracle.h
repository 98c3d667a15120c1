// What clients may expect, from what they were told: acknowledged writes are
// found again, quorum reads never go back, sessions and bounds hold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cluster.h"

namespace quorate::quorum {

// Of a write or a read result; none is older than all.
struct Seen {
  HlcTime time;
  Dot dot;
  auto operator<=>(const Seen&) const = default;
};

class Oracle {
 public:
  // `resized`: the replicas become more and fewer, so that only majorities and all of
  // them are known to overlap.
  Oracle(const Cluster& cluster, const Invariants& invariants, bool resized = false)
      : replicas_(cluster.replicas()), resized_(resized), invariants_(invariants) {}

  // `session`: 0, or whose request it is.
  void Asked(uint64_t id, const WriteRequest& request, uint64_t node, uint64_t session);
  void Asked(uint64_t id, const ReadRequest& request, uint64_t session);
  void Told(const Answered& answer, absl::Duration now);
  // Its node crashed: no answer is due.
  void Lost(uint64_t id) { open_.erase(id); }
  // All replicas are at rest and alike; `store` is one.
  void AtRest(const MapStore& store);

  const SessionPart& session(uint64_t session) { return sessions_[session].part; }
  size_t open() const { return open_.size(); }
  // Of each request that wrote: its key, and what became of it.
  struct Outcome {
    std::string key;
    bool done = false;
    bool not_done = false;  // neither: unknown
  };
  const std::map<uint64_t, Outcome>& writes() const { return writes_; }
  // How many answers of each kind there were.
  const std::map<std::string, uint64_t>& counts() const { return counts_; }
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Open {
    std::string key;
    Level level;
    bool write = false;
    uint64_t session = 0;
    std::string value;
    Seen floor;            // of all that must be seen, by levels
    Seen session_floor;    // and by its session
    HlcTime session_time;  // what its session had seen when it asked
    HlcTime node_time;     // and the newest write by that node that was acknowledged
  };
  struct Acknowledged {
    Seen seen;
    Level level;
    absl::Duration at;
  };
  struct Session {
    SessionPart part;
    std::map<std::string, Seen> floors;
  };

  uint64_t Count(Level level) const;
  bool IsMajority(Level level) const;
  bool Overlap(Level write, Level read) const;
  Seen FloorOf(const std::string& key, Level level) const;
  void CheckRead(const Open& open, const Answered& answer);
  void Expect(const Open& open, const Seen& got, const Seen& floor, const std::string& why);
  bool Holds(const std::string& key, const Seen& got, const Seen& floor) const;

  uint64_t replicas_;
  bool resized_;
  const Invariants& invariants_;
  std::map<uint64_t, Open> open_;
  std::map<std::string, std::vector<Acknowledged>> acknowledged_;  // by key
  std::map<std::string, std::vector<Acknowledged>> read_;          // at a quorum or above
  std::map<uint64_t, Session> sessions_;
  std::map<uint64_t, HlcTime> node_times_;
  std::map<uint64_t, Outcome> writes_;
  std::vector<std::string> not_done_;  // values
  std::map<std::string, uint64_t> counts_;
  std::vector<std::string> violations_;
};

}  // namespace quorate::quorum
