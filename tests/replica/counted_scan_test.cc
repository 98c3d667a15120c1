// Scans at the levels that count replicas.
#include <gmock/gmock.h>

#include "base/error.h"
#include "quorum_world.h"

namespace quorate {
namespace {

using Action = kv::Mutation::Action;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

kv::Mutation Put(std::string key, std::string value = "v") {
  kv::Mutation put = Mutate(Action::kPut, std::move(value));
  put.key = std::move(key);
  return put;
}
kv::Mutation Delete(std::string key) {
  kv::Mutation gone = Mutate(Action::kDelete);
  gone.key = std::move(key);
  return gone;
}

Reply Scan(QuorumWorld& world, uint32_t node, Level level, kv::Range range = {}) {
  Request scan;
  scan.level = level;
  scan.op = std::move(range);
  return world.Ask(node, std::move(scan));
}
std::vector<std::string> KeysOf(const Reply& reply) {
  std::vector<std::string> keys;
  for (const kv::Record& record : reply.page.records) keys.push_back(record.key);
  return keys;
}
void Isolate(QuorumWorld& world, uint32_t node) {
  for (uint32_t other = 1; other <= 3; ++other) {
    if (other != node) world.Cut(node, other);
  }
}

TEST(CountedScanTest, HoldsWhatTheReplicaThatIsAskedMissed) {
  QuorumWorld world(Conflict::kLww, 3);
  ASSERT_TRUE(world.Write(1, Put("a", "old"), Level::kAll).status.ok());
  ASSERT_TRUE(world.Write(1, Put("gone"), Level::kAll).status.ok());
  Isolate(world, 3);
  ASSERT_TRUE(world.Write(1, Put("a", "new"), Level::kQuorum).status.ok());
  ASSERT_TRUE(world.Write(2, Put("b"), Level::kQuorum).status.ok());
  ASSERT_TRUE(world.Write(2, Delete("gone"), Level::kQuorum).status.ok());
  EXPECT_THAT(KeysOf(Scan(world, 3, Level::kOne)), ElementsAre("a", "gone"));
  EXPECT_EQ(Scan(world, 3, Level::kQuorum).status.code(), absl::StatusCode::kDeadlineExceeded);
  // From here on n3 hears n2, and so far it has asked it for nothing.
  world.Heal();
  world.Cut(3, 1);
  for (const Level level : {Level::kTwo, Level::kQuorum, Level::kLocalQuorum}) {
    const Reply page = Scan(world, 3, level);
    ASSERT_TRUE(page.status.ok()) << page.status;
    EXPECT_THAT(KeysOf(page), ElementsAre("a", "b")) << LevelName(level);
    EXPECT_EQ(page.page.records.front().value, "new");
    EXPECT_FALSE(page.page.more);
    EXPECT_EQ(page.receipt.achieved, level);
    EXPECT_EQ(page.receipt.durable, 2u);
  }
  EXPECT_EQ(Scan(world, 3, Level::kAll).status.code(), absl::StatusCode::kDeadlineExceeded);
  world.Heal();
  EXPECT_THAT(KeysOf(Scan(world, 3, Level::kAll)), ElementsAre("a", "b"));
}

TEST(CountedScanTest, GoesOnPageByPageWhereReplicasHoldDifferentKeys) {
  QuorumWorld world(Conflict::kLww, 3);
  for (int i = 0; i < 100; ++i) {
    world.Cut(1, 2);
    world.Cut(1, 3);
    world.Cut(2, 3);
    const std::string key = "k" + std::to_string(100 + i);
    ASSERT_TRUE(world.Write(1 + i % 3, Put(key), Level::kOne).status.ok());
  }
  world.Heal();
  std::vector<std::string> all;
  kv::Range range{"", "", 7, 0, true};
  for (int pages = 0; pages < 40; ++pages) {
    const Reply page = Scan(world, 2, Level::kAll, range);
    ASSERT_TRUE(page.status.ok()) << page.status;
    ASSERT_LE(page.page.records.size(), 7u);
    for (std::string& key : KeysOf(page)) all.push_back(key);
    if (!page.page.more) break;
    range.start = all.back() + '\0';
  }
  ASSERT_EQ(all.size(), 100u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST(CountedScanTest, LooksBeyondAPageOfDeletedKeys) {
  QuorumWorld world(Conflict::kLww, 3);
  for (int i = 0; i < 30; ++i) {
    const std::string key = "k" + std::to_string(100 + i);
    ASSERT_TRUE(world.Write(1, Put(key), Level::kAll).status.ok());
  }
  Isolate(world, 3);  // the tombstones stay
  for (int i = 0; i < 29; ++i) {
    ASSERT_TRUE(world.Write(1, Delete("k" + std::to_string(100 + i)), Level::kQuorum).status.ok());
  }
  const Reply page = Scan(world, 1, Level::kQuorum, {"", "", 5, 0, false});
  ASSERT_TRUE(page.status.ok()) << page.status;
  EXPECT_THAT(KeysOf(page), ElementsAre("k129"));
  EXPECT_FALSE(page.page.more);
}

TEST(CountedScanTest, KeepsToTheRangeAndItsBytes) {
  QuorumWorld world(Conflict::kLww, 3);
  for (const char* key : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(world.Write(1, Put(key, std::string(1000, 'x')), Level::kAll).status.ok());
  }
  const Reply two = Scan(world, 2, Level::kQuorum, {"b", "d", 0, 0, false});
  EXPECT_THAT(KeysOf(two), ElementsAre("b", "c"));
  EXPECT_FALSE(two.page.more);
  const Reply cut = Scan(world, 2, Level::kQuorum, {"", "", 0, 1500, false});
  EXPECT_THAT(KeysOf(cut), ElementsAre("a", "b"));
  EXPECT_TRUE(cut.page.more);
  EXPECT_THAT(KeysOf(Scan(world, 2, Level::kQuorum, {"x", "", 0, 0, false})), IsEmpty());
}

TEST(CountedScanTest, OfRegistersIsLinearizableKeyByKey) {
  QuorumWorld world(Conflict::kRegister, 3);
  Isolate(world, 3);
  ASSERT_TRUE(world.Write(1, Put("r", "1"), Level::kLinearizable).status.ok());
  world.Heal();
  world.Cut(3, 1);
  const Reply page = Scan(world, 3, Level::kLinearizable);
  ASSERT_TRUE(page.status.ok()) << page.status;
  ASSERT_THAT(KeysOf(page), ElementsAre("r"));
  EXPECT_EQ(page.page.records.front().value, "1");
}

}  // namespace
}  // namespace quorate
