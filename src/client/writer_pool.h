// The writers under whose identities a client's writes happen once, one for each
// partition that it writes to, opened when the first write comes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/operation.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::client {

class Core;

// Numbers one partition's writes. Thread-safe.
class Writer {
 public:
  Writer(std::string keyspace, uint64_t partition_id, uint64_t id, bool leaderless = false)
      : keyspace_(std::move(keyspace)),
        partition_id_(partition_id),
        id_(id),
        leaderless_(leaderless) {}

  // Of mode quorum: a write of unknown outcome is asked for, not sent again.
  bool leaderless() const { return leaderless_; }

  v1::Identity Next() ABSL_LOCKS_EXCLUDED(mutex_);
  // Its outcome is known and it will not be sent again.
  void Settle(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);
  // Its outcome is not known; it may still be asked for.
  void LeaveOpen(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  OperationId Operation(uint64_t sequence) const {
    return {keyspace_, PartitionId(partition_id_), id_, sequence};
  }

 private:
  enum class State : uint8_t { kUnderWay, kSettled, kOpen };
  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string keyspace_;
  const uint64_t partition_id_;
  const uint64_t id_;
  const bool leaderless_;
  absl::Mutex mutex_;
  uint64_t settled_below_ ABSL_GUARDED_BY(mutex_) = 1;
  std::deque<State> window_ ABSL_GUARDED_BY(mutex_);  // from settled_below_ on
};

// One write's identity; null writer: none.
struct Ticket {
  std::shared_ptr<Writer> writer;
  v1::Identity identity;

  // Sent again under it, to whomever, the write still happens once.
  bool once() const { return writer != nullptr && !writer->leaderless(); }
  void Settle() const {
    if (writer != nullptr) writer->Settle(identity.sequence());
  }
};

// Thread-safe.
class WriterPool {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Ticket>) &&>;

  // `arc`: the key's in its keyspace; where it is not known, a writer for this
  // one write is opened. `done` at once, or on another thread as soon as the
  // writer is there; must not block.
  void Take(Core& core, const std::string& keyspace, std::optional<uint32_t> arc, std::string key,
            absl::Duration deadline, Done done) ABSL_LOCKS_EXCLUDED(mutex_);
  // The cluster knows it no more: the next Take opens another.
  void Forget(const std::shared_ptr<Writer>& writer) ABSL_LOCKS_EXCLUDED(mutex_);
  // Null: not one of this client's.
  std::shared_ptr<Writer> Find(const OperationId& operation) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Place = std::pair<std::string, uint32_t>;
  struct Slot {
    std::shared_ptr<Writer> writer;  // null: being opened
    std::vector<Done> waiting;
  };
  void Opened(const Place& place, absl::StatusOr<std::shared_ptr<Writer>> writer)
      ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<Place, Slot> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::client
