// The tokens of sessions over keyspaces whose policies merge. What sessions are
// promised there, merging_oracle.h judges.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "quorum/keyspace_session.h"
#include "replica/request.h"
#include "sim/merging_op.h"

namespace quorate::sim {

class MergingSessions {
 public:
  MergingSessions(uint32_t sessions, std::function<void(std::string)> violation)
      : sessions_(sessions), violation_(std::move(violation)) {}

  // Perhaps makes it an operation of a session, and its read one at SESSION.
  void Assign(MergingOp& op, Random& random) const;
  // Gives it the token of its session, if it has one.
  void Invoked(const MergingOp& op, Request& request);
  // Of an answer that is OK.
  void Answered(const MergingOp& op, const Reply& reply);

 private:
  using Tokens = std::map<std::string, quorum::KeyspaceSession>;  // by keyspace

  quorum::KeyspaceSession& TokenOf(const MergingOp& op);

  std::vector<Tokens> sessions_;
  std::function<void(std::string)> violation_;
};

}  // namespace quorate::sim
