#include "rpc/arc_stream.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/grpc_status.h"

namespace quorate::rpc {
namespace {

// Requests come first: of a thread, as Linux has it.
constexpr int kNice = 10;

}  // namespace

ArcStream::ArcStream(ArcWorld world, v1::ReadArcRequest request, absl::Duration deadline,
                     std::function<void(ArcStream*)> done)
    : world_(world),
      request_(std::move(request)),
      deadline_(deadline),
      done_(std::move(done)),
      thread_([this] { Run(); }) {}

ArcStream::~ArcStream() { thread_.join(); }

void ArcStream::Run() {
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  absl::Status status = ReadArc(world_, request_, deadline_, *this);
  {
    absl::MutexLock lock(&mutex_);
    status.Update(AwaitWritten());
  }
  Finish(ToGrpcStatus(status));
}

absl::Status ArcStream::Send(v1::ArcPart part) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status written = AwaitWritten(); !written.ok()) return written;
  writing_ = std::move(part);
  written_ = false;
  StartWrite(&writing_);
  return absl::OkStatus();
}

absl::Status ArcStream::AwaitWritten() {
  const auto settled = [this] {
    mutex_.AssertReaderHeld();
    return written_ || cancelled_;
  };
  const bool in_time = mutex_.AwaitWithTimeout(absl::Condition(&settled), limits::kArcReadStallMax);
  if (cancelled_) return absl::CancelledError("the client is gone");
  if (in_time) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kDeadlineExceeded, "BACKUP_TOO_SLOW",
      StrCat("the client has taken nothing for ", absl::FormatDuration(limits::kArcReadStallMax),
             "; begin again, and see what its disk is doing"),
      Applied::kNo);
}

bool ArcStream::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

void ArcStream::Sleep(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  (void)mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), time);
}

void ArcStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  written_ = true;
  cancelled_ = cancelled_ || !ok;
}

void ArcStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
}

}  // namespace quorate::rpc
