// What clients ask of a leaderless keyspace, and what they get to see of it, in the
// terms of its conflict policy.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/level.h"
#include "kv/command.h"
#include "quorum/config.h"
#include "quorum/conflict_policy.h"

namespace quorate {

// What tells the contexts of one keyspace from all others': clusters, and keyspaces
// dropped and made again, differ.
std::string ContextScope(std::string_view cluster_id, KeyspaceId keyspace);

class QuorumValues {
 public:
  // Null: no keyspace of this build has that policy. `scope`: see
  // quorum::SealContext.
  static std::unique_ptr<const QuorumValues> For(Conflict conflict, std::string scope,
                                                 const quorum::Bugs& bugs);

  const quorum::ConflictPolicy& policy() const { return *policy_; }

  // INVALID_ARGUMENT, nothing is to be written: WRONG_POLICY says what the policy
  // takes instead; NEEDS_ONE_ORDER; of a context, see quorum::OpenContext. The
  // rest is the policy's own to refuse.
  absl::StatusOr<quorum::Change> ChangeOf(kv::Mutation mutation, uint64_t calendar_us) const;

  // Likewise, of a write to a register, which is no Change.
  absl::Status Check(const kv::Mutation& mutation) const;

  // What would be refused whatever stands at the key.
  absl::Status CheckBlindly(const kv::Mutation& mutation) const;

  // A living record, as a read tells it. OUT_OF_RANGE COUNTER_OVERFLOW: what was
  // added at once is beyond 64 bits; DATA_LOSS BODY_DAMAGED.
  absl::StatusOr<kv::Record> Show(std::string key, quorum::Record record,
                                  uint64_t calendar_us) const;

  // What the write `own`, which came with `context`, is told of `left`, the record that
  // it made, or, if it came before, that others have made since. A context only where its writer
  // knows of all in there: with one of what it has not read it could replace that unseen.
  kv::MutationResult ResultOf(std::string_view key, std::string_view context,
                              const quorum::Dot& own, const quorum::Record& left) const;

 private:
  QuorumValues(Conflict conflict, std::string scope,
               std::unique_ptr<const quorum::ConflictPolicy> policy)
      : conflict_(conflict), scope_(std::move(scope)), policy_(std::move(policy)) {}

  absl::Status WrongPolicy(const kv::Mutation& mutation, std::string_view asked) const;
  absl::Status Fill(const quorum::Record& record, uint64_t calendar_us, kv::Record& out) const;

  const Conflict conflict_;
  const std::string scope_;
  const std::unique_ptr<const quorum::ConflictPolicy> policy_;
};

}  // namespace quorate
