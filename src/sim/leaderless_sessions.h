// Sessions of a leaderless keyspace's clients, and what they are promised: a read
// at SESSION gives no older version of a key than the session wrote or read, and
// what it writes is later than all that it has seen in the keyspace.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "quorum/keyspace_session.h"
#include "sim/leaderless_oracle.h"

namespace quorate::sim {

class LeaderlessSessions {
 public:
  LeaderlessSessions(uint32_t sessions, std::function<void(std::string)> violation)
      : sessions_(sessions), violation_(std::move(violation)) {}

  // Perhaps makes it an operation of a session, and its read one at SESSION.
  void Assign(LeaderlessOp& op, Random& random) const;
  // Gives it the token of its session, if it has one, and notes what that is to
  // be held to.
  void Invoked(const LeaderlessOp& op, Request& request);
  void Answered(const LeaderlessOp& op, const Reply& reply);

 private:
  struct Session {
    quorum::KeyspaceSession seen;
    std::map<std::string, uint64_t> floors;  // versions, by key
  };
  struct Begun {
    uint64_t floor = 0;  // of the key
    uint64_t time = 0;   // of the keyspace
  };

  void Check(const LeaderlessOp& op, const Begun& begun, const Reply& reply);

  std::vector<Session> sessions_;
  std::function<void(std::string)> violation_;
  std::map<uint64_t, Begun> begun_;  // by operation
  std::set<std::string> deleted_;    // keys of which nothing may be left
};

}  // namespace quorate::sim
