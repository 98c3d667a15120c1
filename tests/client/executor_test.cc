#include "client/executor.h"

#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

using testing::ElementsAre;

TEST(ExecutorTest, RunsTasksInOrderOnAThreadOfItsOwn) {
  std::vector<int> ran;
  std::thread::id thread;
  bool marked = false;
  {
    Executor executor(1);
    executor.Post([&] {
      thread = std::this_thread::get_id();
      marked = Executor::OnExecutorThread();
    });
    for (int i = 0; i < 3; ++i) executor.Post([&ran, i] { ran.push_back(i); });
  }
  EXPECT_THAT(ran, ElementsAre(0, 1, 2));
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_TRUE(marked);
  EXPECT_FALSE(Executor::OnExecutorThread());
}

TEST(ExecutorTest, RunsTimersByTheirTime) {
  std::vector<int> ran;
  absl::Notification last;
  Executor executor(1);
  executor.PostAfter(absl::Milliseconds(20), [&] {
    ran.push_back(2);
    last.Notify();
  });
  executor.PostAfter(absl::Milliseconds(10), [&] { ran.push_back(1); });
  last.WaitForNotification();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(ExecutorTest, DropsTimersThatAreNotDueAtItsEnd) {
  bool ran = false;
  {
    Executor(1).PostAfter(absl::Hours(1), [&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

TEST(ExecutorTest, LetsGoOfWhatATaskHeldOnceItHasRun) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = held;
  absl::Notification second;
  Executor executor(1);
  bool gone = false;
  executor.Post([held = std::move(held)] {});
  executor.Post([&] {
    gone = watch.expired();
    second.Notify();
  });
  second.WaitForNotification();
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace quorate::client
