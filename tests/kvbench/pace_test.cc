// Paces on a server in this process that can stand still.
#include "pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tally.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kLength = absl::Milliseconds(500);
constexpr double kPerSecond = 1000;
// Of that length.
constexpr absl::Duration kStallBegin = absl::Milliseconds(100);
constexpr absl::Duration kStallEnd = absl::Milliseconds(400);
constexpr absl::Duration kSlow = absl::Milliseconds(50);

// Answers in order, by a thread of its own, and nothing during the stall.
class Server {
 public:
  Server() : begin_(absl::Now()), thread_([this] { Serve(); }) {}
  ~Server() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }

  void Ask(absl::Time due, Done done) {
    absl::MutexLock lock(&mutex_);
    asked_.push_back({due, std::move(done)});
  }
  void Measure(absl::Duration latency) {
    absl::MutexLock lock(&mutex_);
    latencies_.push_back(latency);
  }
  size_t slow() {
    absl::MutexLock lock(&mutex_);
    return static_cast<size_t>(std::count_if(latencies_.begin(), latencies_.end(),
                                             [](absl::Duration each) { return each > kSlow; }));
  }

 private:
  struct Asked {
    absl::Time due;
    Done done;
  };

  void Serve() {
    for (;;) {
      mutex_.LockWhen(absl::Condition(
          +[](Server* me) { return me->stopping_ || !me->asked_.empty(); }, this));
      if (asked_.empty()) return mutex_.Unlock();
      Asked next = std::move(asked_.front());
      asked_.pop_front();
      mutex_.Unlock();
      const absl::Time now = absl::Now();
      if (now >= begin_ + kStallBegin && now < begin_ + kStallEnd) {
        absl::SleepFor(begin_ + kStallEnd - now);
      }
      Measure(absl::Now() - next.due);
      std::move(next.done)();
    }
  }

  const absl::Time begin_;
  absl::Mutex mutex_;
  bool stopping_ = false;
  std::deque<Asked> asked_;
  std::vector<absl::Duration> latencies_;
  std::thread thread_;
};

// Some 250 fall due while there is no answer for longer than that.
constexpr size_t kSlowAtLeast = 150;

TEST(PaceTest, AServerThatStallsShowsInAllThatFellDueMeanwhile) {
  Server server;
  OpenPace pace([&](absl::Time due, Random&, Done done) { server.Ask(due, std::move(done)); }, 1);
  pace.Run(kPerSecond, kLength);
  EXPECT_GT(server.slow(), kSlowAtLeast);
}

// Why there is an open loop at all.
TEST(PaceTest, AClosedLoopLeavesOutWhatAStallHeldUp) {
  Server server;
  RunClosedPace([&](absl::Time due, Random&, Done done) { server.Ask(due, std::move(done)); }, 4,
                kLength, 1);
  EXPECT_GE(server.slow(), 4u);
  EXPECT_LT(server.slow(), kSlowAtLeast / 2);
}

TEST(PaceTest, WhoeverIsHeldUpInIssuingLeavesNothingOut) {
  size_t issued = 0, late = 0;
  OpenPace pace(
      [&](absl::Time due, Random&, Done done) {
        if (++issued == 50) absl::SleepFor(absl::Milliseconds(300));
        if (absl::Now() - due > kSlow) ++late;
        std::move(done)();
      },
      1);
  pace.Run(kPerSecond, kLength);
  EXPECT_GT(late, kSlowAtLeast);
  EXPECT_GT(issued, 400u);
}

TEST(PaceTest, OfSeveralThreadsOneThatIsHeldUpDelaysOnlyItsOwn) {
  std::atomic<size_t> issued = 0, late = 0;
  OpenPace pace(
      [&](absl::Time due, Random&, Done done) {
        if (++issued == 50) absl::SleepFor(absl::Milliseconds(300));
        if (absl::Now() - due > kSlow) ++late;
        std::move(done)();
      },
      1, {.threads = 4});
  pace.Run(kPerSecond, kLength);
  EXPECT_GT(late, kSlowAtLeast / 4);
  EXPECT_LT(late, kSlowAtLeast);
  EXPECT_GT(issued, 400u);
}

TEST(PaceTest, MomentsComeByChanceAtTheRate) {
  std::vector<double> gaps_ms;
  absl::Time before = absl::Now();
  OpenPace pace(
      [&](absl::Time due, Random&, Done done) {
        gaps_ms.push_back(absl::ToDoubleMilliseconds(due - before));
        before = due;
        std::move(done)();
      },
      1);
  pace.Run(10'000, kLength);
  EXPECT_THAT(gaps_ms.size(), ::testing::AllOf(::testing::Gt(4500u), ::testing::Lt(5500u)));
  // Of exponential gaps 1 - 1/e are below the mean.
  const auto below =
      std::count_if(gaps_ms.begin(), gaps_ms.end(), [](double gap) { return gap < 0.1; });
  EXPECT_NEAR(static_cast<double>(below) / static_cast<double>(gaps_ms.size()), 0.632, 0.03);
}

TEST(PaceTest, StopWaitsUntilAllIsOver) {
  Server server;
  std::atomic<size_t> begun = 0, over = 0;
  OpenPace pace(
      [&](absl::Time due, Random&, Done done) {
        ++begun;
        server.Ask(due, [&over, done = std::move(done)]() mutable {
          ++over;
          std::move(done)();
        });
      },
      1);
  pace.Begin(kPerSecond);
  while (begun < 100) absl::SleepFor(absl::Milliseconds(1));
  pace.Stop();
  EXPECT_EQ(begun, over);
  EXPECT_GE(begun, 100u);
}

TEST(PaceTest, AClosedLoopHasSoManyUnderWay) {
  Server server;
  std::atomic<int> under_way = 0, most = 0;
  RunClosedPace(
      [&](absl::Time due, Random&, Done done) {
        most = std::max(most.load(), ++under_way);
        server.Ask(due, [&under_way, done = std::move(done)]() mutable {
          --under_way;
          std::move(done)();
        });
      },
      7, absl::Milliseconds(50), 1);
  EXPECT_EQ(most, 7);
  EXPECT_EQ(under_way, 0);
}

TEST(TallyTest, CountsWhatFellDueAfterTheWarmUpAndFailuresAsLate) {
  const absl::Time now = absl::Now();
  Tally tally(now);
  tally.Count(absl::OkStatus(), now - absl::Seconds(2));
  tally.Count(absl::OkStatus(), now);
  tally.Count(absl::ResourceExhaustedError("full"), now);
  const Slice slice = tally.Take(absl::Seconds(1));
  EXPECT_EQ(slice.done, 1u);
  EXPECT_EQ(slice.failed, 1u);
  EXPECT_EQ(slice.latency.count(), 2u);
  EXPECT_GE(slice.latency.max(), kCallDeadline);
  EXPECT_EQ(slice.elapsed, absl::Seconds(1));
  EXPECT_THAT(slice.first_error, ::testing::HasSubstr("full"));
}

}  // namespace
}  // namespace quorate::bench
