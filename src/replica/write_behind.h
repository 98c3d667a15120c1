// Writes of a leaderless partition on their way to its engine. The node's log has
// them, so they may wait, as they lie in its entries: many at once cost a fraction of
// few. A load of blind writes never asks what waits, so nothing is indexed before
// somebody does.
//
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/payload.h"
#include "storage/engine.h"

namespace quorate {

class WriteBehind {
 public:
  WriteBehind(PartitionId partition, Engine& engine) : partition_(partition), engine_(engine) {}

  WriteBehind(const WriteBehind&) = delete;

  // The key's record from now on, encoded. Both lie in `in`, which is kept with them.
  void Put(std::string_view key, std::string_view record, const Payload& in);
  void Delete(std::string key);
  // What else the partition keeps, in its order; no records.
  EngineBatch& rows() { return rows_; }

  // What waits of the key, valid until the next change (empty: it is deleted); nullopt:
  // nothing, the engine has what there is.
  std::optional<std::string_view> Find(std::string_view key) const;

  struct Waiting {
    std::string_view key;
    bool deleted = false;
  };
  // Of keys from `start` on and below `end` (empty: to the last), in order.
  std::vector<Waiting> Between(std::string_view start, std::string_view end) const;

  bool empty() const { return entries_.empty() && rows_.empty(); }
  bool full() const;
  // Now and then: true where something has waited for long.
  bool Overdue(absl::Duration now);

  // All into the engine, in one write. `applied`: the partition's own record from then
  // on. After an error nothing waits any more: the node has to end.
  absl::Status Flush(std::string applied);

 private:
  const PartitionId partition_;
  Engine& engine_;
  struct Entry {
    std::string_view key;
    std::string_view record;  // empty: deleted
  };
  void Index() const;

  std::vector<Entry> entries_;  // of a key the last one counts
  std::vector<Payload> in_;     // where they lie
  // By key, the place of its last entry, of those below `indexed_`.
  mutable absl::flat_hash_map<absl::string_view, uint32_t> places_;
  mutable uint32_t indexed_ = 0;
  size_t bytes_ = 0;  // put since the last flush
  EngineBatch rows_;
  std::optional<absl::Duration> waits_since_;
};

}  // namespace quorate
