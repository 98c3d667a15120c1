#include "sim/event_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace quorate::sim {
namespace {

TEST(EventQueueTest, RunsInOrderOfTimeAndThenOfAsking) {
  EventQueue queue;
  std::string order;
  queue.At(absl::Seconds(2), [&] { order += 'c'; });
  queue.At(absl::Seconds(1), [&] { order += 'a'; });
  queue.At(absl::Seconds(1), [&] { order += 'b'; });
  queue.RunUntil(absl::Seconds(3));
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(queue.now(), absl::Seconds(3));
}

TEST(EventQueueTest, LeavesWhatIsDueLater) {
  EventQueue queue;
  int runs = 0;
  queue.At(absl::Seconds(1), [&] { ++runs; });
  queue.At(absl::Seconds(2), [&] { ++runs; });
  queue.RunUntil(absl::Seconds(1));
  EXPECT_EQ(runs, 1);
  queue.RunUntil(absl::Seconds(2));
  EXPECT_EQ(runs, 2);
}

TEST(EventQueueTest, TakesThePastForNow) {
  EventQueue queue;
  absl::Duration ran_at;
  queue.RunUntil(absl::Seconds(5));
  queue.At(absl::Seconds(1), [&] { ran_at = queue.now(); });
  queue.RunUntil(absl::Seconds(6));
  EXPECT_EQ(ran_at, absl::Seconds(5));
}

TEST(EventQueueTest, EndsAfterTheEventThatStopsIt) {
  EventQueue queue;
  int runs = 0;
  queue.At(absl::Seconds(1), [&] { queue.Stop(); });
  queue.At(absl::Seconds(1), [&] { ++runs; });
  queue.RunUntil(absl::Seconds(2));
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(queue.now(), absl::Seconds(1));
}

}  // namespace
}  // namespace quorate::sim
