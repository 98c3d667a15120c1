#include "node/frame_codec.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "quorate/v1/peer.pb.h"

namespace quorate {
namespace {

v1::PeerFrame Frame() {
  v1::PeerFrame frame;
  frame.set_cluster_id("ours");
  frame.set_from(2);
  frame.set_to(1);
  frame.set_boot(3);
  return frame;
}

absl::StatusOr<DecodedFrame> Decode(const v1::PeerFrame& frame, uint32_t workers = 1) {
  return DecodeFrame(frame.SerializeAsString(), "ours", NodeId(1), workers);
}

TEST(FrameCodecTest, AFrameOfAnotherClusterIsRefusedByName) {
  v1::PeerFrame frame = Frame();
  frame.set_cluster_id("theirs");
  const auto decoded = Decode(frame);
  EXPECT_EQ(ReasonOf(decoded.status()), "FOREIGN_CLUSTER");
  EXPECT_NE(decoded.status().message().find("theirs"), absl::string_view::npos);
}

TEST(FrameCodecTest, AFrameForAnotherNodeOrFromOurselvesIsRefused) {
  v1::PeerFrame other = Frame();
  other.set_to(4);
  EXPECT_EQ(ReasonOf(Decode(other).status()), "FOREIGN_NODE");
  v1::PeerFrame own = Frame();
  own.set_from(1);
  EXPECT_EQ(ReasonOf(Decode(own).status()), "FOREIGN_NODE");
}

TEST(FrameCodecTest, TheSendersClockComesAlongWhereItIsTold) {
  v1::PeerFrame frame = Frame();
  EXPECT_EQ(Decode(frame)->calendar_us, 0u);
  frame.set_calendar_us(1'234'567);
  EXPECT_EQ(Decode(frame)->calendar_us, 1'234'567u);
}

// An older build tells nothing, which is another thing than an empty log.
TEST(FrameCodecTest, HowFarTheSendersLogReachesComesAlongWhereItIsTold) {
  v1::PeerFrame frame = Frame();
  EXPECT_EQ(Decode(frame)->log_began, std::nullopt);
  frame.set_log_began(0);
  frame.set_log_record(17);
  EXPECT_EQ(Decode(frame)->log_began, 0u);
  EXPECT_EQ(Decode(frame)->log_record, 17u);
}

TEST(FrameCodecTest, GarbageIsRefused) {
  Random random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(1 + random.Below(60), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Next());
    EXPECT_FALSE(DecodeFrame(bytes, "ours", NodeId(1), 1).ok());
  }
}

TEST(FrameCodecTest, EachWorkerGetsItsPartitionsAndItsReplies) {
  v1::PeerFrame frame = Frame();
  frame.add_groups()->set_partition(4);
  frame.add_groups()->set_partition(5);
  auto* request = frame.add_requests();
  request->set_worker_hint(5);
  auto* reply = frame.add_replies();
  reply->set_id((uint64_t{9} << 40) + 1);
  const auto decoded = Decode(frame, 2);
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded->inputs.size(), 2u);
  ASSERT_EQ(decoded->inputs[0].groups.size(), 1u);
  EXPECT_EQ(decoded->inputs[0].groups[0].first, PartitionId(4));
  ASSERT_EQ(decoded->inputs[1].groups.size(), 1u);
  EXPECT_EQ(decoded->inputs[1].requests.size(), 1u);
  EXPECT_EQ(decoded->inputs[1].replies.size(), 1u);
}

}  // namespace
}  // namespace quorate
