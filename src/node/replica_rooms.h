// How the disks of one partition's replicas stand, and what may be done about it.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "base/ids.h"
#include "node/disk_room.h"
#include "node/peers.h"
#include "replica/replica.h"

namespace quorate {

struct ReplicaRooms {
  std::string full;        // the nodes with less room than they keep back
  std::string missing;     // those that nothing is heard of
  bool here_full = false;  // this node is among the full
  // So many are there and have room that they commit without the others.
  bool majority = true;
};

// `disk` is that of `self`, which may be one of the replicas.
ReplicaRooms RoomsOf(absl::Span<const NodeId> replicas, NodeId self, const DiskRoom& disk,
                     const Peers& peers);

// Whether what another replica sent may be taken here, where there is no room. Where a
// majority has some, nobody needs this replica for it. Where none has, nothing that
// grows is begun any more: what was under way is little, and the deletes that lead out
// stand behind it in the log.
bool TakenWithoutRoom(Growth growth, const ReplicaRooms& rooms);

}  // namespace quorate
