#include "client/retry_policy.h"

#include <vector>

#include "base/error.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

const BackoffOptions kBackoff{.initial = absl::Milliseconds(10), .max = absl::Milliseconds(100)};

FailedAttempt Failed(absl::StatusCode code, Applied applied, bool write) {
  return {.status = MakeError(code, "REASON", "message", applied),
          .write = write,
          .left = absl::Seconds(1)};
}

RetryDecision Decide(const FailedAttempt& failed) { return DecideRetry(failed, kBackoff, 0); }

TEST(RetryPolicyTest, RetriesAWriteOnlyIfCertainlyNotApplied) {
  EXPECT_TRUE(Decide(Failed(absl::StatusCode::kUnavailable, Applied::kNo, true)).retry);
  EXPECT_FALSE(Decide(Failed(absl::StatusCode::kUnavailable, Applied::kUnknown, true)).retry);
  EXPECT_FALSE(Decide(Failed(absl::StatusCode::kUnavailable, Applied::kYes, true)).retry);
  EXPECT_FALSE(Decide(Failed(absl::StatusCode::kDeadlineExceeded, Applied::kNo, true)).retry);
}

TEST(RetryPolicyTest, NeverRetriesAWriteOfUnknownOutcomeWhateverTheCode) {
  for (int code = 1; code <= 16; ++code) {
    FailedAttempt failed = Failed(static_cast<absl::StatusCode>(code), Applied::kUnknown, true);
    failed.node_failed = true;
    failed.untried_nodes = 2;
    EXPECT_FALSE(Decide(failed).retry) << failed.status;
  }
}

TEST(RetryPolicyTest, RetriesAWriteThatHappensOnceUntilItsOutcomeIsKnown) {
  for (const auto code : {absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded,
                          absl::StatusCode::kInternal, absl::StatusCode::kUnknown}) {
    FailedAttempt failed = Failed(code, Applied::kUnknown, true);
    failed.once = true;
    EXPECT_TRUE(Decide(failed).retry) << failed.status;
  }
  FailedAttempt applied = Failed(absl::StatusCode::kUnavailable, Applied::kYes, true);
  applied.once = true;
  EXPECT_FALSE(Decide(applied).retry) << "it is done, if not as it was asked";
  FailedAttempt broken = Failed(absl::StatusCode::kInternal, Applied::kNo, true);
  broken.once = true;
  EXPECT_FALSE(Decide(broken).retry) << "the server said precisely what it is";
}

TEST(RetryPolicyTest, RetriesReadsThatMayDoBetterElsewhere) {
  for (const auto code : {absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded,
                          absl::StatusCode::kInternal}) {
    EXPECT_TRUE(Decide(Failed(code, Applied::kNo, false)).retry) << code;
  }
}

TEST(RetryPolicyTest, AsksEveryNodeOnceForReplicasThatAreMissing) {
  FailedAttempt failed{.status = MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                                           "n2 can't be reached", Applied::kNo),
                       .left = absl::Seconds(5)};
  failed.untried_nodes = 1;
  EXPECT_TRUE(Decide(failed).retry);
  failed.untried_nodes = 0;
  EXPECT_FALSE(Decide(failed).retry);
}

TEST(RetryPolicyTest, AsksEveryNodeOnceWhereAnErrorNamesWhoIsMissing) {
  FailedAttempt failed{.status = MakeError(absl::StatusCode::kUnavailable, "SESSION_NOT_COVERED",
                                           "and no leader", Applied::kNo),
                       .left = absl::Seconds(5)};
  EXPECT_TRUE(Decide(failed).retry) << "an election may be under way";
  SetErrorDetail(failed.status, "missing", "n1, n3");
  EXPECT_FALSE(Decide(failed).retry);
  failed.untried_nodes = 1;
  EXPECT_TRUE(Decide(failed).retry);
}

TEST(RetryPolicyTest, WaitsALittleForTheOneReplicaThatAWriteAtAllLacks) {
  FailedAttempt failed = Failed(absl::StatusCode::kUnavailable, Applied::kNo, true);
  failed.status = MakeError(absl::StatusCode::kUnavailable, "REPLICA_DOWN", "n3", Applied::kNo);
  SetErrorDetail(failed.status, "missing", "n3");
  EXPECT_TRUE(Decide(failed).retry) << "it may be starting";
  failed.attempt = 5;
  EXPECT_FALSE(Decide(failed).retry);
}

TEST(RetryPolicyTest, LeavesAloneWhatWouldFailAgain) {
  for (const auto code : {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound,
                          absl::StatusCode::kFailedPrecondition, absl::StatusCode::kAlreadyExists,
                          absl::StatusCode::kPermissionDenied, absl::StatusCode::kDataLoss,
                          absl::StatusCode::kResourceExhausted}) {
    EXPECT_FALSE(Decide(Failed(code, Applied::kNo, true)).retry) << code;
    EXPECT_FALSE(Decide(Failed(code, Applied::kNo, false)).retry) << code;
  }
}

TEST(RetryPolicyTest, LeavesAFailedNodeForAnotherAtOnce) {
  FailedAttempt failed = Failed(absl::StatusCode::kUnavailable, Applied::kNo, true);
  failed.node_failed = true;
  failed.untried_nodes = 1;
  EXPECT_EQ(Decide(failed).wait, absl::ZeroDuration());
  failed.untried_nodes = 0;
  EXPECT_EQ(Decide(failed).wait, absl::Milliseconds(10));
}

TEST(RetryPolicyTest, GivesUpAtOnceWhereNobodyHasEverBeenThere) {
  for (const bool write : {false, true}) {
    FailedAttempt failed = Failed(absl::StatusCode::kUnavailable, Applied::kNo, write);
    failed.node_failed = true;
    EXPECT_TRUE(Decide(failed).retry);
    failed.nobody_there = true;
    EXPECT_FALSE(Decide(failed).retry);
  }
}

TEST(RetryPolicyTest, WaitsAsLongAsTheServerSaid) {
  FailedAttempt failed = Failed(absl::StatusCode::kResourceExhausted, Applied::kNo, true);
  SetRetryAfter(failed.status, absl::Milliseconds(700));
  EXPECT_EQ(Decide(failed).wait, absl::Milliseconds(700));
}

TEST(RetryPolicyTest, BacksOffLongerWithEachAttempt) {
  FailedAttempt failed = Failed(absl::StatusCode::kUnavailable, Applied::kNo, true);
  failed.attempt = 2;
  EXPECT_EQ(Decide(failed).wait, absl::Milliseconds(40));
}

TEST(RetryPolicyTest, GivesUpWhenTheWaitWouldOutlastTheDeadline) {
  FailedAttempt failed = Failed(absl::StatusCode::kUnavailable, Applied::kNo, true);
  failed.left = absl::Milliseconds(10);
  EXPECT_FALSE(Decide(failed).retry);
}

}  // namespace
}  // namespace quorate::client
