// A keeper whose replicas and whose disk do what the test says: whom it asks, what
// must be durable before, and what it makes of their answers.
#include "node/hint_keeper.h"

#include <gtest/gtest.h>

#include "base/boot.h"
#include "base/error.h"
#include "quorum/session.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

constexpr NodeId kSelf{1};
constexpr NodeId kFirst{2};
constexpr NodeId kSecond{3};

class StillEnv final : public Env {
 public:
  absl::Duration Monotonic() const override { return now; }
  absl::Time WallTime() const override { return absl::FromUnixSeconds(1'700'000'000) + now; }
  uint64_t Random() override { return 4; }
  absl::Duration now = absl::Seconds(100);
};

class NoTransport final : public Transport {
  void Send(NodeId, const std::string&, std::string) override {}
};

class NoScheduler final : public Scheduler {
  void Wake(uint32_t) override {}
  void Background(absl::AnyInvocable<void() &&>) override {}
};

class ListLog final : public LogDevice {
 public:
  LogTicket Submit(LogBatch) override { return {}; }
  void Release(PartitionId, LogIndex index) override { released = index; }
  LogStats stats() const override { return {}; }
  LogIndex released;
};

struct AskedOf {
  NodeId node;
  Request request;
  ReplyFn reply;
};

class HintKeeperTest : public ::testing::Test {
 protected:
  HintKeeperTest() { Start(); }

  ring::Topology Topology() {
    ring::Topology topology;
    topology.cluster_id = "c";
    topology.epoch = Epoch(1);
    for (const NodeId id : {kSelf, kFirst, kSecond}) topology.nodes.emplace_back().id = id;
    ring::KeyspaceInfo& keyspace = topology.keyspaces["k"];
    keyspace.name = "k";
    keyspace.mode = Mode::kQuorum;
    keyspace.conflict = Conflict::kLww;
    keyspace.partitions.push_back({kPartition, replicas_});
    return topology;
  }
  // What is not durable is gone.
  void Start() {
    asked_.clear();
    boot_ = NextBoot(boot_, 0);
    disk_.resize(durable_);
    NodeOptions options;
    options.self = kSelf;
    options.boot = boot_;
    keeper_.reset();
    shared_ = std::make_unique<NodeShared>(
        options, Edges{env_, files_, engine_, expired_, transport_, scheduler_}, Topology());
    shared_->log = &log_;
    shared_->peers.SetMembers({kSelf, kFirst, kSecond}, env_.now);
    shared_->execute = [this](Request request, ReplyFn reply) {
      const NodeId to = request.to;
      asked_.push_back({to, std::move(request), std::move(reply)});
    };
    shared_->to_hints = [this](absl::AnyInvocable<void(HintKeeper&) &&> task) {
      std::move(task)(*keeper_);
    };
    keeper_ = std::make_unique<HintKeeper>(*shared_);
    RecoveredGroup recovered;
    recovered.partition = kHintsPartition;
    recovered.entries = disk_;
    ASSERT_TRUE(keeper_->Restore(recovered).ok());
  }
  absl::Status Keep(const std::string& value, const std::string& session = "") {
    Request request;
    request.partition = kPartition;
    request.level = Level::kAny;
    request.session = session;
    kv::Mutation& put = request.op.emplace<kv::Command>().mutations.emplace_back();
    put.key = "k";
    put.value = value;
    absl::Status status;
    keeper_->Keep(std::move(request), [&status](Reply reply) { status = reply.status; });
    return status;
  }
  void Write() {
    std::vector<GroupWrite> writes;
    keeper_->Collect(writes);
    for (GroupWrite& write : writes) {
      for (LogEntry& entry : write.entries) disk_.push_back(std::move(entry));
    }
    keeper_->Submitted(LogTicket{++ticket_});
  }
  void Sync() {
    Write();
    durable_ = disk_.size();
    keeper_->Open(SyncAuthority::Attest(LogTicket{ticket_}));
  }
  void Turns(absl::Duration time = absl::Seconds(1)) {
    for (const absl::Duration end = env_.now + time; env_.now < end;) {
      env_.now += absl::Milliseconds(50);
      keeper_->Tick(env_.now);
      Sync();
    }
  }
  void Answer(const absl::Status& status, NodeId served_by = NodeId()) {
    ASSERT_FALSE(asked_.empty());
    AskedOf last = std::move(asked_.back());
    asked_.pop_back();
    Reply reply;
    reply.status = status;
    reply.receipt.served_by = served_by;
    std::move(last.reply)(std::move(reply));
  }
  static std::string ValueOf(const AskedOf& asked) {
    return std::get<kv::Command>(asked.request.op).mutations.front().value;
  }
  static absl::Status Unknown() {
    return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "perhaps",
                     Applied::kUnknown);
  }
  static absl::Status No(std::string_view reason,
                         absl::StatusCode code = absl::StatusCode::kUnavailable) {
    return MakeError(code, reason, "no", Applied::kNo);
  }

  static constexpr PartitionId kPartition{7};
  std::vector<NodeId> replicas_{kFirst, kSecond};
  StillEnv env_;
  SimFiles files_{1};
  MemEngine engine_{MemEngineOptions{}};
  kv::ExpiredRecords expired_;
  NoTransport transport_;
  NoScheduler scheduler_;
  ListLog log_;
  Boot boot_;
  std::unique_ptr<NodeShared> shared_;
  std::unique_ptr<HintKeeper> keeper_;
  std::vector<AskedOf> asked_;
  std::vector<LogEntry> disk_;
  size_t durable_ = 0;
  uint64_t ticket_ = 0;
};

TEST_F(HintKeeperTest, AsksNobodyBeforeThatReplicasNameIsDurable) {
  (void)Keep("v");
  Sync();
  keeper_->Tick(env_.now);
  Write();
  keeper_->Tick(env_.now);
  EXPECT_TRUE(asked_.empty());
  Sync();
  keeper_->Tick(env_.now);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].request.keeper, kSelf);
  EXPECT_NE(asked_[0].request.hint, 0u);
}

