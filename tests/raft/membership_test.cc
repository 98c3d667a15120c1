#include "raft/membership.h"

#include <gtest/gtest.h>

namespace quorate::raft {
namespace {

std::vector<NodeId> N(std::vector<uint64_t> numbers) {
  std::vector<NodeId> nodes;
  for (uint64_t number : numbers) nodes.push_back(NodeId(number));
  return nodes;
}

Configuration Voters(std::vector<uint64_t> voters) { return {N(voters), {}, {}, {}}; }

TEST(MembershipTest, GoesThroughAJointConfiguration) {
  const Configuration from{N({1, 2, 3}), {}, N({4}), {}};
  const Configuration joint = ComputeEntered(from, {N({4, 2, 1}), N({5, 3})});
  EXPECT_EQ(joint, (Configuration{N({1, 2, 4}), N({1, 2, 3}), N({5}), N({3})}));
  EXPECT_TRUE(joint.IsVoter(NodeId(3)));
  EXPECT_EQ(joint.Members(), N({1, 2, 3, 4, 5}));
  EXPECT_EQ(ComputeLeft(joint), (Configuration{N({1, 2, 4}), {}, N({3, 5}), {}}));
}

TEST(MembershipTest, ChangesLearnersInOneStep) {
  const Configuration to = ComputeEntered(Voters({1, 2, 3}), {N({3, 2, 1}), N({4})});
  EXPECT_EQ(to, (Configuration{N({1, 2, 3}), {}, N({4}), {}}));
}

TEST(MembershipTest, RefusesWhatMakesNoGroup) {
  EXPECT_FALSE(ValidateChange({{}, N({1})}).ok());
  EXPECT_FALSE(ValidateChange({N({1, 1}), {}}).ok());
  EXPECT_FALSE(ValidateChange({N({1}), N({1})}).ok());
  EXPECT_FALSE(ValidateChange({N({0}), {}}).ok());
  EXPECT_TRUE(ValidateChange({N({2, 1}), N({3})}).ok());
}

TEST(ConfigurationHistoryTest, RollsBackWithTheLog) {
  ConfigurationHistory history(LogIndex(5), Voters({1}));
  history.Append(LogIndex(7), Voters({1, 2}));
  history.Append(LogIndex(9), Voters({1, 2, 3}));
  EXPECT_EQ(history.At(LogIndex(3)), Voters({1}));
  EXPECT_EQ(history.At(LogIndex(8)), Voters({1, 2}));
  EXPECT_FALSE(history.TruncateFrom(LogIndex(10)));
  EXPECT_TRUE(history.TruncateFrom(LogIndex(9)));
  EXPECT_EQ(history.newest(), Voters({1, 2}));
  EXPECT_TRUE(history.TruncateFrom(LogIndex(6)));
  EXPECT_EQ(history.newest(), Voters({1}));
}

TEST(ConfigurationHistoryTest, KeepsWhatIsInForceWhereTheLogBegins) {
  ConfigurationHistory history(LogIndex(0), Voters({1}));
  history.Append(LogIndex(7), Voters({1, 2}));
  history.Append(LogIndex(9), Voters({1, 2, 3}));
  history.Compact(LogIndex(8));
  EXPECT_EQ(history.At(LogIndex(8)), Voters({1, 2}));
  EXPECT_EQ(history.At(LogIndex(9)), Voters({1, 2, 3}));
}

TEST(ConfigurationHistoryTest, TellsWhoVotesFromAnIndexOn) {
  ConfigurationHistory history(LogIndex(0), Voters({1}));
  history.Append(LogIndex(7), Voters({2}));
  EXPECT_TRUE(history.IsVoterSince(LogIndex(6), NodeId(1)));
  EXPECT_FALSE(history.IsVoterSince(LogIndex(7), NodeId(1)));
  EXPECT_TRUE(history.IsVoterSince(LogIndex(3), NodeId(2)));
}

TEST(ConfigurationCodecTest, SurvivesTheLog) {
  const Configuration configuration{N({1, 200, 70000}), N({1}), N({9}), N({1})};
  const std::string bytes = EncodeConfiguration(configuration);
  EXPECT_EQ(*DecodeConfiguration(bytes), configuration);
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(DecodeConfiguration(bytes.substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(DecodeConfiguration(bytes + "x").ok());
  EXPECT_FALSE(DecodeConfiguration("\x02" + bytes.substr(1)).ok());
}

}  // namespace
}  // namespace quorate::raft
