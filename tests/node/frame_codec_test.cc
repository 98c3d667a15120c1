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
  return DecodeFrame(frame.SerializeAsString(), {"ours", NodeId(1), workers});
}

std::string Sealed(v1::PeerFrame frame) {
  frame.set_protocol(2);
  frame.set_protocol_needed(2);
  std::string bytes = frame.SerializeAsString();
  SealFrame(bytes);
  return bytes;
}

constexpr ProtocolRange kOld = {1, 1};
constexpr ProtocolRange kNew = {1, 2};

absl::StatusOr<DecodedFrame> DecodeAt(std::string_view bytes, const ProtocolRange& speaks,
                                      const ClusterProtocol& cluster) {
  return DecodeFrame(bytes, {"ours", NodeId(1), 1, speaks, cluster});
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

TEST(FrameCodecTest, ASealedFrameComesThroughAndADamagedOneIsRefused) {
  const std::string bytes = Sealed(Frame());
  const auto decoded = DecodeAt(bytes, kNew, {.active = 2});
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->boot, Boot(3));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    // In the seal's own tag it may be taken for one that says nothing: all else is whole.
    const bool tag = bit / 8 >= bytes.size() - 10 && bit / 8 < bytes.size() - 8;
    EXPECT_TRUE(tag || !DecodeAt(damaged, kNew, {.active = 2}).ok()) << "bit " << bit;
  }
}

TEST(FrameCodecTest, NobodyUsesWhatItsClusterHasNotAgreedOn) {
  v1::PeerFrame early = Frame();
  early.set_protocol(2);
  early.set_protocol_needed(1);
  std::string bytes = early.SerializeAsString();
  SealFrame(bytes);
  EXPECT_EQ(ReasonOf(DecodeAt(bytes, kNew, {.active = 1}).status()), "MALFORMED_FRAME");
}

TEST(FrameCodecTest, AFrameThatNeedsANewerBuildIsKnownToBeOne) {
  EXPECT_EQ(ReasonOf(DecodeAt(Sealed(Frame()), kOld, {.active = 1}).status()), "PROTOCOL_TOO_NEW");
}

TEST(FrameCodecTest, AnOlderBuildIsRefusedFromWhenTheClusterIsAboutToGoOn) {
  v1::PeerFrame older = Frame();
  for (const uint32_t said : {0, 1}) {
    older.set_protocol(said);
    const std::string bytes = older.SerializeAsString();
    EXPECT_TRUE(DecodeAt(bytes, kNew, {.active = 1}).ok());
    EXPECT_EQ(ReasonOf(DecodeAt(bytes, kNew, {.active = 1, .next = 2}).status()),
              "PROTOCOL_TOO_OLD");
    EXPECT_EQ(ReasonOf(DecodeAt(bytes, kNew, {.active = 2}).status()), "PROTOCOL_TOO_OLD");
  }
}

TEST(FrameCodecTest, GarbageIsRefused) {
  Random random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(1 + random.Below(60), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Next());
    EXPECT_FALSE(DecodeFrame(bytes, {"ours", NodeId(1)}).ok());
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
