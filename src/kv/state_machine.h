// The deterministic state of one partition: applies committed entries to the
// engine and answers reads from it. The same entries give the same bytes on
// every replica: no clock, no randomness, no local limit has a say.
//
// Owned by one worker; not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/ids.h"
#include "base/log_entry.h"
#include "kv/apply.h"
#include "kv/command.h"
#include "kv/expiry.h"
#include "kv/writers.h"
#include "storage/engine.h"

namespace quorate::kv {

// Written in the same batch as what it speaks of; part of every snapshot.
struct AppliedState {
  LogIndex index;
  Term term;                  // of that entry
  uint64_t last_version = 0;  // of the last command that changed something; from 1
  std::string configuration;  // opaque: the members in force at `index`
  // The partition's time: the newest of what its entries' proposers said, in
  // microseconds since 1970. Never goes back.
  uint64_t time_us = 0;
  uint64_t writers_opened = 0;  // the last one's number
  // See Writers::Stage. Which writers are in here depends on how entries came to
  // be applied together, so it differs between replicas of the same state.
  std::string busy_writers = {};
  // It came here by entries, each of which was in this replica's log on disk before:
  // so a log that ends before `index` has lost its end. False after a snapshot.
  bool by_entries = false;
  // The epoch in which this copy joined its partition, zero for those of the
  // beginning: what is of another was left by a copy that has moved away since.
  uint64_t member_since = 0;

  std::string Encode() const;
  static absl::StatusOr<AppliedState> Decode(std::string_view bytes);
  friend bool operator==(const AppliedState&, const AppliedState&) = default;
};

// Deliberate fault for the simulator; off outside tests.
struct StateMachineBugs {
  // Write the applied position apart from the data, and only now and then: a
  // restart then applies again what the data already holds.
  bool apply_twice_after_restart = false;
  // A key's time to live counts from this clock of the replica's own.
  std::function<uint64_t()> local_clock_us = {};
  // A snapshot says nothing of the writers.
  bool snapshot_without_writers = false;
  // A write that took effect takes effect again when it comes again.
  bool apply_known_writes_again = false;
  // A write that was told never to be applied still may be.
  bool forget_fences = false;
  // A snapshot counts as whole with its first chunk.
  bool snapshot_ends_early = false;
  // What a snapshot's receiver has and the snapshot has not stays there.
  bool snapshot_keeps_deleted = false;
};

class StateMachine {
 public:
  StateMachine(PartitionId partition, Engine& engine, StateMachineBugs bugs = {});

  // What the engine holds. Call once before anything else; an empty engine
  // gives zeroes. DATA_LOSS where the record is damaged.
  absl::Status Load();
  const AppliedState& applied() const { return applied_; }

  // Consecutive entries behind applied().index, in one engine write together
  // with the new applied state. Result: for each entry the results of its
  // commands (none for no-ops and configurations). `configuration` is the one
  // in force after the last entry. Commands later in the run see earlier ones.
  // An error is the engine's, and the replica must stop.
  absl::StatusOr<std::vector<std::vector<CommandResult>>> Apply(absl::Span<const LogEntry> entries,
                                                                std::string configuration);

  // By the partition's time, when the next key expires; Expiry::kNever: none.
  // Nothing expires but by an entry: somebody has to propose one, if need be an
  // empty one.
  uint64_t next_expiry_us() const { return expiry_.next_us(); }

  // An expired key has no value. DATA_LOSS where a record is damaged.
  absl::StatusOr<std::optional<Record>> Get(std::string_view key) const;
  // Of each key, in order.
  absl::StatusOr<std::vector<std::optional<Record>>> GetAll(
      absl::Span<const std::string> keys) const;
  absl::StatusOr<Page> Scan(const Range& range) const;

  // What would survive a crash now: the log may be released up to its index.
  absl::StatusOr<AppliedState> Durable() const;

  // Sets the state of a new, empty copy: its first configuration, and since when it is there.
  absl::Status Initialise(std::string configuration, uint64_t member_since = 0);
  // The same of one that is to be filled by others: nothing of it is in the engine before
  // what they send, for a snapshot that is put over something costs more.
  void AwaitFilling(std::string configuration, uint64_t member_since);

 private:
  using Results = std::vector<CommandResult>;
  absl::StatusOr<Results> ApplyEntry(const LogEntry& entry, Applier& applier, AppliedState& next);
  absl::StatusOr<CommandResult> ApplyCommand(Command command, Applier& applier, AppliedState& next);
  absl::StatusOr<CommandResult> Fence(const Identity& identity, uint64_t now_us);
  absl::StatusOr<CommandResult> ApplyOnce(Command command, Applier& applier, uint64_t now_us);
  // `bytes`: what the engine has of the key.
  absl::StatusOr<std::optional<Record>> ToRecord(std::string_view key,
                                                 std::optional<std::string> bytes) const;
  // What Apply adds to its batch about itself.
  void StageApplied(const AppliedState& next, EngineBatch& batch) const;

  PartitionId partition_;
  Engine& engine_;
  StateMachineBugs bugs_;
  AppliedState applied_;
  Writers writers_;
  Expiry expiry_;
};

}  // namespace quorate::kv
