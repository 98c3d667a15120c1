#include "quorum/pending.h"

#include <gtest/gtest.h>

namespace quorate::quorum {
namespace {

constexpr Identity kSelf{NodeId(1), Boot(1)};
constexpr Identity kOther{NodeId(2), Boot(1)};

Effect Put(const std::string& key, Dot dot, std::string value) {
  Record record{.dot = dot, .time = HlcTime(dot.counter), .body = std::move(value)};
  return PutRecord{key, std::move(record), {dot}};
}

Effect Forget(const std::vector<Dot>& dots, std::vector<std::string> keys) {
  Checkpoint checkpoint;
  for (const Dot& dot : dots) checkpoint.dots.Add(dot);
  checkpoint.keys = std::move(keys);
  return checkpoint;
}

class PendingTest : public ::testing::Test {
 protected:
  std::string KeysOf(const Identity& identity, CounterRange range, size_t limit = 100) {
    std::vector<LoggedDot> found;
    pending_.DotLog(identity, range, limit, found);
    std::string keys;
    for (const LoggedDot& entry : found) keys += entry.key;
    return keys;
  }

  std::vector<Effect> effects_;
  Pending pending_{effects_};
};

TEST_F(PendingTest, TellsTheNewestOfAKeyHoweverOftenItIsAskedInBetween) {
  EXPECT_FALSE(pending_.Find("a"));
  effects_.push_back(Put("a", {kSelf, 1}, "one"));
  EXPECT_EQ((*pending_.Find("a"))->body, "one");
  effects_.push_back(Put("b", {kSelf, 2}, "two"));
  effects_.push_back(Put("a", {kSelf, 3}, "three"));
  EXPECT_EQ((*pending_.Find("a"))->body, "three");
  EXPECT_EQ((*pending_.Find("b"))->body, "two");
  EXPECT_FALSE(pending_.Find("c"));
}

TEST_F(PendingTest, DotsAloneSayNothingOfTheRecord) {
  effects_.push_back(PutRecord{"a", std::nullopt, {{kOther, 4}}});
  EXPECT_FALSE(pending_.Find("a"));
  EXPECT_EQ(KeysOf(kOther, {1, 9}), "a");
}

TEST_F(PendingTest, WhatWentWithACheckpointIsGoneUntilItIsWrittenAgain) {
  effects_.push_back(Put("a", {kSelf, 1}, "one"));
  effects_.push_back(Put("b", {kSelf, 2}, "two"));
  effects_.push_back(Forget({{kSelf, 1}}, {"a"}));
  ASSERT_TRUE(pending_.Find("a"));
  EXPECT_EQ(*pending_.Find("a"), nullptr);
  EXPECT_EQ(KeysOf(kSelf, {1, 9}), "b");
  effects_.push_back(Put("a", {kSelf, 3}, "again"));
  EXPECT_EQ((*pending_.Find("a"))->body, "again");
  EXPECT_EQ(KeysOf(kSelf, {1, 9}), "ba");
}

TEST_F(PendingTest, DotsAreThoseOfTheRangeInOrderUpToTheLimit) {
  for (const uint64_t counter : {5, 3, 9}) {
    effects_.push_back(Put(std::to_string(counter), {kSelf, counter}, ""));
  }
  effects_.push_back(Put("other", {kOther, 4}, ""));
  EXPECT_EQ(KeysOf(kSelf, {1, 9}), "359");
  EXPECT_EQ(KeysOf(kSelf, {4, 8}), "5");
  EXPECT_EQ(KeysOf(kSelf, {1, 9}, 2), "35");
}

TEST_F(PendingTest, IsEmptyOnceTheEffectsAreGone) {
  effects_.push_back(Put("a", {kSelf, 1}, "one"));
  ASSERT_TRUE(pending_.Find("a"));
  pending_.Clear();
  effects_.clear();
  EXPECT_FALSE(pending_.Find("a"));
  EXPECT_EQ(KeysOf(kSelf, {1, 9}), "");
  effects_.push_back(Put("b", {kSelf, 2}, "two"));
  EXPECT_EQ((*pending_.Find("b"))->body, "two");
}

}  // namespace
}  // namespace quorate::quorum
