#include "sim/oracle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace quorate::sim {
namespace {

class OracleTest : public ::testing::Test {
 protected:
  Op Put(const std::string& key, const std::string& value) {
    Op op;
    op.id = next_id_++;
    op.partition = PartitionId(2);
    kv::Mutation put;
    put.key = key;
    put.value = value;
    op.mutations.push_back(put);
    oracle_.Invoked(op);
    return op;
  }
  Op Get(std::vector<std::string> keys) {
    Op op;
    op.id = next_id_++;
    op.partition = PartitionId(2);
    op.kind = OpKind::kLookup;
    op.keys = std::move(keys);
    oracle_.Invoked(op);
    return op;
  }
  void Done(Op op, uint64_t version) {
    op.outcome = Outcome::kDone;
    op.reply.write.version = version;
    oracle_.Returned(op);
  }
  void Done(Op op, std::vector<std::optional<kv::Record>> found) {
    op.outcome = Outcome::kDone;
    op.reply.found = std::move(found);
    oracle_.Returned(op);
  }
  void End(Op op, Outcome outcome) {
    op.outcome = outcome;
    oracle_.Returned(op);
  }
  bool Complained(const std::string& of) {
    return violations_.size() == 1 && violations_.front().find(of) != std::string::npos;
  }

  uint64_t next_id_ = 1;
  std::vector<std::string> violations_;
  Oracle oracle_{[this](std::string what) { violations_.push_back(std::move(what)); }};
};

TEST_F(OracleTest, AcceptsWhatIsInOrder) {
  Done(Put("r1", "a"), 1);
  const Op other = Put("r1", "b");
  Done(Get({"r1"}), {{{"r1", "a", 1}}});
  Done(other, 2);
  Done(Get({"r1"}), {{{"r1", "b", 2}}});
  EXPECT_TRUE(violations_.empty()) << violations_.front();
}

TEST_F(OracleTest, RefusesAVersionThatDoesNotFollowRealTime) {
  Done(Put("r1", "a"), 5);
  Done(Put("r2", "b"), 4);
  EXPECT_TRUE(Complained("began after version 5"));
}

TEST_F(OracleTest, RefusesTwoWritesOfOneVersion) {
  const Op one = Put("r1", "a");
  const Op two = Put("r2", "b");
  Done(one, 3);
  Done(two, 3);
  EXPECT_TRUE(Complained("which operation #1 has too"));
}

TEST_F(OracleTest, RefusesAStaleRead) {
  Done(Put("r1", "a"), 1);
  Done(Put("r1", "b"), 2);
  Done(Get({"r1"}), {{{"r1", "a", 1}}});
  EXPECT_TRUE(Complained("began after version 2"));
}

TEST_F(OracleTest, LetsAReadAtOneBeStale) {
  Done(Put("r1", "a"), 1);
  Done(Put("r1", "b"), 2);
  Op get = Get({"r1"});
  get.level = Level::kOne;
  Done(std::move(get), {{{"r1", "a", 1}}});
  EXPECT_TRUE(violations_.empty());
}

TEST_F(OracleTest, RefusesAValueFromNowhere) {
  Done(Get({"r1"}), {{{"r1", "never written", 1}}});
  EXPECT_TRUE(Complained("nobody wrote"));
}

TEST_F(OracleTest, RefusesTheValueOfAWriteThatWasToldFailed) {
  const Op put = Put("r1", "a");
  End(put, Outcome::kFailed);
  Done(Get({"r1"}), {{{"r1", "a", 1}}});
  EXPECT_TRUE(Complained("told failed"));
}

TEST_F(OracleTest, RefusesAFailureOfWhatWasAlreadyRead) {
  const Op put = Put("r1", "a");
  Done(Get({"r1"}), {{{"r1", "a", 1}}});
  End(put, Outcome::kFailed);
  EXPECT_TRUE(Complained("was read"));
}

TEST_F(OracleTest, AcceptsTheValueOfAWriteWhoseOutcomeIsUnknown) {
  End(Put("r1", "a"), Outcome::kUnknown);
  Done(Get({"r1"}), {{{"r1", "a", 1}}});
  EXPECT_TRUE(violations_.empty());
}

TEST_F(OracleTest, RefusesHalfABatch) {
  Op batch = Put("{t}a", "x");
  batch.mutations.push_back(batch.mutations.front());
  batch.mutations.back().key = "{t}b";
  oracle_.Invoked(batch);
  Done(Get({"{t}a", "{t}b"}), {{{"{t}a", "x", 1}}, std::nullopt});
  EXPECT_TRUE(Complained("half of a batch"));
}

}  // namespace
}  // namespace quorate::sim
