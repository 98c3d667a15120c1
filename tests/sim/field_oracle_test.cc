#include "sim/field_oracle.h"

#include <gmock/gmock.h>

namespace quorate::sim {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kLater = 1000;

class FieldOracleTest : public ::testing::Test {
 protected:
  void Put(const std::string& value, uint64_t version) {
    oracle_.PutInvoked("m.v", value, ++step_);
    oracle_.PutDone("m.v", value, version, /*certain=*/true, ++step_);
  }
  // By a context that is of now.
  uint64_t BeginRemoval(const std::string& shown) {
    oracle_.RemovalInvoked(++removals_, "m.v", shown, ++step_);
    return removals_;
  }
  void EndRemoval(uint64_t id, bool certain) { oracle_.RemovalDone(id, "m.v", certain, ++step_); }
  std::string Judge(const std::string& value, uint64_t began = kLater) {
    return oracle_.WhatIsWrong("m.v", value, began);
  }

  FieldOracle oracle_;
  uint64_t step_ = 0;
  uint64_t removals_ = 0;
};

TEST_F(FieldOracleTest, ShowsTheLatestOrALaterOneOrOneOfUnknownTime) {
  Put("old", 3);
  Put("new", 5);
  oracle_.PutInvoked("m.v", "open", ++step_);
  EXPECT_EQ(Judge("new"), "");
  EXPECT_EQ(Judge("open"), "");
  EXPECT_THAT(Judge("old"), HasSubstr("older than new"));
  EXPECT_THAT(Judge(""), HasSubstr("has lost"));
  EXPECT_THAT(Judge("other"), HasSubstr("never put"));
  EXPECT_EQ(Judge("old", /*began=*/0), "") << "a read that may miss all";
}

TEST_F(FieldOracleTest, ARemovalTakesWhatItsContextMayHaveSeenAndNothingLater) {
  Put("seen", 3);
  const uint64_t removal = BeginRemoval("seen");
  Put("unseen", 5);
  EXPECT_EQ(Judge("unseen"), "");
  EXPECT_THAT(Judge(""), HasSubstr("lost unseen"));
  EXPECT_THAT(Judge("seen"), HasSubstr("older than unseen"));
  EndRemoval(removal, /*certain=*/false);
  EXPECT_THAT(Judge("seen"), HasSubstr("older than unseen"));
}

TEST_F(FieldOracleTest, WhatWasRemovedDoesNotComeBack) {
  Put("x", 3);
  const uint64_t removal = BeginRemoval("x");
  EXPECT_EQ(Judge("x"), "");
  EXPECT_EQ(Judge(""), "");
  EndRemoval(removal, /*certain=*/false);
  EXPECT_EQ(Judge("x"), "") << "a read may miss it";
  EXPECT_THAT(oracle_.WhatIsWrongAtTheEnd("m.v", "x"), HasSubstr("was removed"));
  EndRemoval(removal, /*certain=*/true);
  EXPECT_THAT(Judge("x"), HasSubstr("was removed"));
}

TEST_F(FieldOracleTest, WhatFailedIsNeitherShownNorRemovedBy) {
  oracle_.PutInvoked("m.v", "never", ++step_);
  EXPECT_TRUE(oracle_.PutFailed("m.v", "never"));
  EXPECT_THAT(Judge("never"), HasSubstr("never put"));
  Put("x", 3);
  oracle_.RemovalFailed(BeginRemoval("x"), "m.v");
  EXPECT_THAT(Judge(""), HasSubstr("lost x"));
}

TEST_F(FieldOracleTest, WhatACertainReadShowedIsCertain) {
  oracle_.PutInvoked("m.v", "x", ++step_);
  oracle_.Read("m.v", "x", /*certain=*/false, ++step_);
  EXPECT_EQ(Judge(""), "");
  oracle_.Read("m.v", "x", /*certain=*/true, ++step_);
  EXPECT_THAT(Judge(""), HasSubstr("lost x"));
  EXPECT_FALSE(oracle_.PutFailed("m.v", "x")) << "it was read before";
}

}  // namespace
}  // namespace quorate::sim
