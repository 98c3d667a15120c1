// A keyspace's partitions, each read from whichever of its replicas can.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::kvctl {

// Thread-safe.
class ArcSource {
 public:
  // Both outlive it. `patience`: with a partition that nobody sends anything of.
  ArcSource(const Client& client, const KeyspaceDescription& keyspace, absl::Duration patience)
      : client_(client), keyspace_(keyspace), patience_(patience) {}

  // `begin` makes the request of each attempt, and forgets what an earlier one brought.
  // `take` gets its parts; its error ends it all, but ABORTED: then it is tried again.
  absl::Status Read(uint32_t arc, absl::FunctionRef<v1::ReadArcRequest()> begin,
                    absl::FunctionRef<absl::Status(v1::ArcPart&)> take) const;

 private:
  struct Attempt;
  absl::Status ReadOnce(NodeId node, absl::FunctionRef<v1::ReadArcRequest()> begin,
                        absl::FunctionRef<absl::Status(v1::ArcPart&)> take, Attempt& attempt) const;

  const Client& client_;
  const KeyspaceDescription& keyspace_;
  const absl::Duration patience_;
};

// Calls work(0) to work(count - 1), `threads` at once, until one of them fails.
absl::Status ForEachArc(uint32_t count, uint32_t threads,
                        absl::FunctionRef<absl::Status(uint32_t)> work);

// CANCELLED, INTERRUPTED once Ctrl-C was pressed (see NoteInterrupts).
absl::Status CheckInterrupt();

}  // namespace quorate::kvctl
