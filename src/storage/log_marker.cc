#include "storage/log_marker.h"

#include <utility>

namespace quorate {

LogMarker::LogMarker(LogMark mark, const LogDevice& log, absl::Duration pause)
    : mark_(std::move(mark)), log_(log), pause_(pause), thread_([this] { Run(); }) {}

LogMarker::~LogMarker() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    wake_.Signal();
  }
  thread_.join();
  Mark();
}

void LogMarker::Run() {
  for (;;) {
    Mark();
    absl::MutexLock lock(&mutex_);
    if (!stop_) wake_.WaitWithTimeout(&mutex_, pause_);
    if (stop_) return;
  }
}

// A full disk is tried again. After another error the mark stays where it is: the
// disk's next word to the log decides what becomes of the node.
void LogMarker::Mark() {
  if (failed_) return;
  const absl::Status marked = mark_.Advance(log_.stats().last_record);
  failed_ = !marked.ok() && !absl::IsResourceExhausted(marked);
}

}  // namespace quorate
