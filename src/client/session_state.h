// What a session has seen, noted from each reply's receipt.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/session_token.h"
#include "quorate/v1/kv.pb.h"
#include "quorum/keyspace_session.h"

namespace quorate::client {

// Thread-safe.
class SessionState {
 public:
  explicit SessionState(std::string cluster_id) : cluster_id_(std::move(cluster_id)) {}
  // What an earlier token of the cluster has seen. SESSION_...: it is none.
  absl::Status Resume(std::string_view token);

  void Note(std::string_view keyspace, const v1::Receipt& receipt);
  std::string token() const;
  // For a write: nothing, where only keyspaces of mode raft were seen.
  std::string write_token() const;

 private:
  std::string Encode() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string cluster_id_;
  mutable absl::Mutex mutex_;
  SessionToken places_ ABSL_GUARDED_BY(mutex_);  // of mode raft
  // Of mode quorum, by the hash of the keyspace's name.
  std::map<uint64_t, quorum::KeyspaceSession> leaderless_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::client
