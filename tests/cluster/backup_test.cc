// Backups of keyspaces of mode raft, made while real processes serve, and what comes
// back from them.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "cluster/backup_world.h"

namespace quorate::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

KeyspaceOptions Raft(uint32_t partitions) { return {.partitions = partitions}; }

TEST_F(BackupTest, EachPartitionIsOneMomentThoughWritesGoOn) {
  Keyspace orders = Make("orders", Raft(4));
  Fill(orders, 20'000, 300);  // between what is watched, so that a while passes there
  constexpr int kTags = 40;
  std::atomic<bool> stop = false;
  std::atomic<int> round = 0;  // the last that all tags have
  std::thread writer([&] {
    for (int next = 1; !stop; ++next) {
      for (int tag = 0; tag < kTags; ++tag) {
        const std::string name = StrCat("{tag-", tag, "}");
        const std::string value = std::to_string(next);
        const auto written =
            next % 5 == 0
                ? orders.Batch({Mutation::Delete("a" + name), Mutation::Delete("z" + name)})
                : orders.Batch(
                      {Mutation::Put("a" + name, value), Mutation::Put("z" + name, value)});
        EXPECT_TRUE(written.ok()) << written.status();
      }
      round = next;
    }
  });
  EXPECT_TRUE(Eventually([&] { return round > 5; }));
  for (int i = 0; i < 4; ++i) {
    const int before = round;
    Create("orders", {"--rate", "4MiB"});
    const int after = round + 1;
    const std::string name = StrCat("restored-", i);
    Restore(name);
    const Contents held = ContentsOf(client_.Keyspace(name), Level::kLinearizable);
    EXPECT_GE(held.size(), 20'000u);
    for (int tag = 0; tag < kTags; ++tag) {
      const auto a = held.find(StrCat("a{tag-", tag, "}"));
      const auto z = held.find(StrCat("z{tag-", tag, "}"));
      ASSERT_EQ(a == held.end(), z == held.end()) << tag;
      if (a == held.end()) continue;
      EXPECT_EQ(a->second, z->second) << "of one batch both or none";
      EXPECT_GE(std::stoi(a->second), before) << "what was acknowledged before is in it";
      EXPECT_LE(std::stoi(a->second), after);
    }
  }
  stop = true;
  writer.join();
}

// The replicas that are asked first don't lead.
TEST_F(BackupTest, WhatWasAcknowledgedRightBeforeIsInIt) {
  Keyspace orders = Make("orders", Raft(2));
  for (int i = 0; i < 25; ++i) {
    for (int key = 0; key < 8; ++key) {
      ASSERT_TRUE(orders.Put(StrCat("k", key), std::to_string(i)).ok());
    }
    Create("orders");
    const std::string name = StrCat("r", i);
    Restore(name);
    for (const auto& [key, value] : ContentsOf(client_.Keyspace(name), Level::kLinearizable)) {
      ASSERT_EQ(value, std::to_string(i)) << key;
    }
    ASSERT_TRUE(client_.DropKeyspace(name).ok());
  }
}

TEST_F(BackupTest, ALaterBackupTakesOnlyWhatHasChangedAndForgetsWhatWasDeleted) {
  Keyspace orders = Make("orders", Raft(2));
  Fill(orders, 20'000, 500);
  const auto first = Create("orders");
  EXPECT_EQ(first["records"], 20'000);
  EXPECT_EQ(first["new_chunks"], first["chunks"]);
  EXPECT_GE(first["chunks"], 4);
  EXPECT_EQ(Create("orders")["new_chunks"], 0);
  ASSERT_TRUE(orders.Put("key-17", "changed").ok());
  ASSERT_TRUE(orders.Delete("key-18").ok());
  const auto second = Create("orders");
  EXPECT_EQ(second["records"], 19'999);
  EXPECT_GE(second["new_chunks"], 1);
  EXPECT_LE(second["new_chunks"], 4);
  Restore("second");
  EXPECT_EQ(ContentsOf(client_.Keyspace("second"), Level::kLinearizable),
            ContentsOf(orders, Level::kLinearizable));
  Restore("first", {"--backup", first["id"]});
  const Contents then = ContentsOf(client_.Keyspace("first"), Level::kLinearizable);
  EXPECT_EQ(then.size(), 20'000u);
  EXPECT_TRUE(then.contains("key-18"));
}

TEST_F(BackupTest, IsRestoredIntoAnotherShapeOfAnotherCluster) {
  Keyspace orders = Make("orders", Raft(4));
  Fill(orders, 3000, 100);
  ASSERT_TRUE(orders.Put(std::string("\0\xff\n", 3), std::string("\0", 1)).ok());
  ASSERT_TRUE(orders.Put("empty", "").ok());
  ASSERT_TRUE(orders.Put("large", std::string(900'000, 'x')).ok());
  Create("orders");
  Cluster other(1);
  const auto restored =
      Json(other, {"backup", "restore", folder_, "--replicas", "1", "--partitions", "7"});
  EXPECT_EQ(restored["records"], 3003);
  Client client = other.Connect();
  EXPECT_EQ(client.DescribeKeyspace("orders")->keyspace.partitions.size(), 7u);
  EXPECT_EQ(ContentsOf(client.Keyspace("orders"), Level::kLinearizable),
            ContentsOf(orders, Level::kLinearizable));
}

TEST_F(BackupTest, TheMomentOfExpiryGoesAlongAndWhatHasExpiredStaysAway) {
  Keyspace sessions = Make("sessions", {.partitions = 2, .default_ttl = absl::Hours(10)});
  ASSERT_TRUE(sessions.Put("hour", "v", {.ttl = absl::Hours(1)}).ok());
  ASSERT_TRUE(sessions.Put("default", "v").ok());
  ASSERT_TRUE(sessions.Put("ever", "v", {.ttl = absl::ZeroDuration()}).ok());
  ASSERT_TRUE(sessions.Put("soon", "v", {.ttl = absl::Seconds(3)}).ok());
  EXPECT_EQ(Create("sessions")["records"], 4);
  EXPECT_TRUE(Eventually([&] { return !sessions.Get("soon")->found(); }));
  const auto restored = Restore("again");
  EXPECT_EQ(restored["expired"], 1);
  EXPECT_EQ(restored["records"], 3);
  Keyspace again = client_.Keyspace("again");
  for (const char* key : {"hour", "default"}) {
    const auto was = sessions.Get(key);
    const auto is = again.Get(key);
    ASSERT_TRUE(was.ok() && is.ok() && was->expires_at && is->expires_at) << key;
    EXPECT_LT(absl::AbsDuration(*was->expires_at - *is->expires_at), absl::Seconds(5)) << key;
  }
  EXPECT_FALSE(again.Get("ever")->expires_at);
  EXPECT_EQ(client_.DescribeKeyspace("again")->keyspace.default_ttl, absl::Hours(10));
}

TEST_F(BackupTest, OneThatWasCutShortIsRefusedBeforeAnythingMoves) {
  Fill(Make("orders", Raft(2)), 20'000, 500);
  Create("orders");
  fs::path cut;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/chunks")) {
    if (entry.path().extension() == ".chunk") cut = entry.path();
  }
  fs::resize_file(cut, fs::file_size(cut) - 1);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"backup", "verify", folder_},
        {"backup", "restore", folder_, "--as", "again"}}) {
    const Refusal told = Kvctl(command);
    EXPECT_EQ(told.exit_code, 10) << told.output;
    EXPECT_THAT(told.output, HasSubstr("BACKUP_DAMAGED"));
    EXPECT_THAT(told.output, HasSubstr(cut.filename().string()));
  }
  EXPECT_FALSE(client_.DescribeKeyspace("again").ok());
  // The next backup does not count on it, and heals the one before.
  EXPECT_EQ(Create("orders")["new_chunks"], 1);
  EXPECT_EQ(Kvctl({"backup", "verify", folder_}).exit_code, 0);
}

TEST_F(BackupTest, OneThatWasInterruptedLeavesNoBackupButItsChunks) {
  Fill(Make("orders", Raft(2)), 40'000, 500);
  {
    Process slow(KvctlCommand(cluster_, {"backup", "create", "orders", folder_, "--rate", "6MiB"}),
                 temp_.path() + "/slow");
    EXPECT_TRUE(Eventually([&] { return ChunkFiles() >= 3; }));
    slow.Signal(SIGKILL);
    EXPECT_EQ(slow.Wait(), 128 + SIGKILL);
  }
  EXPECT_EQ(Kvctl({"backup", "restore", folder_, "--as", "again"}).exit_code, 3);
  const auto whole = Create("orders");
  EXPECT_LE(whole["new_chunks"].get<int>() + 3, whole["chunks"].get<int>());
  EXPECT_EQ(Restore("again")["records"], 40'000);
}

TEST_F(BackupTest, ARestoreThatWasInterruptedGoesOn) {
  Keyspace orders = Make("orders", Raft(2));
  Fill(orders, 40'000, 500);
  Create("orders");
  {
    Process slow(KvctlCommand(cluster_, {"backup", "restore", folder_, "--as", "again"}),
                 temp_.path() + "/slow");
    EXPECT_TRUE(Eventually([&] {
      auto scan = client_.Keyspace("again").Scan({.limit = 1});
      return scan.Next();
    }));
    slow.Signal(SIGKILL);
    slow.Wait();
  }
  const Refusal told = Kvctl({"backup", "restore", folder_, "--as", "again"});
  EXPECT_EQ(told.exit_code, 1) << told.output;
  EXPECT_THAT(told.output, HasSubstr("RESTORE_NOT_EMPTY"));
  Restore("again", {"--continue"});
  EXPECT_EQ(ContentsOf(client_.Keyspace("again"), Level::kLinearizable),
            ContentsOf(orders, Level::kLinearizable));
  // What somebody else has written is not overwritten.
  ASSERT_TRUE(client_.Keyspace("again").Put("key-7", "mine").ok());
  EXPECT_THAT(Kvctl({"backup", "restore", folder_, "--as", "again", "--continue"}).output,
              HasSubstr("RESTORE_DIFFERS"));
  EXPECT_EQ(client_.Keyspace("again").Get("key-7")->value, "mine");
  ASSERT_TRUE(client_.Keyspace("again").Delete("key-7").ok());
  ASSERT_TRUE(client_.Keyspace("again").Put("not in the backup", "mine").ok());
  EXPECT_THAT(Kvctl({"backup", "restore", folder_, "--as", "again", "--continue"}).output,
              HasSubstr("RESTORE_DIFFERS"));
}

TEST_F(BackupTest, GoesOnAtAnotherReplicaWhenANodeDies) {
  Keyspace orders = Make("orders", Raft(4));
  Fill(orders, 40'000, 500);
  const std::string output = temp_.path() + "/slow";
  Process slow(KvctlCommand(cluster_, {"backup", "create", "orders", folder_, "--rate", "8MiB"}),
               output);
  EXPECT_TRUE(Eventually([&] { return ChunkFiles() >= 2; }));
  cluster_.Kill(3);
  EXPECT_EQ(slow.Wait(), 0) << ReadFile(output);
  Restore("again");
  EXPECT_EQ(ContentsOf(client_.Keyspace("again"), Level::kLinearizable),
            ContentsOf(orders, Level::kLinearizable));
}

// No connection breaks: it has to be missed.
TEST_F(BackupTest, GoesOnAtAnotherReplicaWhenANodeFreezes) {
  Keyspace orders = Make("orders", Raft(3));
  Fill(orders, 20'000, 500);
  const std::string output = temp_.path() + "/slow";
  Process slow(KvctlCommand(cluster_, {"backup", "create", "orders", folder_, "--rate", "5MiB"}),
               output);
  EXPECT_TRUE(Eventually([&] { return ChunkFiles() >= 1; }));
  cluster_.process(3).Signal(SIGSTOP);
  EXPECT_EQ(slow.Wait(absl::Seconds(60)), 0) << ReadFile(output);
  cluster_.process(3).Signal(SIGCONT);
  Restore("again");
  EXPECT_EQ(ContentsOf(client_.Keyspace("again"), Level::kLinearizable),
            ContentsOf(orders, Level::kLinearizable));
}

TEST_F(BackupTest, MorePartitionsAtOnceThanNodesReadAreReadInTurn) {
  Keyspace orders = Make("orders", Raft(30));
  Fill(orders, 30'000, 100);
  Create("orders", {"--parallel", "30", "--rate", "4MiB"});
  Restore("again", {"--partitions", "1"});
  EXPECT_EQ(ContentsOf(client_.Keyspace("again"), Level::kLinearizable),
            ContentsOf(orders, Level::kLinearizable));
}

TEST_F(BackupTest, RefusesWhatMakesNoSense) {
  Make("orders", Raft(2));
  EXPECT_EQ(Kvctl({"backup", "create", "ordres", folder_}).exit_code, 3);
  EXPECT_FALSE(fs::exists(folder_));
  EXPECT_EQ(Kvctl({"backup", "create", "orders", folder_, "--rate", "fast"}).exit_code, 2);
  EXPECT_THAT(Kvctl({"backup", "create", "orders", folder_, "--at-quorum"}).output,
              HasSubstr("KEYSPACE_HAS_LEADERS"));
  EXPECT_EQ(Kvctl({"backup", "verify", "/nowhere"}).exit_code, 3);
  EXPECT_EQ(Create("orders")["records"], 0);
  EXPECT_EQ(Kvctl({"backup", "restore", folder_, "--backup", "other"}).exit_code, 3);
  const Refusal plan = Kvctl({"backup", "restore", folder_, "--as", "again", "--dry-run"});
  EXPECT_EQ(plan.exit_code, 0);
  EXPECT_THAT(plan.output, HasSubstr("would create keyspace again"));
  EXPECT_FALSE(client_.DescribeKeyspace("again").ok());
  Make("again", {.mode = Mode::kQuorum, .partitions = 2, .conflict = Conflict::kLww});
  EXPECT_THAT(Kvctl({"backup", "restore", folder_, "--as", "again"}).output,
              HasSubstr("RESTORE_OTHER_KIND"));
}

}  // namespace
}  // namespace quorate::testing
