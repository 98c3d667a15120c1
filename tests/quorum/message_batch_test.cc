#include "quorum/message_batch.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::quorum {
namespace {

const Identity kFrom{NodeId(1), Boot(4)};
const NodeId kTo(2);

SharedClock Seen(uint64_t last) {
  SeenClock clock;
  clock.Add({NodeId(3), Boot(1)}, {1, last});
  return clock;
}

Message Ask(uint64_t id, SharedClock context) {
  WriteAsk ask;
  ask.id = id;
  ask.key = "key " + std::to_string(id);
  ask.record = {{kFrom, id}, HlcTime(7), false, 0, "value"};
  ask.context = std::move(context);
  return {kFrom, kTo, Boot(), std::move(ask)};
}

std::string Encode(const std::vector<Message>& messages) {
  std::vector<const Message*> batch;
  for (const Message& message : messages) batch.push_back(&message);
  return EncodeBatch(batch);
}

TEST(MessageBatchTest, BringsAllMessagesInTheirOrder) {
  const SharedClock shared = Seen(5);
  const std::vector<Message> messages = {
      Ask(1, shared), {kFrom, kTo, Boot(9), WriteAnswer{3, true}}, Ask(2, shared), Ask(3, Seen(8)),
      Ask(4, {}),     {kFrom, kTo, Boot(), SyncAsk{6, {}}},
  };
  const auto read = DecodeBatch(kFrom.node, kTo, Encode(messages));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, messages);
  const auto context = [&](size_t at) { return std::get<WriteAsk>((*read)[at].body).context; };
  EXPECT_TRUE(context(0).IsCopyOf(context(2))) << "it is told, and merged, once";
  EXPECT_FALSE(context(2).IsCopyOf(context(3)));
}

TEST(MessageBatchTest, TellsAContextOnceForAllThatShareIt) {
  const SharedClock shared = Seen(1'000'000);
  const size_t one = Encode({Ask(1, shared)}).size();
  const size_t two = Encode({Ask(1, shared), Ask(2, shared)}).size();
  const size_t apart = Encode({Ask(1, shared), Ask(2, Seen(1'000'000))}).size();
  EXPECT_LT(two - one, apart - one);
}

TEST(MessageBatchTest, IsRefusedWholeWhereItIsCutOrChanged) {
  const SharedClock shared = Seen(5);
  const std::string bytes = Encode({Ask(1, shared), Ask(2, shared)});
  const size_t first = Encode({Ask(1, shared)}).size();
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    if (cut == 1 || cut == first) continue;  // a shorter batch, and a whole one
    EXPECT_FALSE(DecodeBatch(kFrom.node, kTo, bytes.substr(0, cut)).ok()) << cut;
  }
  std::string newer = bytes;
  newer[0] = 9;
  EXPECT_EQ(ReasonOf(DecodeBatch(kFrom.node, kTo, newer).status()), "NEWER_FORMAT");
  std::string answer = Encode({{kFrom, kTo, Boot(), WriteAnswer{3, false}}});
  answer[1] = 1;  // the same context as before, of what has none
  EXPECT_EQ(ReasonOf(DecodeBatch(kFrom.node, kTo, answer).status()), "MESSAGE_DAMAGED");
}

}  // namespace
}  // namespace quorate::quorum
