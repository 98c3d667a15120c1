#include "sim/client_writers.h"

namespace quorate::sim {

std::optional<kv::Identity> ClientWriters::Number(size_t slot, PartitionId partition) {
  const auto it = writers_.find({slot, partition});
  if (it == writers_.end() || it->second.id == 0) return std::nullopt;
  Writer& writer = it->second;
  const uint64_t sequence = writer.next++;
  writer.open.insert(sequence);
  return kv::Identity{writer.id, sequence, *writer.open.begin()};
}

kv::Identity ClientWriters::Again(size_t slot, PartitionId partition,
                                  const kv::Identity& identity) const {
  kv::Identity again = identity;
  const auto it = writers_.find({slot, partition});
  if (it != writers_.end() && it->second.id == identity.writer) {
    again.settled_below = *it->second.open.begin();
  }
  return again;
}

void ClientWriters::Settle(size_t slot, PartitionId partition, const kv::Identity& identity) {
  const auto it = writers_.find({slot, partition});
  if (it == writers_.end() || it->second.id != identity.writer) return;
  it->second.open.erase(identity.sequence);
}

bool ClientWriters::WantsOpening(size_t slot, PartitionId partition) {
  return writers_.try_emplace({slot, partition}).second;
}

void ClientWriters::Opened(size_t slot, PartitionId partition, uint64_t writer) {
  writers_[{slot, partition}] = {writer, 1, {}};
}

void ClientWriters::NotOpened(size_t slot, PartitionId partition) {
  writers_.erase({slot, partition});
}

void ClientWriters::Abandon(size_t slot) {
  std::erase_if(writers_,
                [slot](const auto& one) { return one.first.first == slot && one.second.id != 0; });
}

void ClientWriters::Expired(size_t slot, PartitionId partition, uint64_t writer) {
  const auto it = writers_.find({slot, partition});
  if (it != writers_.end() && it->second.id == writer) writers_.erase(it);
}

}  // namespace quorate::sim
