#include "rpc/stream_replies.h"

#include <gtest/gtest.h>

namespace quorate::rpc {
namespace {

TEST(StreamRepliesTest, GathersRepliesIntoOneMessageUntilItIsFull) {
  StreamReplies replies;
  EXPECT_TRUE(replies.empty());
  for (uint64_t id = 0; id < 10; ++id) replies.Add(100 * 1024, 2)->set_id(id);
  replies.Add(400 * 1024, 3)->set_id(10);  // beyond a megabyte: still in the first
  replies.Add(1, 1)->set_id(11);           // in the next
  const auto first = replies.Take();
  EXPECT_EQ(first->response->replies_size(), 11);
  EXPECT_EQ(first->cost, 23u);
  const auto second = replies.Take();
  ASSERT_EQ(second->response->replies_size(), 1);
  EXPECT_EQ(second->response->replies(0).id(), 11u);
  EXPECT_TRUE(replies.empty());
}

TEST(StreamRepliesTest, AMessageThatIsUsedAgainStartsEmpty) {
  StreamReplies replies;
  replies.Add(10, 7)->set_id(1);
  replies.Recycle(replies.Take());
  EXPECT_TRUE(replies.empty());
  replies.Add(10, 1)->set_id(2);
  const auto again = replies.Take();
  ASSERT_EQ(again->response->replies_size(), 1);
  EXPECT_EQ(again->response->replies(0).id(), 2u);
  EXPECT_EQ(again->cost, 1u);
}

}  // namespace
}  // namespace quorate::rpc
