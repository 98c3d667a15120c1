// What a session has seen, noted from each reply's receipt.
#pragma once

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/session_token.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::client {

class SessionState {
 public:
  SessionState(std::string cluster_id, SessionToken token)
      : cluster_id_(std::move(cluster_id)), token_(std::move(token)) {}

  void Note(const v1::Receipt& receipt) {
    absl::MutexLock lock(&mutex_);
    token_.Note(PartitionId(receipt.partition_id()),
                {Term(receipt.term()), LogIndex(receipt.index())});
  }
  std::string token() const {
    absl::MutexLock lock(&mutex_);
    return token_.Encode(cluster_id_);
  }

 private:
  const std::string cluster_id_;
  mutable absl::Mutex mutex_;
  SessionToken token_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::client
