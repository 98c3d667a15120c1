// Crashes, restarts, and disks that are lost or go bad.
#include "cluster.h"

namespace quorate::quorum {

void Cluster::Crash(uint64_t id, size_t kept) {
  Node& node = Find(id);
  for (; kept > 0 && !node.unsynced.empty(); --kept) {
    node.disk.Apply(node.unsynced.front());
    invariants_.Persisted(node.self.node, node.unsynced.front());
    node.unsynced.pop_front();
  }
  node.core.reset();
  node.down = true;
  node.unsynced.clear();
  node.waiting.clear();
  for (const auto& [other, peer] : nodes_) {
    if (other != id) PeerGone(other, id);
  }
}

void Cluster::Damage(uint64_t id, const std::string& key, const std::optional<Record>& record) {
  for (MapStore* store : {&Find(id).store, &Find(id).disk}) {
    store->records.erase(key);
    if (record) store->records[key] = *record;
  }
}

void Cluster::Replace(uint64_t node, const MapStore& disk) {
  Find(node).disk = disk;
  invariants_.Replaced(NodeId(node));
}

void Cluster::Wipe(uint64_t id) {
  Find(id).disk = MapStore();
  Find(id).disk.filled = false;
}

void Cluster::Restart(uint64_t id) {
  Node& node = Find(id);
  node.down = false;
  if (!node.members.Contains(node.self.node)) {
    ++node.boot;
    return;
  }
  Start(node);
  for (const auto& [other, peer] : nodes_) {
    if (other != id && !cut_.contains({id, other})) PeerBack(other, id);
  }
}

}  // namespace quorate::quorum
