#include "rpc/parker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"

namespace quorate::rpc {
namespace {

TEST(ParkerTest, AWakeBeforeTheSleepIsNotLost) {
  Parker parker;
  parker.Wake();
  parker.Park(absl::ZeroDuration(), absl::Hours(1));  // or the test never ends
}

TEST(ParkerTest, ReturnsWhenTheMomentHasCome) {
  Parker parker;
  parker.Park(absl::ZeroDuration(), absl::Milliseconds(1));
  parker.Park(absl::Seconds(1), absl::ZeroDuration());
}

TEST(ParkerTest, NoWakeIsLostBetweenTwoThreads) {
  constexpr int kRounds = 20'000;
  Parker sleeper, waker;
  std::atomic<int> asked{0}, answered{0};
  std::thread thread([&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (asked.load() < i) sleeper.Park(absl::ZeroDuration(), absl::Hours(1));
      answered = i;
      waker.Wake();
    }
  });
  for (int i = 1; i <= kRounds; ++i) {
    asked = i;
    sleeper.Wake();
    while (answered.load() < i) waker.Park(absl::ZeroDuration(), absl::Hours(1));
  }
  thread.join();
  EXPECT_EQ(answered, kRounds);
}

// A thread that parks until it is told to end.
class Sleeper {
 public:
  explicit Sleeper(absl::Duration until = absl::Hours(1))
      : thread_([this, until] {
          parker.Park(absl::ZeroDuration(), until);
          awake = true;
        }) {}
  ~Sleeper() {
    parker.Wake();
    thread_.join();
  }
  // False: its moment came before.
  bool Borrow() {
    while (!awake) {
      if (parker.Borrow()) return true;
      std::this_thread::yield();
    }
    return false;
  }
  void AwaitAwake() {
    while (!awake) std::this_thread::yield();
  }

  Parker parker;
  std::atomic<bool> awake{false};

 private:
  std::thread thread_;
};

TEST(ParkerTest, IsLentToOneAtATimeAndOnlyWhileItsThreadSleeps) {
  Parker awake;
  EXPECT_FALSE(awake.Borrow());
  Sleeper sleeper;
  ASSERT_TRUE(sleeper.Borrow());
  EXPECT_FALSE(sleeper.parker.Borrow());
  sleeper.parker.GiveBack(absl::InfiniteDuration());
  EXPECT_TRUE(sleeper.parker.Borrow());
  sleeper.parker.GiveBack(absl::InfiniteDuration());
  EXPECT_FALSE(sleeper.awake);
}

TEST(ParkerTest, AWakeWhileItIsLentCountsOnceItIsGivenBack) {
  Sleeper sleeper;
  ASSERT_TRUE(sleeper.Borrow());
  sleeper.parker.Wake();
  EXPECT_FALSE(sleeper.awake);
  EXPECT_FALSE(sleeper.parker.Borrow());
  sleeper.parker.GiveBack(absl::InfiniteDuration());
  sleeper.AwaitAwake();
}

TEST(ParkerTest, ASleeperWhoseMomentComesWhileItIsLentWaitsUntilItIsGivenBackWokenOrNot) {
  for (const bool woken : {false, true}) {
    std::optional<Sleeper> sleeper;
    do {
      sleeper.emplace(absl::Milliseconds(20));
    } while (!sleeper->Borrow());
    if (woken) sleeper->parker.Wake();
    absl::SleepFor(absl::Milliseconds(40));
    EXPECT_FALSE(sleeper->awake);
    sleeper->parker.GiveBack(absl::InfiniteDuration());
    sleeper->AwaitAwake();
  }
}

TEST(ParkerTest, WhoGivesItBackForASoonerMomentWakesIt) {
  Sleeper sleeper(absl::Hours(1));
  ASSERT_TRUE(sleeper.Borrow());
  sleeper.parker.GiveBack(absl::Minutes(59));
  sleeper.AwaitAwake();
}

TEST(ParkerTest, WhatItGuardsIsDoneByOneAtATimeAndNoInputIsForgotten) {
  constexpr int kInputs = 20'000;
  Parker parker;
  std::atomic<int> brought{0};
  std::atomic<bool> inside{false};
  int taken = 0;  // guarded by the parker
  const auto turn = [&] {
    EXPECT_FALSE(inside.exchange(true));
    taken = brought;
    std::this_thread::yield();
    inside = false;
  };
  std::thread owner([&] {
    while (taken < 3 * kInputs) {
      turn();
      parker.Park(absl::ZeroDuration(), absl::Microseconds(50));
    }
  });
  std::vector<std::thread> guests;
  for (int i = 0; i < 3; ++i) {
    guests.emplace_back([&, i] {
      for (int input = 0; input < kInputs; ++input) {
        ++brought;
        if (i == 0 || !parker.Borrow()) {
          parker.Wake();
        } else {
          turn();
          parker.GiveBack(absl::Microseconds(50 + input % 2));
        }
      }
    });
  }
  for (std::thread& guest : guests) guest.join();
  owner.join();
  EXPECT_EQ(taken, 3 * kInputs);
}

}  // namespace
}  // namespace quorate::rpc
