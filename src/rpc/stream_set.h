// The client streams that are open, so that a server can end them.
#pragma once

#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace quorate::rpc {

class StreamCall;

// Thread-safe.
class StreamSet {
 public:
  void Add(const std::shared_ptr<StreamCall>& stream);
  void Remove(StreamCall* stream);
  // Every open stream, and every later one at once: no more reads, and an end
  // when what is under way is answered.
  void End();

 private:
  absl::Mutex mutex_;
  std::map<StreamCall*, std::weak_ptr<StreamCall>> open_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::rpc
