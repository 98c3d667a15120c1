#include "rpc/parker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace quorate::rpc {
namespace {

TEST(ParkerTest, AWakeBeforeTheSleepIsNotLost) {
  Parker parker;
  parker.Wake();
  parker.Park(absl::Hours(1));  // or the test never ends
}

TEST(ParkerTest, ReturnsWhenTheMomentHasCome) {
  Parker parker;
  parker.Park(absl::Milliseconds(1));
  parker.Park(-absl::Seconds(1));
}

TEST(ParkerTest, NoWakeIsLostBetweenTwoThreads) {
  constexpr int kRounds = 20'000;
  Parker sleeper, waker;
  std::atomic<int> asked{0}, answered{0};
  std::thread thread([&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (asked.load() < i) sleeper.Park(absl::Hours(1));
      answered = i;
      waker.Wake();
    }
  });
  for (int i = 1; i <= kRounds; ++i) {
    asked = i;
    sleeper.Wake();
    while (answered.load() < i) waker.Park(absl::Hours(1));
  }
  thread.join();
  EXPECT_EQ(answered, kRounds);
}

}  // namespace
}  // namespace quorate::rpc
