// A pipeline's stream to one node: what queues while one message is being
// written is the next. Nothing is handed to a stream that the server has not
// accepted, so what waits for one that never comes about is certain not to have
// been done.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/core.h"
#include "client/node_link.h"
#include "client/pipeline_op.h"

namespace quorate::client {

// Told by a lane, on any thread, never under the lane's lock.
class LaneOwner {
 public:
  virtual ~LaneOwner() = default;
  // ops[i] belongs to response.replies(i); null: none was waiting for it.
  virtual void OnReplies(std::unique_ptr<v1::StreamResponse> response,
                         std::vector<PipelineOpPtr> ops) = 0;
  // They failed alike. `node_failed`: the node gave no answer of its own.
  virtual void OnFailed(std::vector<PipelineOpPtr> ops, const absl::Status& status,
                        bool node_failed) = 0;
};

// Keeps itself alive until the stream has ended. Thread-safe.
class StreamLane : public grpc::ClientBidiReactor<v1::StreamRequest, v1::StreamResponse>,
                   public std::enable_shared_from_this<StreamLane> {
 public:
  struct Settings {
    std::string keyspace;
    v1::Level level = v1::LEVEL_UNSPECIFIED;
    absl::Duration deadline;  // of each operation, told to the server
    std::optional<Session> session;
    bool timings = false;
  };

  StreamLane(Core& core, std::shared_ptr<LaneOwner> owner, std::shared_ptr<NodeLink> link,
             Settings settings);

  // Opens the stream; once, before anything else.
  void Open() ABSL_LOCKS_EXCLUDED(mutex_);
  // False, and `op` stays the caller's: the stream has ended.
  bool Enqueue(PipelineOpPtr& op) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the stream; what is under way fails.
  void Close() { context_.TryCancel(); }

 private:
  // Operations whose time is over.
  struct Expired {
    std::vector<PipelineOpPtr> unsent;
    std::vector<PipelineOpPtr> writes;
    std::vector<PipelineOpPtr> reads;
    bool silent = false;  // not a word since one of them was sent, or at all
    absl::Duration next = absl::InfiniteDuration();  // when others will be
  };

  void OnReadInitialMetadataDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone(const grpc::Status& rpc) override ABSL_LOCKS_EXCLUDED(mutex_);

  void WriteQueued() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<PipelineOpPtr> TakeAnswered(const v1::StreamResponse& response)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void WatchDeadline(absl::Duration due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FailExpired() ABSL_LOCKS_EXCLUDED(mutex_);
  Expired TakeExpired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Splits sent operations by what is known of them and tells the owner.
  void FailSent(std::vector<PipelineOpPtr> ops, const grpc::Status& rpc, bool heard);

  Core& core_;
  const std::shared_ptr<LaneOwner> owner_;
  const std::shared_ptr<NodeLink> link_;
  const Settings settings_;
  std::shared_ptr<StreamLane> self_;  // from Open to OnDone
  grpc::ClientContext context_;
  std::unique_ptr<v1::StreamResponse> response_;  // the read under way

  absl::Mutex mutex_;
  v1::StreamRequest request_ ABSL_GUARDED_BY(mutex_);  // untouched while writing_
  bool accepted_ ABSL_GUARDED_BY(mutex_) = false;      // by the server
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool heard_ ABSL_GUARDED_BY(mutex_) = false;  // any reply yet
  absl::Duration heard_at_ ABSL_GUARDED_BY(mutex_);
  absl::Duration watched_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  std::deque<PipelineOpPtr> queue_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<uint64_t, PipelineOpPtr> sent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::client
