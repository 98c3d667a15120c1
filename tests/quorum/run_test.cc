// Runs of blind writes: what they are in bytes, and that they come to the same as the writes
// one by one.
#include "quorum/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/random.h"
#include "base/strings.h"
#include "cluster.h"
#include "quorum/bytes.h"
#include "quorum/effect.h"

namespace quorate::quorum {
namespace {

const Identity kWriter{NodeId(2), Boot(3)};

Record RecordOf(uint64_t counter, uint64_t time, std::string body = "v") {
  return {.dot = {kWriter, counter}, .time = HlcTime(time), .body = std::move(body)};
}

// Whether what was built is read as a run.
bool IsRead(RunBuilder& builder) {
  std::string bytes;
  AppendRun(builder.Build(), bytes);
  Reader reader(bytes);
  (void)TakeRun(reader);
  return reader.done();
}

TEST(RunTest, ItIsReadOnlyWhereDotsFollowEachOtherAndTimesRise) {
  const auto read = [](const std::vector<Record>& records, uint64_t first) {
    RunBuilder builder(first == 0 ? Dot() : Dot{kWriter, first});
    for (const Record& record : records) builder.Add("k", record);
    return IsRead(builder);
  };
  EXPECT_TRUE(read({RecordOf(5, 1), RecordOf(6, 2)}, 5));
  EXPECT_FALSE(read({RecordOf(5, 1), RecordOf(7, 2)}, 5)) << "a hole";
  EXPECT_FALSE(read({RecordOf(5, 2), RecordOf(6, 2)}, 5)) << "no later";
  EXPECT_FALSE(read({RecordOf(6, 1), RecordOf(7, 2)}, 5)) << "of another dot";
  EXPECT_FALSE(read({}, 5));
  EXPECT_TRUE(read({RecordOf(7, 3), RecordOf(2, 1)}, 0)) << "records as they are by now";
}

TEST(RunTest, ARecordOfItIsCheckedByItsKey) {
  RunBuilder builder(Dot{kWriter, 5});
  builder.Add("key", RecordOf(5, 1));
  std::string bytes;
  AppendRun(builder.Build(), bytes);
  bytes[bytes.find("key")] = 'K';
  Reader reader(bytes);
  (void)TakeRun(reader);
  EXPECT_FALSE(reader.ok());
}

TEST(RunTest, AsEffectItIsItsWritesOneByOneAndIsFoundWhereItLies) {
  RunBuilder builder(Dot{kWriter, 5});
  builder.Add("a", RecordOf(5, 1, "one"));
  builder.Add("b", RecordOf(6, 2, "two"));
  const Effect run = PutRun{builder.Build()};
  EXPECT_EQ(Singly(run),
            (std::vector<Effect>{PutRecord{"a", RecordOf(5, 1, "one"), {{kWriter, 5}}},
                                 PutRecord{"b", RecordOf(6, 2, "two"), {{kWriter, 6}}}}));
  const std::string bytes = EncodeEffect(run);
  const std::optional<EncodedRun> found = RunIn(bytes);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->first, (Dot{kWriter, 5}));
  std::string_view left = found->writes;
  (void)TakeRunWrite(left);
  const RunWrite second = TakeRunWrite(left);
  EXPECT_EQ(second.key, "b");
  EXPECT_EQ(DecodeRecord("b", second.record)->body, "two");
  EXPECT_FALSE(RunIn(EncodeEffect(ReserveTime{})).has_value());
}

// So that a full disk takes deletes, which come by themselves.
TEST(RunTest, ItNeedsRoomUnlessAllAreDeletes) {
  const auto grows = [](const std::vector<bool>& tombstones) {
    RunBuilder builder(Dot{kWriter, 1});
    uint64_t counter = 0;
    for (const bool tombstone : tombstones) {
      ++counter;
      Record record = RecordOf(counter, counter, tombstone ? "" : "v");
      record.tombstone = tombstone;
      builder.Add("k", record);
    }
    const Message message{kWriter, NodeId(1), {}, RunAsk{1, builder.Build(), {}}};
    const auto read = DecodeMessage(kWriter.node, NodeId(1), EncodeMessage(message));
    EXPECT_EQ(Grows(*read), Grows(message));
    return Grows(message);
  };
  EXPECT_FALSE(grows({true, true}));
  EXPECT_TRUE(grows({true, false}));
  EXPECT_TRUE(grows({false, false}));
}

RunRequest Puts(uint64_t id, Level level, std::vector<std::string> keys, absl::Duration deadline) {
  RunRequest request{.id = id, .writes = {}, .level = level, .deadline = deadline};
  for (std::string& key : keys) {
    const std::string value = StrCat("v", id + request.writes.size());
    BlindWrite& write = request.writes.emplace_back();
    write.key = std::move(key);
    write.change.argument = value;
  }
  return request;
}

bool IsRun(const Message& message) { return std::holds_alternative<RunAsk>(message.body); }

class RunsTest : public ::testing::Test {
 protected:
  static ClusterOptions Options() {
    ClusterOptions options;
    options.sync_at_once = false;
    return options;
  }
  RunsTest() : cluster_(Options()) {
    for (uint64_t node = 1; node <= 3; ++node) cluster_.SyncAll(node);
    cluster_.Settle(20);
    for (uint64_t node = 1; node <= 3; ++node) cluster_.SyncAll(node);
    cluster_.TakeAnswers();
  }
  void Start(uint64_t node, uint64_t id, Level level, std::vector<std::string> keys) {
    cluster_.WriteRun(node, Puts(id, level, std::move(keys), cluster_.now() + absl::Seconds(2)));
  }

