#include "node/drain.h"

#include <atomic>
#include <utility>

namespace quorate {

void StartDrain(const std::vector<std::unique_ptr<Worker>>& workers, absl::Duration deadline,
                absl::AnyInvocable<void() &&> done) {
  struct Gather {
    std::atomic<size_t> missing;
    absl::AnyInvocable<void() &&> done;
  };
  auto gather = std::make_shared<Gather>();
  gather->missing = workers.size();
  gather->done = std::move(done);
  for (const auto& worker : workers) {
    worker->PostTask([gather, deadline](Worker& w) {
      w.Drain(deadline, [gather] {
        if (--gather->missing == 0) std::move(gather->done)();
      });
    });
  }
}

}  // namespace quorate
