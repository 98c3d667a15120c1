// Judges what clients of a leaderless keyspace (lww) are told, the moment they
// are told it.
//
// What it holds against the system:
//   whatever is read was once written to that key, under that version, and never
//     "failed";
//   a read at QUORUM or ALL sees every write acknowledged at QUORUM or ALL before
//     it began, or what beat it, and no less than such a read before it;
//   a read at LOCAL_QUORUM sees every write acknowledged at EACH_QUORUM or ALL
//     before it began, or what beat it;
//   nothing is forgotten but by a delete, or what expires, that may have beaten it;
//   a weaker read is no older than it says;
//   a key that expires is there until then and no longer, give or take by how
//     much the nodes' calendars may differ.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/level.h"
#include "replica/request.h"
#include "sim/calendar_bounds.h"

namespace quorate::sim {

// One call of a client of a leaderless keyspace.
struct LeaderlessOp {
  uint64_t id = 0;
  std::string key;
  std::string value;  // a put's; empty: a delete, or a read
  bool read = false;
  Level level = Level::kQuorum;
  absl::Duration bound;  // BOUNDED
  absl::Duration ttl;    // a put's; zero: for ever
  absl::Duration invoked;
  uint32_t session = 0;  // from 1; 0: of none
};

class LeaderlessOracle {
 public:
  explicit LeaderlessOracle(std::function<void(std::string)> violation)
      : violation_(std::move(violation)) {}

  void ExpectCalendars(CalendarBounds bounds) { calendars_ = std::move(bounds); }

  void Invoked(const LeaderlessOp& op);
  // Certainly not done, and never will be.
  void Failed(const LeaderlessOp& op);
  // Acknowledged at its level, or told to have been applied there.
  void Wrote(const LeaderlessOp& op, const Reply& reply, absl::Duration now);
  void Read(const LeaderlessOp& op, const Reply& reply, absl::Duration now);

  uint64_t done() const { return done_; }

 private:
  struct Value {
    uint64_t op = 0;
    bool failed = false;
    uint64_t version = 0;  // once it is known
    absl::Duration ttl;
    absl::Duration invoked;
    absl::Duration acknowledged = absl::InfiniteDuration();
  };
  struct Key {
    std::map<std::string, Value> values;
    // Versions told of, by when: those that QUORUM and ALL stand behind, and all
    // that were acknowledged.
    uint64_t floor = 0;
    uint64_t floor_of_each_zone = 0;  // of EACH_QUORUM and ALL
    // Deletes and what expires, by operation: the version; 0: not known.
    std::map<uint64_t, uint64_t> mortal;
    std::vector<std::pair<absl::Duration, uint64_t>> acknowledged;
  };

  void Violation(const LeaderlessOp& op, const std::string& what);
  void CheckValue(const LeaderlessOp& op, const kv::Record& found, NodeId served_by);
  void CheckFloor(const LeaderlessOp& op, uint64_t version);
  void CheckForgotten(const LeaderlessOp& op);
  void CheckExpired(const LeaderlessOp& op, const Value& value, NodeId served_by);
  void CheckNotYetExpired(const LeaderlessOp& op, uint64_t version, absl::Duration now);
  void CheckAge(const LeaderlessOp& op, const Receipt& receipt);

  std::function<void(std::string)> violation_;
  std::map<std::string, Key> keys_;
  std::map<uint64_t, uint64_t> floors_;  // when the operation began, of its level
  CalendarBounds calendars_;
  uint64_t done_ = 0;
};

}  // namespace quorate::sim
