#include "rpc/stream_set.h"

#include <utility>

#include "rpc/stream_call.h"

namespace quorate::rpc {

void StreamSet::Add(const std::shared_ptr<StreamCall>& stream) {
  {
    absl::MutexLock lock(&mutex_);
    open_.emplace(stream.get(), stream);
    if (!ended_) return;
  }
  stream->End();
}

void StreamSet::Remove(StreamCall* stream) {
  absl::MutexLock lock(&mutex_);
  open_.erase(stream);
}

void StreamSet::End() {
  std::map<StreamCall*, std::weak_ptr<StreamCall>> open;
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    open = open_;
  }
  for (auto& [raw, weak] : open) {
    if (const auto stream = weak.lock()) stream->End();
  }
}

}  // namespace quorate::rpc
