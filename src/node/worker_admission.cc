// What a write is refused for before anything of it is begun.
#include <algorithm>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "node/replica_rooms.h"
#include "node/worker.h"

namespace quorate {
namespace {

bool Removes(const kv::Mutation& mutation) {
  using Action = kv::Mutation::Action;
  if (mutation.action == Action::kChangeField) {
    return mutation.field_action == kv::FieldAction::kRemoveElement ||
           mutation.field_action == kv::FieldAction::kRemoveValue ||
           mutation.field_action == kv::FieldAction::kRemoveSet;
  }
  return mutation.action == Action::kDelete || mutation.action == Action::kRemoveElement;
}

// Makes the state larger; what a removal leaves is smaller than what was there.
bool Grows(const kv::Command& command) {
  return !std::all_of(command.mutations.begin(), command.mutations.end(), Removes);
}

}  // namespace

absl::Status Worker::Admit(const Request& request) const {
  if (!request.is_write() || request.partition == kMetaPartition) return absl::OkStatus();
  const auto& command = std::get<kv::Command>(request.op);
  // What became of a write can be told, or asked, while replicas are away.
  if (command.action != kv::Command::Action::kMutate) return absl::OkStatus();
  if (Grows(command)) {
    if (absl::Status room = CheckRoom(request.partition); !room.ok()) return room;
  }
  return request.level == Level::kAll ? CheckAllAlive(request.partition) : absl::OkStatus();
}

// A minority of full disks holds nobody up but the replicas on them.
absl::Status Worker::CheckRoom(PartitionId partition) const {
  const bool here = shared_.disk.room() != Room::kEnough;
  if (!here && !shared_.peers.any_disk_full()) return absl::OkStatus();
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  if (info == nullptr) return absl::OkStatus();
  const ReplicaRooms rooms =
      RoomsOf(info->replicas, shared_.options.self, shared_.disk, shared_.peers);
  if (rooms.full.empty() || (rooms.majority && !rooms.here_full)) return absl::OkStatus();
  Reached<"node: growth refused, the disk is nearly full">();
  absl::Status refused = MakeError(
      absl::StatusCode::kResourceExhausted, "DISK_NEARLY_FULL",
      StrCat("the disk of ", rooms.full, " has less room left than is kept back",
             rooms.missing.empty() ? "" : StrCat(", and nothing is heard of ", rooms.missing),
             ": reads and deletes of ", partition.ToString(),
             " go on, nothing that grows is taken until there is more"));
  // Leadership is about to move to where there is room.
  if (rooms.majority) SetRetryAfter(refused, shared_.options.rebalance_interval / 4);
  return refused;
}

bool Worker::HasRoomFor(PartitionId partition, const Replica& replica,
                        std::string_view payload) const {
  if (shared_.disk.room() != Room::kNone) return true;
  const Growth growth = replica.GrowthIn(payload);
  if (growth == Growth::kNone) return true;
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  const bool taken =
      info != nullptr && TakenWithoutRoom(growth, RoomsOf(info->replicas, shared_.options.self,
                                                          shared_.disk, shared_.peers));
  if (taken) {
    Reached<"node: taken from the last of the reserve">();
  } else {
    Reached<"node: no room for what a leader sent">();
  }
  return taken;
}

absl::Status Worker::CheckAllAlive(PartitionId partition) const {
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  if (info == nullptr) return absl::OkStatus();
  size_t count = 0;
  const std::string missing = NamesOfMissing(*info, count);
  if (count == 0) return absl::OkStatus();
  absl::Status status =
      MakeError(absl::StatusCode::kUnavailable, "REPLICA_DOWN",
                "a write at ALL needs every replica of " + partition.ToString() +
                    ", and nothing was heard of " + missing + "; QUORUM needs only a majority");
  SetErrorDetail(status, "missing", missing);
  return status;
}

}  // namespace quorate
