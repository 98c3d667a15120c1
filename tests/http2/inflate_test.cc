#include "http2/inflate.h"

#include <gtest/gtest.h>

#include <string>

#include "http2/deflated.h"

namespace quorate::http2 {
namespace {

constexpr size_t kStepBytes = 16 << 10;  // that it decompresses at a time

std::string Noise(size_t bytes) {
  std::string noise;
  uint32_t state = 1;
  while (noise.size() < bytes) {
    state = state * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(state >> 24));
  }
  return noise;
}

class InflateTest : public ::testing::TestWithParam<Form> {};

TEST_P(InflateTest, GivesBackWhatWasCompressed) {
  for (const size_t bytes : {size_t{0}, size_t{1}, kStepBytes - 1, kStepBytes, kStepBytes + 1,
                             2 * kStepBytes, 3 * kStepBytes + 7}) {
    for (const std::string& plain : {std::string(bytes, 'x'), Noise(bytes)}) {
      const auto inflated = Inflate(Deflated(plain, GetParam()), 1 << 20);
      ASSERT_TRUE(inflated.ok()) << bytes << " " << inflated.status();
      EXPECT_EQ(*inflated, plain);
    }
  }
}

TEST_P(InflateTest, AllowsAsMuchAsItMayAndNotAByteMore) {
  for (const size_t max : {size_t{0}, size_t{1}, size_t{10}, kStepBytes - 1, kStepBytes,
                           kStepBytes + 1, 2 * kStepBytes}) {
    const auto just = Inflate(Deflated(std::string(max, 'x'), GetParam()), max);
    EXPECT_TRUE(just.ok()) << max << " " << just.status();
    EXPECT_EQ(Inflate(Deflated(std::string(max + 1, 'x'), GetParam()), max).status().code(),
              absl::StatusCode::kResourceExhausted)
        << max;
  }
}

TEST_P(InflateTest, ABombIsGivenUpAtTheLimit) {
  const std::string bomb = Deflated(std::string(64 << 20, '\0'), GetParam());
  ASSERT_LT(bomb.size(), 128u << 10);
  EXPECT_EQ(Inflate(bomb, 1 << 20).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_P(InflateTest, WhatIsCutOffIsMalformed) {
  const std::string whole = Deflated(Noise(100), GetParam());
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    EXPECT_EQ(Inflate(whole.substr(0, bytes), 1000).status().code(),
              absl::StatusCode::kInvalidArgument)
        << bytes;
  }
}

TEST_P(InflateTest, ABitThatIsOtherIsMalformed) {
  std::string damaged = Deflated(Noise(100), GetParam());
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_EQ(Inflate(damaged, 1000).status().code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Forms, InflateTest, ::testing::Values(Form::kGzip, Form::kZlib));

TEST(InflateGarbageTest, IsMalformed) {
  for (const std::string& garbage : {std::string("no gzip"), std::string(100, '\0'), Noise(1000)}) {
    EXPECT_EQ(Inflate(garbage, 1 << 20).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace quorate::http2
