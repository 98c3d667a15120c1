// What a leaderless replica sends of its state to those that it fills: no faster than
// replicas may move, and counted. Who asks for more than may go now gets it later.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "quorum/message.h"
#include "replica/fill_progress.h"
#include "replica/replica.h"
#include "replica/snapshot_pace.h"
#include "storage/engine.h"

namespace quorate {

class FillSource {
 public:
  // `pace` null: no bound.
  FillSource(PartitionId partition, const Engine& engine, SnapshotPace* pace)
      : partition_(partition), engine_(engine), pace_(pace) {}

  // A question that came. False: it is no longer the caller's; its answer would be a page
  // too much for now.
  bool MayAnswer(quorum::Message& message, absl::Duration now);
  // Those that may be answered by now. Once a tick.
  std::vector<quorum::Message> TakeDue(absl::Duration now);
  // Goes out.
  void Sent(const quorum::Message& message, absl::Duration now);
  // Who joins from now on; zero: nobody.
  void SetJoining(NodeId node);
  void FillIn(ReplicaStatus& status, absl::Duration now) const;

 private:
  const PartitionId partition_;
  const Engine& engine_;
  SnapshotPace* const pace_;
  std::map<NodeId, quorum::Message> waiting_;  // the newest of each
  NodeId joining_;
  Boot of_life_;  // of who joins: a later one begins anew
  absl::Duration since_;
  FillProgress progress_;
};

}  // namespace quorate