TEST_F(HintKeeperTest, AsksTheSameReplicaAfterARestartWhateverWasForgotten) {
  (void)Keep("1");
  (void)Keep("2");
  Turns();
  const NodeId holder = asked_.back().node;
  Answer(absl::OkStatus(), holder);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(ValueOf(asked_[0]), "2");
  Answer(absl::OkStatus(), holder);
  Write();  // that both are forgotten, but it does not reach the disk
  Start();
  Turns();
  for (const char* value : {"1", "2"}) {
    ASSERT_EQ(asked_.size(), 1u);
    EXPECT_EQ(asked_[0].node, holder);
    EXPECT_EQ(ValueOf(asked_[0]), value);
    Answer(absl::OkStatus(), holder);
  }
  Turns();
  EXPECT_TRUE(asked_.empty());
  Start();
  Turns();
  EXPECT_TRUE(asked_.empty()) << "forgotten for good";
}

TEST_F(HintKeeperTest, WaitsForTheReplicaThatMayHaveDoneIt) {
  (void)Keep("v");
  Turns();
  const NodeId holder = asked_.back().node;
  Answer(Unknown());
  shared_->peers.Lose(holder);
  Turns();
  EXPECT_TRUE(asked_.empty());
  Start();
  shared_->peers.Lose(holder);
  Turns();
  EXPECT_TRUE(asked_.empty());
}

TEST_F(HintKeeperTest, GoesElsewhereOnlyOnTheWordOfTheReplicaItself) {
  (void)Keep("v");
  Turns();
  const NodeId holder = asked_.back().node;
  Answer(Unknown());
  for (int i = 0; i < 3; ++i) {
    Turns();
    ASSERT_EQ(asked_.size(), 1u);
    EXPECT_EQ(asked_[0].node, holder);
    Answer(No("NODE_OVERLOADED", absl::StatusCode::kResourceExhausted)) /* on the way */;
  }
  Turns();
  Answer(No("REPLICA_FILLING"), holder);
  Turns();
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_NE(asked_[0].node, holder);
}

TEST_F(HintKeeperTest, ARefusalOnTheWayThereOfTheFirstAskLetsItGoElsewhere) {
  (void)Keep("v");
  Turns();
  const NodeId holder = asked_.back().node;
  Answer(No("NODE_OVERLOADED", absl::StatusCode::kResourceExhausted));
  Turns();
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_NE(asked_[0].node, holder);
}

TEST_F(HintKeeperTest, ARefusalForGoodIsOneOnlyByTheReplicaItself) {
  (void)Keep("v");
  Turns();
  for (const absl::StatusCode code :
       {absl::StatusCode::kNotFound, absl::StatusCode::kInvalidArgument}) {
    Answer(No("PARTITION_UNKNOWN", code)) /* by a node that has not heard of it yet */;
    EXPECT_EQ(shared_->hints, 1u);
    Turns();
    ASSERT_EQ(asked_.size(), 1u) << "elsewhere";
  }
  Answer(No("CONTEXT_DAMAGED", absl::StatusCode::kInvalidArgument), asked_.back().node);
  EXPECT_EQ(shared_->hints, 0u);
  EXPECT_EQ(shared_->hints_refused, 1u);
}

