#include "replica/snapshot_pace.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace quorate {
namespace {

// Chunks of so many bytes that leave in so many milliseconds, looked at each of them.
uint64_t SentIn(SnapshotPace& pace, int64_t milliseconds, uint64_t chunk_bytes) {
  uint64_t sent = 0;
  for (int64_t now = 0; now < milliseconds; ++now) {
    while (pace.MaySend(absl::Milliseconds(now)) && sent < (uint64_t{1} << 30)) {
      pace.Sent(chunk_bytes);
      sent += chunk_bytes;
    }
  }
  return sent;
}

TEST(SnapshotPaceTest, SendsAsMuchAsItMayAndABurstAtFirst) {
  SnapshotPace pace(1'000'000, absl::Milliseconds(100));
  const uint64_t sent = SentIn(pace, 10'000, 3000);
  EXPECT_GE(sent, 10'000'000u);
  EXPECT_LE(sent, 10'000'000u + 100'000 + 3000);
}

TEST(SnapshotPaceTest, AChunkLargerThanTheBurstIsPaidForAfterwards) {
  SnapshotPace pace(1'000'000, absl::Milliseconds(10));
  ASSERT_TRUE(pace.MaySend(absl::ZeroDuration()));
  pace.Sent(1'000'000);
  EXPECT_FALSE(pace.MaySend(absl::Milliseconds(980)));
  EXPECT_TRUE(pace.MaySend(absl::Milliseconds(1000)));
}

TEST(SnapshotPaceTest, SendsOnlyItsShare) {
  SnapshotPace pace(10'000'000, absl::Milliseconds(100));
  pace.SetShare(0.25);
  const uint64_t sent = SentIn(pace, 10'000, 3000);
  EXPECT_GE(sent, 25'000'000u);
  EXPECT_LE(sent, 25'000'000u + 1'000'000 + 3000);
}

TEST(SnapshotPaceTest, NoShareIsLessThanWhatEndsAMoveInTime) {
  for (const uint64_t rate : {10'000'000, 1'000'000}) {
    SnapshotPace pace(rate, absl::Milliseconds(100));
    pace.SetShare(0.001);
    const double least = std::min<double>(rate, SnapshotPace::kLeastRate);
    EXPECT_NEAR(SentIn(pace, 10'000, 3000), 10 * least, rate / 10 + 3000) << rate;
  }
}

TEST(SnapshotPaceTest, NoBoundIsNone) {
  SnapshotPace pace(0, absl::Milliseconds(1));
  EXPECT_EQ(SentIn(pace, 1, 1 << 20), uint64_t{1} << 30);
}

}  // namespace
}  // namespace quorate
