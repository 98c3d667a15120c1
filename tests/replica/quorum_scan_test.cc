// Scans of a leaderless partition.
#include <gtest/gtest.h>

#include "base/error.h"
#include "quorum/message_batch.h"
#include "quorum/session.h"
#include "replica/quorum_replica.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

constexpr absl::Duration kNow = absl::Seconds(100);
const quorum::Identity kOther{NodeId(2), Boot(1)};

class QuorumScanTest : public ::testing::Test {
 protected:
  QuorumScanTest() {
    QuorumReplicaOptions options;
    options.partition = PartitionId(7);
    options.core.self = {NodeId(1), Boot(1)};
    options.core.members = {{NodeId(1), ""}, {NodeId(2), ""}};
    replica_ = *QuorumReplica::Open(std::move(options), engine_, nullptr,
                                    LogClock(absl::ZeroDuration(), absl::UnixEpoch()));
  }

  void Execute(Request request, std::optional<Reply>& reply, absl::Duration now = kNow) {
    request.partition = PartitionId(7);
    request.deadline = now + absl::Seconds(1);
    replica_->Execute(
        std::move(request), [&reply](Reply told) { reply = std::move(told); }, now);
    Collect(now);
  }
  Request Scan(Level level, const quorum::SessionPart& session = {}) {
    Request request;
    request.level = level;
    request.session = quorum::EncodeSessionPart(session);
    request.op = kv::Range{"", "", 10, 1 << 20, false};
    return request;
  }
  Request Put(const std::string& key) {
    Request request;
    request.level = Level::kOne;
    kv::Mutation& put = request.op.emplace<kv::Command>().mutations.emplace_back();
    put.key = key;
    put.value = "v";
    return request;
  }
  void Collect(absl::Duration now) {
    Turn turn;
    while (*replica_->Collect(turn, now)) {
    }
    token_ = std::max(token_, turn.persist_token);
  }
  void Sync(absl::Duration now = kNow) {
    replica_->Persisted(token_, now);
    Collect(now);
  }

  MemEngine engine_{MemEngineOptions{}};
  std::unique_ptr<QuorumReplica> replica_;
  uint64_t token_ = 0;
};

TEST_F(QuorumScanTest, TellsNothingThatACrashCouldStillUndo) {
  std::optional<Reply> written;
  Execute(Put("k"), written);
  std::optional<Reply> page;
  Execute(Scan(Level::kOne), page);
  EXPECT_FALSE(page.has_value()) << "what it read is not on disk yet";
  Sync();
  ASSERT_TRUE(written && written->status.ok()) << written->status;
  ASSERT_TRUE(page && page->status.ok());
  ASSERT_EQ(page->page.records.size(), 1u);
  EXPECT_EQ(page->page.records.front().key, "k");
  // Its session notes it.
  EXPECT_EQ(quorum::DecodeSessionPart(page->receipt.seen)->dots.ToString(), "n1b1:1");
}

TEST_F(QuorumScanTest, InASessionIsGivenWhereAllThatItSawIsHere) {
  std::optional<Reply> written;
  Execute(Put("k"), written);
  Sync();
  std::optional<Reply> page;
  Execute(Scan(Level::kSession, *quorum::DecodeSessionPart(written->receipt.seen)), page);
  Sync();
  ASSERT_TRUE(page.has_value());
  ASSERT_TRUE(page->status.ok()) << page->status;
  EXPECT_EQ(page->page.records.size(), 1u);
  EXPECT_EQ(page->receipt.achieved, Level::kSession);
}

TEST_F(QuorumScanTest, InASessionWaitsForWhatIsNotHereAndSaysSoAtItsDeadline) {
  quorum::SessionPart session;
  session.Note({kOther, 3}, HlcTime(1));
  std::optional<Reply> page;
  Execute(Scan(Level::kSession, session), page);
  Sync();
  EXPECT_FALSE(page.has_value());
  replica_->Tick(kNow + absl::Seconds(2));
  Collect(kNow + absl::Seconds(2));
  Sync(kNow + absl::Seconds(2));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(ReasonOf(page->status), "SESSION_NOT_COVERED");
}

// Else a later read in the session could show what it saw to be gone.
TEST_F(QuorumScanTest, NotesWhatItSawToBeGone) {
  std::optional<Reply> gone;
  Request remove = Put("k");
  std::get<kv::Command>(remove.op).mutations.front().action = kv::Mutation::Action::kDelete;
  Execute(std::move(remove), gone);
  Sync();
  std::optional<Reply> page;
  Execute(Scan(Level::kOne), page);
  Sync();
  ASSERT_TRUE(page && page->status.ok());
  EXPECT_TRUE(page->page.records.empty());
  EXPECT_EQ(quorum::DecodeSessionPart(page->receipt.seen)->dots.ToString(), "n1b1:1");
}

// What came in the same turn is counted in its age, so it is in the page.
TEST_F(QuorumScanTest, HoldsWhatCameInTheSameTurn) {
  quorum::Message message;
  message.from = kOther;
  message.to = NodeId(1);
  quorum::WriteAsk write;
  write.key = "k";
  write.record.dot = {kOther, 1};
  write.record.time = HlcTime(1);
  write.record.body = "v";
  message.body = write;
  replica_->Receive(kOther.node, quorum::EncodeBatch({&message}), kNow);
  std::optional<Reply> page;
  Execute(Scan(Level::kOne), page);
  Sync();
  ASSERT_TRUE(page && page->status.ok());
  EXPECT_EQ(page->page.records.size(), 1u);
}

TEST_F(QuorumScanTest, IsAnsweredWhenTheReplicaGoesDown) {
  quorum::SessionPart session;
  session.Note({kOther, 3}, HlcTime(1));
  std::optional<Reply> page;
  Execute(Scan(Level::kSession, session), page);
  replica_->Shutdown();
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(ReasonOf(page->status), "SHUTTING_DOWN");
}

}  // namespace
}  // namespace quorate