  Cluster cluster_;
};

TEST_F(RunsTest, ItIsOneMessageToEachAndIsAnsweredWhenEnoughHaveItOnDisk) {
  Start(1, 10, Level::kQuorum, {"a", "b", "c"});
  EXPECT_EQ(std::count_if(cluster_.in_flight().begin(), cluster_.in_flight().end(), IsRun), 2);
  cluster_.DeliverAll();
  EXPECT_EQ(cluster_.Find(1, 10), nullptr) << "nobody has it on disk";
  cluster_.SyncAll(2);
  cluster_.DeliverAll();
  EXPECT_EQ(cluster_.Find(1, 10), nullptr) << "one has";
  cluster_.SyncAll(1);
  for (uint64_t id = 10; id < 13; ++id) {
    const Reply* reply = cluster_.Find(1, id);
    ASSERT_NE(reply, nullptr);
    EXPECT_TRUE(reply->status.ok());
    EXPECT_EQ(reply->receipt.acked_by, (std::vector<NodeId>{NodeId(1), NodeId(2)}));
    EXPECT_TRUE(reply->receipt.seen.dots.Contains(reply->receipt.dot));
    const std::string key(1, static_cast<char>('a' + (id - 10)));
    EXPECT_EQ(cluster_.store(2).Lookup(key)->dot, reply->receipt.dot);
    EXPECT_EQ(cluster_.store(2).Lookup(key)->time, reply->receipt.time);
  }
  EXPECT_EQ(cluster_.Value(3, "b"), "v11");
}

TEST_F(RunsTest, OfItsKeysTheLastWriteCounts) {
  Start(1, 10, Level::kOne, {"a", "b", "a"});
  cluster_.DeliverAll();
  for (uint64_t node = 1; node <= 3; ++node) EXPECT_EQ(cluster_.Value(node, "a"), "v12");
}

TEST_F(RunsTest, NothingIsWrittenWhereTooFewReplicasAreThere) {
  cluster_.PeerGone(1, 2);
  cluster_.PeerGone(1, 3);
  Start(1, 10, Level::kQuorum, {"a", "b"});
  for (uint64_t id : {10, 11}) {
    EXPECT_EQ(ReasonOf(cluster_.Find(1, id)->status), "REPLICAS_MISSING");
  }
  EXPECT_EQ(cluster_.Value(1, "a"), "");
}

TEST_F(RunsTest, WhatHasNoAnswerIsSentAgainInTheSameBytes) {
  Start(1, 10, Level::kAll, {"a", "b"});
  const std::vector<Message> first = cluster_.Take(IsRun);
  ASSERT_EQ(first.size(), 2u);
  cluster_.Pass(absl::Seconds(1));
  cluster_.Tick(1);
  const std::vector<Message> again = cluster_.Take(IsRun);
  ASSERT_EQ(again.size(), 2u);
  const auto& run = std::get<RunAsk>(again.front().body).run;
  EXPECT_EQ(run, std::get<RunAsk>(first.front().body).run);
  // Twice, and late, is no more than once.
  for (int i = 0; i < 2; ++i) cluster_.Deliver(again.front());
  cluster_.Deliver(first.front());
  EXPECT_EQ(cluster_.Value(2, "b"), "v11");
}

// What has been written since goes, and not what was.
TEST_F(RunsTest, AKeyThatWasWrittenAgainIsSentAsItIsByNow) {
  Start(1, 10, Level::kAll, {"a", "b"});
  cluster_.Take(IsRun);
  cluster_.Put(1, "b", "later", Level::kOne);
  cluster_.Take([](const Message&) { return true; });
  cluster_.Pass(absl::Milliseconds(300));
  cluster_.Tick(1);
  EXPECT_TRUE(cluster_.Take(IsRun).empty()) << "what it says is not durable here yet";
  cluster_.SyncAll(1);
  const std::vector<Message> again = cluster_.Take(IsRun);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_FALSE(std::get<RunAsk>(again.front().body).run.whole());
  for (const Message& message : again) cluster_.Deliver(message);
  for (uint64_t node : {2, 3}) {
    EXPECT_EQ(cluster_.Value(node, "a"), "v10");
    EXPECT_EQ(cluster_.Value(node, "b"), "later");
    cluster_.SyncAll(node);
  }
  cluster_.DeliverAll();
  ASSERT_NE(cluster_.Find(1, 10), nullptr);
  EXPECT_TRUE(cluster_.Find(1, 11)->status.ok());
}

TEST_F(RunsTest, ItIsRefusedAsAWholeWhereItsTimeLiesTooFarAhead) {
  cluster_.SetCalendarOffset(1, 60'000'000);
  Start(1, 10, Level::kAll, {"a", "b"});
  cluster_.SyncAll(1);
  cluster_.DeliverAll();
  for (uint64_t id : {10, 11}) {
    ASSERT_NE(cluster_.Find(1, id), nullptr);
    EXPECT_EQ(ReasonOf(cluster_.Find(1, id)->status), "REPLICAS_LOST");
  }
  EXPECT_EQ(cluster_.Value(2, "a"), "");
}

TEST_F(RunsTest, ACrashTakesAllOfItOrNothing) {
  Start(1, 10, Level::kOne, {"a", "b"});
  cluster_.Take(IsRun);
  const size_t unsynced = cluster_.unsynced(1);
  cluster_.Crash(1, unsynced - 1);
  cluster_.Restart(1);
  EXPECT_EQ(cluster_.Value(1, "a"), "");
  EXPECT_EQ(cluster_.Value(1, "b"), "");
  Start(1, 20, Level::kOne, {"a", "b"});
  cluster_.SyncAll(1);
  cluster_.Crash(1);
  cluster_.Restart(1);
  EXPECT_EQ(cluster_.Value(1, "a"), "v20");
  EXPECT_EQ(cluster_.Value(1, "b"), "v21");
}

TEST_F(RunsTest, WhoMissedItGetsItFromAnyOther) {
  cluster_.Isolate(3);
  Start(1, 10, Level::kQuorum, {"a", "b"});
  cluster_.DeliverAll();
  for (uint64_t node : {1, 2}) cluster_.SyncAll(node);
  cluster_.DeliverAll();
  cluster_.Crash(1);
  cluster_.Heal();
  cluster_.options().sync_at_once = true;
  cluster_.Settle(20);
  EXPECT_EQ(cluster_.Value(3, "a"), "v10");
  EXPECT_EQ(cluster_.Value(3, "b"), "v11");
}

// Two partitions to which the same happens, but for that one is asked for runs.
class Twins {
 public:
  explicit Twins(uint64_t seed) : random_(seed), runs_({}), singles_({}) {}

