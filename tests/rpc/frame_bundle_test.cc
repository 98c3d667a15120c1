#include "rpc/frame_bundle.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "quorate/v1/peer.pb.h"

namespace quorate::rpc {
namespace {

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  EXPECT_TRUE(buffer.DumpToSingleSlice(&slice).ok());
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

const std::vector<std::string> kFrames = {"one", "", std::string(5000, 'x'),
                                          std::string(70000, 'y'), "z"};

TEST(FrameBundleTest, IsTheMessageThatTheProtocolNames) {
  v1::FrameBundle parsed;
  ASSERT_TRUE(parsed.ParseFromString(BytesOf(MakeBundle(kFrames))));
  ASSERT_EQ(parsed.frames_size(), 5);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(parsed.frames(i), kFrames[i]);
}

TEST(FrameBundleTest, GivesTheFramesInOrder) {
  std::vector<std::string> seen;
  const auto take = [&](std::string_view frame) {
    seen.emplace_back(frame);
    return absl::OkStatus();
  };
  EXPECT_TRUE(ForEachFrame(BytesOf(MakeBundle(kFrames)), take).ok());
  EXPECT_EQ(seen, kFrames);
}

TEST(FrameBundleTest, StopsAtTheFirstFrameThatIsRefused) {
  int taken = 0;
  const absl::Status status = ForEachFrame(BytesOf(MakeBundle(kFrames)), [&](std::string_view) {
    return ++taken == 2 ? absl::InvalidArgumentError("no") : absl::OkStatus();
  });
  EXPECT_EQ(taken, 2);
  EXPECT_EQ(status.message(), "no");
}

TEST(FrameBundleTest, RefusesBytesThatAreNoBundle) {
  const auto take = [](std::string_view) { return absl::OkStatus(); };
  for (std::string bad :
       {"GET / HTTP/1.1\r\n", "\x0a", "\x0a\x05one", "\x0a\xff\xff\xff\xff\x0f", "\x12\x01x"}) {
    EXPECT_EQ(ReasonOf(ForEachFrame(bad, take)), "MALFORMED_BUNDLE") << bad;
  }
}

TEST(FrameBundleTest, RandomBytesNeverReachBeyondTheBundle) {
  Random random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random.Below(40), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Chance(0.4) ? 0x0a : random.Next());
    const char* end = bytes.data() + bytes.size();
    (void)ForEachFrame(bytes, [&](std::string_view frame) {
      EXPECT_GE(frame.data(), bytes.data());
      EXPECT_LE(frame.data() + frame.size(), end);
      return absl::OkStatus();
    });
  }
}

}  // namespace
}  // namespace quorate::rpc
