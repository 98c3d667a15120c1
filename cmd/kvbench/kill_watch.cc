#include "kill_watch.h"

#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/strings.h"

namespace quorate::bench {
namespace {

// A write that went to the dead must not keep its writer from the living.
constexpr absl::Duration kWriteDeadline = absl::Milliseconds(100);
// Between two writes of one writer, so that the load does not take the cores
// from what is measured.
constexpr absl::Duration kPause = absl::Milliseconds(5);
constexpr uint32_t kWarmWrites = 10;  // of each writer, before the kill
constexpr absl::Duration kGiveUp = absl::Seconds(30);

class Writers {
 public:
  Writers(Killable& cluster, const Victim& victim)
      : cluster_(cluster), keys_(victim.keys), first_(keys_.size(), absl::InfiniteFuture()) {
    for (size_t key = 0; key < keys_.size(); ++key) {
      for (uint32_t node = 1; node <= cluster.nodes(); ++node) {
        threads_.emplace_back([this, key, node] { Write(key, node); });
      }
    }
  }
  ~Writers() {
    stop_.Notify();
    for (std::thread& thread : threads_) thread.join();
  }

  // Every writer has been acknowledged some writes.
  bool AwaitWarm() {
    absl::MutexLock lock(&mutex_);
    const auto warm = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return warm_ == threads_.size();
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&warm), kGiveUp);
  }

  void CountFrom(absl::Time begin) {
    absl::MutexLock lock(&mutex_);
    counted_from_ = begin;
  }

  // The first acknowledgement of each key that counts; some infinite if they
  // have not all come in time.
  std::vector<absl::Time> AwaitAll() {
    absl::MutexLock lock(&mutex_);
    const auto all = [this]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return written_ == keys_.size(); };
    mutex_.AwaitWithTimeout(absl::Condition(&all), kGiveUp);
    return first_;
  }

 private:
  void Write(size_t key, uint32_t node) {
    uint32_t acknowledged = 0;
    do {
      const absl::Time begin = absl::Now();
      const bool done = cluster_.Put(node, keys_[key], kWriteDeadline);
      const absl::Time end = absl::Now();
      if (!done) continue;
      absl::MutexLock lock(&mutex_);
      if (++acknowledged == kWarmWrites) ++warm_;
      if (begin < counted_from_) continue;
      if (first_[key] == absl::InfiniteFuture()) ++written_;
      first_[key] = std::min(first_[key], end);
    } while (!stop_.WaitForNotificationWithTimeout(kPause));
  }

  Killable& cluster_;
  const std::vector<std::string> keys_;
  absl::Notification stop_;
  absl::Mutex mutex_;
  absl::Time counted_from_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  size_t warm_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t written_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<absl::Time> first_ ABSL_GUARDED_BY(mutex_);  // by key
  std::vector<std::thread> threads_;
};

}  // namespace

absl::StatusOr<std::vector<absl::Duration>> KillWhileWriting(Killable& cluster,
                                                             const Victim& victim,
                                                             absl::Duration before) {
  Writers writers(cluster, victim);
  if (!writers.AwaitWarm()) {
    return absl::UnavailableError(StrCat(cluster.name(), " takes no writes"));
  }
  absl::SleepFor(before);
  const absl::Time killed = absl::Now();
  cluster.Kill(victim.node);
  writers.CountFrom(absl::Now());
  std::vector<absl::Duration> gaps;
  for (absl::Time written : writers.AwaitAll()) {
    if (written == absl::InfiniteFuture()) {
      return absl::UnavailableError(
          StrCat(cluster.name(), " acknowledged no write in 30 s after its leader was killed"));
    }
    gaps.push_back(written - killed);
  }
  return gaps;
}

}  // namespace quorate::bench
