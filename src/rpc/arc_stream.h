// One call of Backup.ReadArc: a thread that reads, and a stream that it writes to
// when the client has taken what came before.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rpc/arc_read.h"

namespace quorate::rpc {

class ArcStream final : public grpc::ServerWriteReactor<v1::ArcPart>, private ArcSink {
 public:
  // `done` is called when gRPC is through with it, on a thread of gRPC's; it may then be
  // deleted, but not by that very call.
  ArcStream(ArcWorld world, v1::ReadArcRequest request, absl::Duration deadline,
            std::function<void(ArcStream*)> done);
  ~ArcStream() override;  // waits for the thread

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override { done_(this); }

 private:
  void Run();
  absl::Status Send(v1::ArcPart part) override ABSL_LOCKS_EXCLUDED(mutex_);
  bool cancelled() const override ABSL_LOCKS_EXCLUDED(mutex_);
  void Sleep(absl::Duration time) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status AwaitWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ArcWorld world_;
  const v1::ReadArcRequest request_;
  const absl::Duration deadline_;
  const std::function<void(ArcStream*)> done_;
  mutable absl::Mutex mutex_;
  v1::ArcPart writing_;  // gRPC's, while `written_` is false
  bool written_ ABSL_GUARDED_BY(mutex_) = true;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it begins when all else is there
};

}  // namespace quorate::rpc
