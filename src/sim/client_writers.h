// The writers under which the clients send what is to happen once: one for each
// client and partition, opened when it is first wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/ids.h"
#include "kv/command.h"

namespace quorate::sim {

class ClientWriters {
 public:
  // An identity for another write; nullopt: there is no writer.
  std::optional<kv::Identity> Number(size_t slot, PartitionId partition);
  // The same, with all that was settled meanwhile.
  kv::Identity Again(size_t slot, PartitionId partition, const kv::Identity& identity) const;
  // Its client asks about that write no more.
  void Settle(size_t slot, PartitionId partition, const kv::Identity& identity);

  // True once, until told how it went: a writer is to be opened.
  bool WantsOpening(size_t slot, PartitionId partition);
  void Opened(size_t slot, PartitionId partition, uint64_t writer);
  void NotOpened(size_t slot, PartitionId partition);
  // Those that are open, and not being opened.
  void Abandon(size_t slot);
  void Expired(size_t slot, PartitionId partition, uint64_t writer);

 private:
  struct Writer {
    uint64_t id = 0;  // 0: being opened
    uint64_t next = 1;
    std::set<uint64_t> open;
  };
  using Place = std::pair<size_t, PartitionId>;
  std::map<Place, Writer> writers_;
};

}  // namespace quorate::sim
