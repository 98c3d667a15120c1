#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

// Entries of the given terms from `first` on, from leader n1 to n2.
Message Append(uint64_t term, uint64_t prev, uint64_t prev_term, const std::vector<uint64_t>& terms,
               uint64_t commit) {
  Message append;
  append.kind = MessageKind::kAppend;
  append.from = NodeId(1);
  append.to = NodeId(2);
  append.term = Term(term);
  append.index = LogIndex(prev);
  append.log_term = Term(prev_term);
  append.commit = LogIndex(commit);
  for (uint64_t entry_term : terms) {
    const LogIndex index(prev + append.entries.size() + 1);
    append.entries.push_back({Term(entry_term), index, EntryKind::kCommand,
                              Payload("e" + index.ToString() + "/" + std::to_string(entry_term))});
  }
  return append;
}

// One follower whose messages a test makes by hand. The leaders behind them
// never existed, so whole-group invariants have nothing to say.
class FollowerTest : public testing::Test {
 protected:
  FollowerTest() : raft_(MakeConfig(), MakeRestored()) {}

  static Config MakeConfig() {
    Config config;
    config.self = NodeId(2);
    return config;
  }
  static Restored MakeRestored() {
    Restored restored;
    restored.base.configuration.voters = Nodes({1, 2, 3});
    return restored;
  }
  // Steps, completes all writes, and returns the one answer.
  Message Answer(Message message) {
    raft_.Step(std::move(message));
    Message answer;
    while (raft_.has_output()) {
      Output output = raft_.TakeOutput();
      if (!output.messages_after_sync.empty()) answer = output.messages_after_sync.back();
      if (output.persist) raft_.Persisted(output.persist->id);
      for (const LogEntry& entry : output.committed) raft_.Applied(entry.index);
    }
    return answer;
  }

  Raft raft_;
};

TEST_F(FollowerTest, RefusesWhatDoesNotFitAndSaysWhereItMight) {
  Answer(Append(1, 0, 0, {1, 1, 1}, 0));
  const Message answer = Answer(Append(3, 7, 2, {3}, 0));
  EXPECT_TRUE(answer.reject);
  EXPECT_EQ(answer.index, LogIndex(7));
  EXPECT_EQ(answer.hint_index, LogIndex(3));
  EXPECT_EQ(answer.hint_term, Term(1));
  EXPECT_EQ(raft_.last_index(), LogIndex(3));
}

TEST_F(FollowerTest, SkipsItsOwnTermsThatTheLeaderCannotHave) {
  Answer(Append(4, 0, 0, {1, 1, 4, 4, 4}, 0));
  const Message answer = Answer(Append(5, 5, 3, {5}, 0));
  EXPECT_EQ(answer.hint_index, LogIndex(2));
  EXPECT_EQ(answer.hint_term, Term(1));
}

TEST_F(FollowerTest, ReplacesWhatConflictsAndAllAfterIt) {
  Answer(Append(1, 0, 0, {1, 1, 1, 1}, 1));
  const Message answer = Answer(Append(2, 1, 1, {1, 2}, 1));
  EXPECT_EQ(answer.index, LogIndex(3));
  EXPECT_EQ(raft_.last_index(), LogIndex(3));
  EXPECT_EQ(raft_.TermAt(LogIndex(2)), Term(1));
  EXPECT_EQ(raft_.TermAt(LogIndex(3)), Term(2));
}

TEST_F(FollowerTest, NeverTruncatesForAnAppendThatDoesNotConflict) {
  Answer(Append(1, 0, 0, {1, 1, 1, 1}, 0));
  const Message late = Answer(Append(1, 0, 0, {1, 1}, 0));
  EXPECT_EQ(late.index, LogIndex(2)) << "it speaks for what this message matched";
  EXPECT_EQ(raft_.last_index(), LogIndex(4));
  Answer(Append(1, 2, 1, {}, 0));
  EXPECT_EQ(raft_.last_index(), LogIndex(4));
}

