// What leaves one node arrives at the other as it was.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "replica/raft_codec.h"
#include "replica/request.h"

namespace quorate {
namespace {

TEST(RaftCodecTest, AnAppendSurvivesTheWire) {
  raft::Message message;
  message.kind = raft::MessageKind::kAppend;
  message.from = NodeId(1);
  message.to = NodeId(2);
  message.term = Term(7);
  message.index = LogIndex(41);
  message.log_term = Term(6);
  message.commit = LogIndex(40);
  message.entries = {LogEntry{Term(7), LogIndex(42), EntryKind::kNoop, Payload()},
                     LogEntry{Term(7), LogIndex(43), EntryKind::kCommand, Payload("data")}};
  const auto back = DecodeRaftMessage(EncodeRaftMessage(message), NodeId(1), NodeId(2));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, message);
}

TEST(RaftCodecTest, ASnapshotChunkAndEveryFlagSurviveTheWire) {
  raft::Message message;
  message.kind = raft::MessageKind::kSnapshotChunk;
  message.from = NodeId(3);
  message.to = NodeId(1);
  message.term = Term(9);
  message.reject = true;
  message.hint_index = LogIndex(5);
  message.hint_term = Term(2);
  message.context = 77;
  message.force = true;
  message.quiet = true;
  message.snapshot.meta = {
      LogIndex(8), Term(3),
      raft::Configuration{{NodeId(1), NodeId(3)}, {NodeId(1)}, {NodeId(4)}, {NodeId(5)}}};
  message.snapshot.sequence = 2;
  message.snapshot.data = std::string("\0bytes", 6);
  message.snapshot.last = true;
  const auto back = DecodeRaftMessage(EncodeRaftMessage(message), NodeId(3), NodeId(1));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, message);
}

TEST(RaftCodecTest, GarbageIsRefusedOrHarmless) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random.Below(40), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Next());
    const auto message = DecodeRaftMessage(bytes, NodeId(1), NodeId(2));
    if (!message.ok()) {
      EXPECT_EQ(ReasonOf(message.status()), "MALFORMED_MESSAGE");
    }
  }
  EXPECT_FALSE(DecodeRaftMessage("\xff\xff\xff", NodeId(1), NodeId(2)).ok());
}

Request To(Level level) {
  Request request;
  request.partition = PartitionId(4);
  request.epoch = Epoch(2);
  request.level = level;
  request.deadline = absl::Seconds(1);
  return request;
}

TEST(RequestCodecTest, EveryKindOfRequestSurvivesTheWire) {
  Request write = To(Level::kQuorum);
  kv::Mutation mutation;
  mutation.key = "k";
  mutation.value = "v";
  mutation.condition.kind = kv::Condition::Kind::kVersion;
  mutation.condition.version = 12;
  write.op = kv::Command{{mutation}};
  const auto back = DecodeRequest(EncodeRequest(write));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->partition, write.partition);
  EXPECT_EQ(back->level, Level::kQuorum);
  const auto& command = std::get<kv::Command>(back->op);
  ASSERT_EQ(command.mutations.size(), 1u);
  EXPECT_EQ(command.mutations[0].value, "v");
  EXPECT_EQ(command.mutations[0].condition.version, 12u);

  Request lookup = To(Level::kBounded);
  lookup.bound = absl::Milliseconds(1500);
  lookup.seen = {Term(3), LogIndex(77)};
  lookup.op = Lookup{{"a", ""}};
  const auto lookup_back = DecodeRequest(EncodeRequest(lookup));
  ASSERT_TRUE(lookup_back.ok());
  EXPECT_EQ(lookup_back->bound, lookup.bound);
  EXPECT_EQ(lookup_back->seen, lookup.seen);
  EXPECT_EQ(std::get<Lookup>(lookup_back->op).keys, (std::vector<std::string>{"a", ""}));

  Request range = To(Level::kLinearizable);
  range.op = kv::Range{"a", "b", 5, 100, true};
  const auto range_back = DecodeRequest(EncodeRequest(range));
  ASSERT_TRUE(range_back.ok());
  const auto& r = std::get<kv::Range>(range_back->op);
  EXPECT_EQ(r.start, "a");
  EXPECT_EQ(r.end, "b");
  EXPECT_EQ(r.limit, 5u);
  EXPECT_EQ(r.bytes_max, 100u);
  EXPECT_TRUE(r.keys_only);
}

TEST(RequestCodecTest, AReplyKeepsWhatMergingPoliciesTell) {
  Reply reply;
  reply.write.results = {{7, false, -3, "context"}};
  kv::Record set{"k", "", 4};
  set.merged = std::make_shared<kv::Merged>();
  set.merged->context = "seen";
  set.merged->elements = {"a", "b"};
  reply.found = {set};
  reply.page.records = {set};
  const auto back = DecodeReply(EncodeReply(reply));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->write.results.front().context, "context");
  EXPECT_EQ(*back->found.front()->merged, *set.merged);
  EXPECT_EQ(*back->page.records.front().merged, *set.merged);
}

TEST(RequestCodecTest, WhatItsSessionSawAndTheNumberOfAHintSurviveTheWire) {
  Request write = To(Level::kOne);
  write.session = "seen";
  write.hint = 77;
  write.op.emplace<kv::Command>().mutations.emplace_back().key = "k";
  const auto write_back = DecodeRequest(EncodeRequest(write));
  ASSERT_TRUE(write_back.ok());
  EXPECT_EQ(write_back->session, "seen");
  EXPECT_EQ(write_back->hint, 77u);
  Reply reply;
  reply.receipt.seen = "noted";
  reply.receipt.hinted = true;
  const auto reply_back = DecodeReply(EncodeReply(reply));
  ASSERT_TRUE(reply_back.ok());
  EXPECT_EQ(reply_back->receipt.seen, "noted");
  EXPECT_TRUE(reply_back->receipt.hinted);
}

TEST(RequestCodecTest, AReplyKeepsItsReceiptAndWhatIsKnownOfTheEffect) {
  Reply reply;
  reply.status =
      MakeError(absl::StatusCode::kUnavailable, "LEADER_CHANGED", "why", Applied::kUnknown);
  reply.receipt.asked = Level::kQuorum;
  reply.receipt.mode = Mode::kRaft;
  reply.receipt.epoch = Epoch(3);
  reply.receipt.served_by = NodeId(2);
  reply.receipt.acked_by = {NodeId(1), NodeId(2)};
  reply.receipt.durable = 2;
  reply.receipt.partition = PartitionId(9);
  reply.found = {std::nullopt, kv::Record{"k", "", 4}};
  reply.page.records = {kv::Record{"a", "1", 1}};
  reply.page.more = true;
  const auto back = DecodeReply(EncodeReply(reply));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(back->status), "LEADER_CHANGED");
  EXPECT_EQ(AppliedOf(back->status), Applied::kUnknown);
  EXPECT_EQ(back->receipt.acked_by, reply.receipt.acked_by);
  EXPECT_EQ(back->receipt.durable, 2u);
  EXPECT_EQ(back->receipt.epoch, Epoch(3));
  EXPECT_EQ(back->receipt.partition, PartitionId(9));
  EXPECT_FALSE(back->receipt.staleness.has_value());
  ASSERT_EQ(back->found.size(), 2u);
  EXPECT_FALSE(back->found[0].has_value());
  EXPECT_EQ(back->found[1]->version, 4u);
  EXPECT_TRUE(back->page.more);
}

}  // namespace
}  // namespace quorate