  void Run() {
    for (int i = 0; i < 60; ++i) Step();
    Both([](Cluster& cluster) {
      cluster.Heal();
      cluster.Settle(60);
    });
    for (uint64_t node = 1; node <= 3; ++node) {
      EXPECT_EQ(runs_.store(node).records, singles_.store(node).records);
      EXPECT_EQ(runs_.core(node).knowledge().seen, singles_.core(node).knowledge().seen);
      EXPECT_TRUE(runs_.store(node).dot_log.empty());
    }
    for (uint64_t id = 1; id < next_id_; ++id) ExpectTheSameAnswer(id);
    EXPECT_EQ(Conflicts(runs_), Conflicts(singles_));
  }

 private:
  using Conflict = std::pair<std::string, Dot>;
  static std::set<Conflict> Conflicts(Cluster& cluster) {
    std::set<Conflict> found;
    for (const Discard& discard : cluster.TakeDiscards()) {
      found.insert({discard.key, discard.loser.dot});
    }
    return found;
  }
  void Both(const std::function<void(Cluster&)>& act) {
    act(runs_);
    act(singles_);
  }
  void ExpectTheSameAnswer(uint64_t id) {
    const Reply* of_run = runs_.Find(asked_[id], id);
    const Reply* alone = singles_.Find(asked_[id], id);
    ASSERT_EQ(of_run == nullptr, alone == nullptr);
    if (of_run == nullptr) return;
    EXPECT_EQ(of_run->status, alone->status);
    EXPECT_EQ(of_run->receipt.dot, alone->receipt.dot);
    EXPECT_EQ(of_run->receipt.time, alone->receipt.time);
  }
  void Write() {
    const uint64_t node = random_.Between(1, 3);
    const Level levels[] = {Level::kOne, Level::kQuorum, Level::kAll};
    RunRequest run{.id = next_id_,
                   .writes = {},
                   .level = levels[random_.Below(3)],
                   .deadline = runs_.now() + absl::Seconds(1)};
    for (uint64_t left = random_.Between(1, 6); left > 0; --left) {
      WriteRequest write{.id = next_id_++,
                         .key = StrCat("k", random_.Below(5)),
                         .change = {},
                         .level = run.level,
                         .deadline = run.deadline,
                         .session = {},
                         .hint = {}};
      write.change.remove = random_.Chance(0.2);
      if (!write.change.remove) write.change.argument = StrCat("v", write.id);
      if (random_.Chance(0.1)) {
        write.change.expires_at_us = runs_.NowAt(node).calendar_us + random_.Below(400'000);
      }
      asked_[write.id] = node;
      run.writes.push_back({write.key, write.change});
      singles_.Write(node, write);
    }
    runs_.WriteRun(node, std::move(run));
  }
  void Step() {
    const uint64_t node = random_.Between(1, 3);
    const uint64_t dice = random_.Below(10);
    if (dice < 5) return Write();
    if (dice < 6) return Both([&](Cluster& cluster) { cluster.Isolate(node); });
    if (dice < 7) return Both([](Cluster& cluster) { cluster.Heal(); });
    Both([&](Cluster& cluster) {
      cluster.Pass(absl::Milliseconds(30));
      for (uint64_t one = 1; one <= 3; ++one) cluster.Tick(one);
      cluster.DeliverAll();
    });
  }

  Random random_;
  Cluster runs_;
  Cluster singles_;
  uint64_t next_id_ = 1;
  std::map<uint64_t, uint64_t> asked_;
};

TEST(RunPropertyTest, RunsComeToTheSameAsTheirWritesOneByOne) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Twins(seed).Run();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace quorate::quorum
