// What a test of a partition's state needs: an engine of either kind, short
// ways to say commands, and a state machine that is fed entries.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "base/ids.h"
#include "kv/command.h"
#include "kv/state_machine.h"
#include "storage/engine.h"

namespace quorate::kv {

inline constexpr PartitionId kPartition{7};

enum class EngineKind { kMemory, kRocks };
std::string EngineName(EngineKind kind);

// A fresh, empty engine; a RocksDB one stands in a folder of its own that goes
// with it. The memory one flushes only when told.
std::unique_ptr<Engine> MakeEngine(EngineKind kind);

Mutation Put(std::string key, std::string value);
Mutation Delete(std::string key);
Mutation Add(std::string key, int64_t delta);
Mutation If(Condition::Kind kind, Mutation mutation);
Mutation IfVersion(uint64_t version, Mutation mutation);
Mutation IfValue(std::string value, Mutation mutation);

LogEntry CommandEntry(LogIndex index, absl::Span<const Command> commands);

// A partition on an engine, with entries numbered by itself.
class Partition {
 public:
  explicit Partition(Engine& engine, StateMachineBugs bugs = {});

  // One entry with one command; fails the test where the engine does.
  CommandResult Run(std::vector<Mutation> mutations);
  CommandResult Run(Mutation mutation) { return Run(std::vector<Mutation>{std::move(mutation)}); }
  // "-" if the key has no value.
  std::string ValueOf(std::string_view key) const;
  uint64_t VersionOf(std::string_view key) const;  // 0: no value
  uint64_t Digest() const;                         // see ComputeDigest

  StateMachine state;

 private:
  Engine& engine_;
};

// Whatever stands in the engine, as text that tests compare.
std::vector<std::pair<std::string, std::string>> Dump(const Engine& engine);

}  // namespace quorate::kv