// The replica knows of one life's numbers only.
TEST_F(HintKeeperTest, WhatALaterLifeKeptWaitsUntilTheEarlierCannotComeAgain) {
  (void)Keep("1");
  Sync();
  Start();
  (void)Keep("2");
  Turns();
  const Boot earlier = asked_.back().request.hint_life;
  Answer(absl::OkStatus(), asked_.back().node);
  Write();  // that it is forgotten, but it does not reach the disk
  keeper_->Tick(env_.now);
  EXPECT_TRUE(asked_.empty());
  Sync();
  keeper_->Tick(env_.now);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(ValueOf(asked_[0]), "2");
  EXPECT_GT(asked_[0].request.hint_life, earlier);
  EXPECT_EQ(asked_[0].request.hint_life, boot_);
}

TEST_F(HintKeeperTest, WhatDoesNotFitNowGoesBehindTheOthersAndIsTriedAgain) {
  for (const auto& [reason, code] : {std::pair("TIME_AHEAD", absl::StatusCode::kInvalidArgument),
                                     {"SIBLINGS_FULL", absl::StatusCode::kResourceExhausted}}) {
    (void)Keep("first");
    (void)Keep("second");
    Turns();
    const uint64_t number = asked_.back().request.hint;
    Answer(No(reason, code), asked_.back().node);
    Turns();
    ASSERT_EQ(asked_.size(), 1u) << reason;
    EXPECT_EQ(ValueOf(asked_[0]), "second");
    const uint64_t second = asked_[0].request.hint;
    EXPECT_GT(second, number);
    Answer(absl::OkStatus(), asked_[0].node);
    Turns();
    EXPECT_TRUE(asked_.empty()) << "not yet";
    Turns(absl::Seconds(10));
    ASSERT_EQ(asked_.size(), 1u);
    EXPECT_EQ(ValueOf(asked_[0]), "first");
    EXPECT_GT(asked_[0].request.hint, second) << "or it would be told done";
    Answer(absl::OkStatus(), asked_[0].node);
    Turns();
  }
  EXPECT_EQ(shared_->hints_put_off, 2u);
  EXPECT_EQ(shared_->hints_refused, 0u);
}

TEST_F(HintKeeperTest, WhatIsPutOffIsThereAfterARestartAndOnce) {
  (void)Keep("v");
  Turns();
  Answer(No("SIBLINGS_FULL", absl::StatusCode::kResourceExhausted), asked_.back().node);
  Sync();
  Start();
  EXPECT_EQ(shared_->hints, 1u);
  Turns();
  Answer(absl::OkStatus(), asked_.back().node);
  Sync();
  Start();
  EXPECT_EQ(shared_->hints, 0u);
}

TEST_F(HintKeeperTest, KeepsNothingWhoseSessionIsTooFarAheadOrCannotBeRead) {
  quorum::SessionPart session;
  session.time =
      HlcFromMicros(static_cast<uint64_t>(absl::ToUnixMicros(env_.WallTime())) + 60'000'000);
  EXPECT_EQ(ReasonOf(Keep("v", quorum::EncodeSessionPart(session))), "TIME_AHEAD");
  session.time = HlcFromMicros(static_cast<uint64_t>(absl::ToUnixMicros(env_.WallTime())));
  EXPECT_TRUE(Keep("v", quorum::EncodeSessionPart(session)).ok());
  EXPECT_FALSE(Keep("v", "\xff\xff\xff").ok());
  EXPECT_EQ(shared_->hints, 1u);
}

TEST_F(HintKeeperTest, LetsTheLogGoOnOnlyPastWhatIsForgottenOnDisk) {
  (void)Keep("v");
  Turns();
  Turns(absl::Seconds(3));
  EXPECT_EQ(log_.released, LogIndex());
  Answer(absl::OkStatus(), asked_.back().node);
  for (int i = 0; i < 5; ++i) {
    env_.now += absl::Seconds(1);
    keeper_->Tick(env_.now);
    Write();
  }
  EXPECT_EQ(log_.released, LogIndex()) << "a crash would bring it back, and its holder not";
  Turns(absl::Seconds(3));
  EXPECT_EQ(log_.released, LogIndex(3));
}

}  // namespace
}  // namespace quorate
