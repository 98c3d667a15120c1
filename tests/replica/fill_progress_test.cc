#include "replica/fill_progress.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

constexpr uint64_t kChunk = 1000;
constexpr uint64_t kChunks = 100;

// An engine that takes the state for `times` as large as it is when sent.
uint64_t Estimated(uint64_t chunks, double times) {
  return static_cast<uint64_t>(static_cast<double>(chunks * kChunk) * times);
}

TEST(FillProgressTest, NeverTellsMoreSentThanThereIsHoweverSmallTheEngineTakesItFor) {
  for (const double times : {0.01, 0.3, 1.0, 4.0}) {
    SCOPED_TRACE(times);
    FillProgress progress(Estimated(kChunks, times));
    for (uint64_t chunk = 1; chunk <= kChunks; ++chunk) {
      progress.OnSent(kChunk, Estimated(kChunks - chunk, times));
      EXPECT_LE(progress.sent_bytes(), progress.total_bytes());
      if (chunk < kChunks / 10) continue;
      EXPECT_NEAR(static_cast<double>(progress.total_bytes()), kChunks * kChunk, kChunk);
    }
    progress.OnDone();
    EXPECT_EQ(progress.sent_bytes(), progress.total_bytes());
  }
}

TEST(FillProgressTest, AnEngineThatSaysTheSameOfEveryRestIsNotBelieved) {
  FillProgress progress(kChunks * kChunk);
  for (uint64_t chunk = 1; chunk <= 2 * kChunks; ++chunk) {
    progress.OnSent(kChunk, 2 * kChunks * kChunk);
    EXPECT_EQ(progress.total_bytes(), (kChunks + chunk) * kChunk);
  }
}

TEST(FillProgressTest, WhatIsNotKnownIsSoUntilTheEnd) {
  FillProgress progress;
  progress.OnSent(kChunk, 0);
  EXPECT_EQ(progress.total_bytes(), 0u);
  progress.OnDone();
  EXPECT_EQ(progress.total_bytes(), kChunk);
}

}  // namespace
}  // namespace quorate
