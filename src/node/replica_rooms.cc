#include "node/replica_rooms.h"

#include "base/strings.h"

namespace quorate {
namespace {

void AddName(NodeId node, std::string& names) {
  StrAppend(&names, names.empty() ? "" : ", ", node.ToString());
}

}  // namespace

ReplicaRooms RoomsOf(absl::Span<const NodeId> replicas, NodeId self, const DiskRoom& disk,
                     const Peers& peers) {
  ReplicaRooms rooms;
  size_t with_room = 0;
  for (NodeId node : replicas) {
    const bool here = node == self;
    if (here ? disk.room() != Room::kEnough : peers.disk_full(node)) {
      AddName(node, rooms.full);
      rooms.here_full = rooms.here_full || here;
    } else if (!here && !peers.alive(node)) {
      AddName(node, rooms.missing);
    } else {
      ++with_room;
    }
  }
  rooms.majority = with_room > replicas.size() / 2;
  return rooms;
}

bool TakenWithoutRoom(Growth growth, const ReplicaRooms& rooms) {
  switch (growth) {
    case Growth::kNone:
      return true;
    case Growth::kWrites:
      return !rooms.majority;
    case Growth::kCatchUp:
      return false;
  }
  return false;
}

}  // namespace quorate
