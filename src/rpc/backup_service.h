// Backups over gRPC's callback API: a thread for each partition that is read, a few
// at once.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "quorate/v1/backup.grpc.pb.h"
#include "rpc/arc_stream.h"

namespace quorate::rpc {

class BackupService final : public v1::Backup::CallbackService {
 public:
  // All of `world` outlives the server that this service is registered with.
  explicit BackupService(ArcWorld world) : world_(world) {}

  grpc::ServerWriteReactor<v1::ArcPart>* ReadArc(grpc::CallbackServerContext* context,
                                                 const v1::ReadArcRequest* in) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Streams = std::map<ArcStream*, std::unique_ptr<ArcStream>>;
  absl::Status Admit(const v1::ReadArcRequest& in) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Retire(ArcStream* stream) ABSL_LOCKS_EXCLUDED(mutex_);

  const ArcWorld world_;
  absl::Mutex mutex_;
  Streams open_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<ArcStream>> over_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
