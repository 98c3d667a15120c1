// Carries out one command after the other on the pending writes of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "kv/command_codec.h"
#include "kv/expiry.h"
#include "kv/pending_writes.h"
#include "kv/record.h"
#include "storage/engine.h"

namespace quorate::kv {

class Applier {
 public:
  Applier(PartitionId partition, const Engine& engine, Expiry& expiry, uint64_t last_version)
      : partition_(partition), engine_(engine), expiry_(expiry), last_version_(last_version) {}

  // Of what follows: by it keys expire, and from it their time to live counts
  // (`from_us` differs from `now_us` only for the simulator's deliberate fault).
  void SetTime(uint64_t now_us, uint64_t from_us) {
    now_us_ = now_us;
    from_us_ = from_us;
  }

  // An error is the engine's or a damaged record, and nothing counts any more;
  // a command that fails says so in its result.
  absl::StatusOr<CommandResult> Apply(Command command);
  // The same of a command that is just this, straight from its entry's bytes.
  CommandResult Apply(const PlainPut& put);

  uint64_t last_version() const { return last_version_; }
  EngineBatch TakeBatch() { return pending_.TakeBatch(); }

 private:
  struct Value {
    uint64_t version = 0;
    std::string value;
    uint64_t expires_at_us = 0;
  };

  absl::StatusOr<std::optional<Value>> Read(std::string_view key, std::string_view stored_key);
  // Fills results and, where a condition fails, the status.
  absl::Status CheckConditions(const Command& command, CommandResult& result);
  absl::Status Act(Mutation& mutation, MutationResult& result, CommandResult& command);
  absl::Status ActPut(Mutation& mutation, MutationResult& result);
  absl::Status ActDelete(const Mutation& mutation, MutationResult& result);
  absl::Status ActAdd(const Mutation& mutation, MutationResult& result, CommandResult& command);
  void Store(std::string_view key, const StoredValue& stored);
  // When a key written now is to go; 0: never.
  uint64_t ExpiryOf(const Mutation& mutation) const;

  PartitionId partition_;
  const Engine& engine_;
  Expiry& expiry_;
  uint64_t last_version_;
  uint64_t now_us_ = 0;
  uint64_t from_us_ = 0;
  bool changed_ = false;  // by the command under way
  PendingWrites pending_;
};

}  // namespace quorate::kv