TEST_F(FollowerTest, CommitsNoFurtherThanThisMessageMatched) {
  Answer(Append(1, 0, 0, {1, 1, 1}, 0));
  // A new leader's heartbeat-like append matches 1; 2 and 3 may be replaced yet.
  Answer(Append(2, 1, 1, {}, 3));
  EXPECT_EQ(raft_.commit_index(), LogIndex(1));
  Answer(Append(2, 1, 1, {2}, 3));
  EXPECT_EQ(raft_.commit_index(), LogIndex(2));
}

TEST_F(FollowerTest, AnswersALateAppendBelowItsCommitWithItsCommit) {
  Answer(Append(1, 0, 0, {1, 1, 1}, 3));
  const Message answer = Answer(Append(1, 1, 1, {1}, 2));
  EXPECT_FALSE(answer.reject);
  EXPECT_EQ(answer.index, LogIndex(3));
}

TEST_F(FollowerTest, TellsALeaderOfAnOlderTermItsOwn) {
  Answer(Append(5, 0, 0, {5}, 0));
  const Message answer = Answer(Append(4, 0, 0, {4}, 1));
  EXPECT_EQ(answer.term, Term(5));
  EXPECT_EQ(raft_.TermAt(LogIndex(1)), Term(5));
  EXPECT_EQ(raft_.commit_index(), LogIndex());
}

TEST_F(FollowerTest, IgnoresAppendsThatMakeNoSense) {
  Answer(Append(3, 0, 0, {1}, 0));
  Message gap = Append(3, 1, 1, {3, 3}, 0);
  gap.entries[1].index = LogIndex(7);
  Answer(gap);
  Answer(Append(3, 1, 1, {3, 2}, 0));  // terms going back
  Answer(Append(3, 1, 1, {4}, 0));     // of a term to come
  Message garbage = Append(3, 1, 1, {3}, 0);
  garbage.entries[0].kind = EntryKind::kConfiguration;
  Answer(garbage);
  EXPECT_EQ(raft_.last_index(), LogIndex(1));
}

TEST_F(FollowerTest, AnswersOnlyWhatIsDurable) {
  raft_.Step(Append(1, 0, 0, {1, 1}, 2));
  Output output = raft_.TakeOutput();
  EXPECT_TRUE(output.messages.empty());
  EXPECT_EQ(output.messages_after_sync.size(), 1u);
  EXPECT_TRUE(output.committed.empty()) << "committed, but not durable here";
  ASSERT_TRUE(output.persist);
  EXPECT_EQ(output.persist->entries.size(), 2u);
  raft_.Persisted(output.persist->id);
  EXPECT_EQ(raft_.TakeOutput().committed.size(), 2u);
}

TEST_F(FollowerTest, APreviousConfigurationCountsAgainWhenItsSuccessorIsReplaced) {
  Message append = Append(1, 0, 0, {1, 1}, 1);
  append.entries[1].kind = EntryKind::kConfiguration;
  Configuration changed;
  changed.voters = Nodes({1});
  append.entries[1].data = Payload(EncodeConfiguration(changed));
  Answer(append);
  EXPECT_EQ(raft_.status().configuration, changed);
  Answer(Append(2, 1, 1, {2}, 1));
  EXPECT_EQ(raft_.status().configuration.voters, Nodes({1, 2, 3}));
}

TEST(RestartTest, FindsTheNewestConfigurationInItsLog) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.FlushState(1);
  ASSERT_TRUE(cluster.Change(1, {1, 2}).ok());
  cluster.Settle();
  cluster.Crash(1);
  cluster.Restart(1);
  EXPECT_EQ(cluster.raft(1).status().configuration.voters, Nodes({1, 2}));
  EXPECT_EQ(cluster.raft(1).ConfigurationAt(LogIndex(1)).voters, Nodes({1, 2, 3}));
}

TEST(RestartTest, AppliesAgainFromWhereTheStateIs) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Propose(1, "a").ok());
  cluster.Settle();
  cluster.FlushState(2);
  ASSERT_TRUE(cluster.Propose(1, "b").ok());
  cluster.Settle();
  cluster.Crash(2);
  cluster.Restart(2);
  EXPECT_EQ(cluster.raft(2).status().applied_index, LogIndex(2));
  EXPECT_EQ(cluster.state(2).commands, std::vector<std::string>{"a"});
  cluster.Tick(1, 2);
  cluster.Settle();
  EXPECT_EQ(cluster.state(2).commands, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace quorate::raft
