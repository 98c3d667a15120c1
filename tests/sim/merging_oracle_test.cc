#include "sim/merging_oracle.h"

#include <gmock/gmock.h>

namespace quorate::sim {
namespace {

using Kind = MergingOp::Kind;
using ::testing::HasSubstr;

class MergingOracleTest : public ::testing::Test {
 protected:
  MergingOp Begin(Kind kind, Level level, std::string element = "", int64_t delta = 0) {
    MergingOp op;
    op.id = ++last_;
    op.key = kind == Kind::kCount ? "c" : "s";
    op.kind = kind;
    op.level = level;
    op.element = std::move(element);
    op.delta = delta;
    oracle_.Invoked(op);
    return op;
  }
  void Do(Kind kind, Level level, std::string element = "", int64_t delta = 0) {
    oracle_.Done(Begin(kind, level, std::move(element), delta));
  }
  MergingOp BeginCounterRead(Level level) {
    MergingOp op;
    op.id = ++last_;
    op.key = "c";
    op.level = level;
    oracle_.Invoked(op);
    return op;
  }

  std::string violation_;
  MergingOracle oracle_{[this](std::string what) { violation_ = std::move(what); }};
  uint64_t last_ = 0;
};

TEST_F(MergingOracleTest, ACounterIsNeitherLessThanIsCertainNorMoreThanIsPossible) {
  Do(Kind::kCount, Level::kQuorum, "", 5);
  const MergingOp open = Begin(Kind::kCount, Level::kQuorum, "", 2);
  oracle_.ReadCounter(BeginCounterRead(Level::kQuorum), 7);
  oracle_.ReadCounter(BeginCounterRead(Level::kOne), 0);
  EXPECT_EQ(violation_, "");
  oracle_.ReadCounter(BeginCounterRead(Level::kQuorum), 5);
  EXPECT_THAT(violation_, HasSubstr("7 was certain")) << "such a read saw it before";
  violation_.clear();
  oracle_.ReadCounter(BeginCounterRead(Level::kOne), 8);
  EXPECT_THAT(violation_, HasSubstr("at most 7"));
  oracle_.Failed(open);
  EXPECT_EQ(oracle_.WhatIsWrongWithCounter("c", 5), "");
  EXPECT_NE(oracle_.WhatIsWrongWithCounter("c", 4), "");
  EXPECT_NE(oracle_.WhatIsWrongWithCounter("c", 6), "");
}

TEST_F(MergingOracleTest, AnElementIsThereFromItsAdditionToItsRemoval) {
  const auto read = [this](const std::vector<std::string>& elements) {
    violation_.clear();
    oracle_.ReadSet(Begin(Kind::kRead, Level::kQuorum), elements);
    return violation_;
  };
  EXPECT_THAT(read({"e1"}), HasSubstr("never added"));
  Do(Kind::kAdd, Level::kQuorum, "e1");
  EXPECT_EQ(read({"e1"}), "");
  EXPECT_THAT(read({}), HasSubstr("misses element e1"));
  const MergingOp removal = Begin(Kind::kRemove, Level::kQuorum, "e1");
  EXPECT_EQ(read({}), "") << "may be done already";
  EXPECT_EQ(read({"e1"}), "") << "or not yet";
  oracle_.Done(removal);
  EXPECT_THAT(read({"e1"}), HasSubstr("removed before it began"));
}

TEST_F(MergingOracleTest, AtTheEndWhatWasAcknowledgedAtAnyLevelIsSo) {
  Do(Kind::kAdd, Level::kOne, "kept");
  Do(Kind::kAdd, Level::kOne, "gone");
  Do(Kind::kRemove, Level::kOne, "gone");
  oracle_.Failed(Begin(Kind::kAdd, Level::kQuorum, "never"));
  EXPECT_EQ(oracle_.WhatIsWrongWithSet("s", {"kept"}), "");
  EXPECT_THAT(oracle_.WhatIsWrongWithSet("s", {}), HasSubstr("has lost kept"));
  EXPECT_THAT(oracle_.WhatIsWrongWithSet("s", {"gone", "kept"}), HasSubstr("has gone"));
  EXPECT_THAT(oracle_.WhatIsWrongWithSet("s", {"kept", "never"}), HasSubstr("never added"));
}

}  // namespace
}  // namespace quorate::sim
