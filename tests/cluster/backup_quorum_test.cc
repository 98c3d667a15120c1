// Backups of keyspaces of mode quorum, with every policy, and with a replica away.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "base/strings.h"
#include "cluster/backup_world.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class BackupQuorumTest : public BackupTest {
 protected:
  Keyspace Of(const std::string& name, Conflict conflict) {
    return Make(name, {.mode = Mode::kQuorum, .partitions = 3, .conflict = conflict});
  }
  static void ExpectDone(const absl::StatusOr<WriteReceipt>& written) {
    EXPECT_TRUE(written.ok()) << written.status();
  }
  // Backs it up, restores it as another, and again where it is all there.
  void ExpectTheSameAgain(Keyspace keyspace, uint64_t records) {
    const Contents was = ContentsOf(keyspace, Level::kAll);
    EXPECT_EQ(was.size(), records);
    EXPECT_EQ(Create(keyspace.name())["records"], records);
    const std::string again = keyspace.name() + "-again";
    EXPECT_EQ(Restore(again, {"--partitions", "5"})["written"], records);
    EXPECT_EQ(ContentsOf(client_.Keyspace(again), Level::kAll), was);
    Restore(again, {"--continue"});
    EXPECT_EQ(ContentsOf(client_.Keyspace(again), Level::kAll), was);
  }
};

TEST_F(BackupQuorumTest, LwwAndRegistersComeBack) {
  for (const auto& [name, conflict] :
       {std::pair{"notes", Conflict::kLww}, {"locks", Conflict::kRegister}}) {
    Keyspace keyspace = Of(name, conflict);
    Fill(keyspace, 500, 50);
    ExpectDone(keyspace.Delete("key-7"));
    ExpectDone(keyspace.Put("key-8", "newer"));
    ExpectTheSameAgain(keyspace, 499);
  }
}

TEST_F(BackupQuorumTest, AllSiblingsComeBackInTheirOrder) {
  Keyspace notes = Of("notes", Conflict::kSiblings);
  for (int key = 0; key < 20; ++key) {
    for (int i = 0; i <= key % 4; ++i) ExpectDone(notes.Put(StrCat("k", key), StrCat("v", i)));
  }
  ExpectDone(notes.Put("gone", "v"));
  const auto read = notes.Get("gone");
  ASSERT_TRUE(read.ok() && read->merged);
  ExpectDone(notes.Delete("gone", {.context = read->merged->context}));
  ExpectTheSameAgain(notes, 20);
  EXPECT_EQ(client_.Keyspace("notes-again").Get("k3")->merged->siblings.size(), 4u);
}

TEST_F(BackupQuorumTest, CountersComeBackAndAreNotAddedTwice) {
  Keyspace visits = Of("visits", Conflict::kCounter);
  for (int key = 0; key < 50; ++key) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(visits.Add(StrCat("k", key), key - 10).ok());
  }
  ExpectTheSameAgain(visits, 50);
  EXPECT_EQ(client_.Keyspace("visits-again").Get("k3")->value, "-21");
}

TEST_F(BackupQuorumTest, SetsAndMapsComeBack) {
  Keyspace carts = Of("carts", Conflict::kSet);
  Keyspace users = Of("users", Conflict::kMap);
  for (int key = 0; key < 30; ++key) {
    const std::string name = StrCat("k", key);
    for (int i = 0; i <= key % 5; ++i) {
      ExpectDone(carts.Mutate(Mutation::AddElement(name, StrCat("e", i))));
    }
    ExpectDone(users.Mutate(Mutation::PutField(name, "name", StrCat("Ann", key))));
    ExpectDone(users.Mutate(Mutation::AddToField(name, "visits", key)));
    ExpectDone(users.Mutate(Mutation::AddFieldElement(name, "tags", "x")));
    ExpectDone(users.Mutate(Mutation::AddFieldElement(name, "tags", "y")));
  }
  // What was removed stays so, and a set without elements is none.
  const auto cart = carts.Get("k1");
  ASSERT_TRUE(cart.ok() && cart->merged);
  ExpectDone(carts.Mutate(Mutation::RemoveElement("k1", "e0", cart->merged->context)));
  ExpectTheSameAgain(carts, 30);
  ExpectTheSameAgain(users, 30);
}

// At ONE, of one replica alone when it was acknowledged.
TEST_F(BackupQuorumTest, WhatWasAcknowledgedAtOneRightBeforeIsInIt) {
  Keyspace notes = Of("notes", Conflict::kLww);
  for (int i = 0; i < 15; ++i) {
    for (int key = 0; key < 12; ++key) {
      Client through = cluster_.Only(key % 3 + 1);
      ExpectDone(through.Keyspace("notes").Put(StrCat("k", key), std::to_string(i),
                                               {.level = Level::kOne}));
    }
    Create("notes");
    const std::string name = StrCat("r", i);
    Restore(name);
    for (const auto& [key, value] : ContentsOf(client_.Keyspace(name), Level::kAll)) {
      ASSERT_EQ(value, std::to_string(i)) << key;
    }
    ASSERT_TRUE(client_.DropKeyspace(name).ok());
  }
}

TEST_F(BackupQuorumTest, WithAReplicaAwayItIsRefusedUnlessAskedForAtQuorum) {
  Keyspace notes = Of("notes", Conflict::kLww);
  Fill(notes, 2000, 50);
  cluster_.Kill(2);
  // One that was sent to it may have been done or not.
  EXPECT_TRUE(Eventually([&] { return notes.Put("later", "v", {.level = Level::kQuorum}).ok(); }));
  const Refusal told = Kvctl({"backup", "create", "notes", folder_});
  EXPECT_EQ(told.exit_code, 5) << told.output;
  EXPECT_THAT(told.output, HasSubstr("BACKUP_NOT_CURRENT"));
  EXPECT_THAT(told.output, HasSubstr("--at-quorum"));
  EXPECT_EQ(Kvctl({"backup", "list", folder_, "--output", "raw"}).output, "");
  EXPECT_EQ(Create("notes", {"--at-quorum"})["records"], 2001);
  EXPECT_EQ(Restore("again")["records"], 2001);
  EXPECT_EQ(ContentsOf(client_.Keyspace("again"), Level::kQuorum),
            ContentsOf(notes, Level::kQuorum));
}

TEST_F(BackupQuorumTest, ARestoreOfCountersThatWasInterruptedAddsNothingTwice) {
  Keyspace visits = Of("visits", Conflict::kCounter);
  std::atomic<int> answered = 0;
  for (int key = 0; key < 3000; ++key) {
    // No more at once than a client lets out.
    while (key - answered >= 1000) std::this_thread::yield();
    visits.Add(StrCat("k", key), key, {}, [&](const absl::StatusOr<AddResult>& added) {
      EXPECT_TRUE(added.ok()) << added.status();
      ++answered;
    });
  }
  EXPECT_TRUE(Eventually([&] { return answered == 3000; }));
  EXPECT_TRUE(Eventually([&] { return ContentsOf(visits, Level::kAll).size() == 3000; }));
  Create("visits");
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
  Restore("again", {"--continue"});
  EXPECT_EQ(ContentsOf(client_.Keyspace("again"), Level::kAll), ContentsOf(visits, Level::kAll));
}

}  // namespace
}  // namespace quorate::testing
