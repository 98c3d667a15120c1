// Writes of a leaderless partition on their way to its engine. The node's log has
// them, so they may wait: a key that is written again meanwhile is written once, and
// many keys in their order cost a fraction of few by chance.
//
// One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "quorum/record.h"
#include "storage/engine.h"

namespace quorate {

class WriteBehind {
 public:
  WriteBehind(PartitionId partition, Engine& engine) : partition_(partition), engine_(engine) {}

  // The key's record from now on; nullopt: it is deleted.
  void Put(std::string key, std::optional<quorum::Record> record);
  // What else the partition keeps, in its order; no records.
  EngineBatch& rows() { return rows_; }

  // What waits of the key; nullptr: nothing, the engine has what there is.
  const std::optional<quorum::Record>* Find(std::string_view key) const;

  struct Waiting {
    std::string_view key;
    bool deleted = false;
  };
  // Of keys from `start` on and below `end` (empty: to the last), in order.
  std::vector<Waiting> Between(std::string_view start, std::string_view end) const;

  bool empty() const { return records_.empty() && rows_.empty(); }
  bool full() const;
  // Now and then: true where something has waited for long.
  bool Overdue(absl::Duration now);

  // All into the engine, in one write. `applied`: the partition's own record from then
  // on. After an error nothing waits any more: the node has to end.
  absl::Status Flush(std::string applied);

 private:
  const PartitionId partition_;
  Engine& engine_;
  absl::flat_hash_map<std::string, std::optional<quorum::Record>> records_;
  size_t bytes_ = 0;  // put since the last flush
  EngineBatch rows_;
  std::optional<absl::Duration> waits_since_;
};

}  // namespace quorate
