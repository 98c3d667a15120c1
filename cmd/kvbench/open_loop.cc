#include "open_loop.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "call.h"
#include "pace.h"
#include "tally.h"

namespace quorate::bench {
namespace {

// Issuing is most of a call's work for a client.
constexpr uint32_t kThreads = 4;

struct Call {
  explicit Call(std::unique_ptr<Caller> caller) : caller(std::move(caller)) {}
  const std::unique_ptr<Caller> caller;
  std::optional<grpc::ClientContext> context;
};

// As many as were ever under way at once.
class Calls {
 public:
  explicit Calls(const std::function<std::unique_ptr<Caller>()>& make) : make_(make) {}

  std::unique_ptr<Call> Take() {
    {
      absl::MutexLock lock(&mutex_);
      if (!free_.empty()) {
        auto call = std::move(free_.back());
        free_.pop_back();
        return call;
      }
    }
    return std::make_unique<Call>(make_());
  }

  void GiveBack(std::unique_ptr<Call> call) {
    absl::MutexLock lock(&mutex_);
    free_.push_back(std::move(call));
  }

 private:
  const std::function<std::unique_ptr<Caller>()>& make_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Call>> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Slice RunOpenLoop(const std::function<std::unique_ptr<Caller>()>& make, const OpenLoad& load,
                  uint64_t seed) {
  Calls calls(make);
  Tally tally(absl::Now() + load.warm_up);
  const auto issue = [&](absl::Time due, Random& random, Done done) {
    Call* call = calls.Take().release();
    call->context.emplace();
    SetDeadline(*call->context);
    // gRPC wants a callback that can be copied.
    auto over = std::make_shared<Done>(std::move(done));
    call->caller->Begin(random, *call->context,
                        [&calls, &tally, call, due, over](const grpc::Status& status) {
                          std::unique_ptr<Call> ended(call);
                          ended->caller->Complete();
                          tally.Count(ToStatus(status), due);
                          ended->context.reset();
                          calls.GiveBack(std::move(ended));
                          std::move (*over)();
                        });
  };
  OpenPace(issue, seed, {.threads = kThreads}).Run(load.per_second, load.warm_up + load.length);
  return tally.Take(load.length);
}

}  // namespace quorate::bench
