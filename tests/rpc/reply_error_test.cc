#include "rpc/reply_error.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "rpc/grpc_status.h"

namespace quorate::rpc {
namespace {

Reply ConditionFailed(std::vector<uint64_t> versions) {
  Reply reply;
  reply.status = MakeError(absl::StatusCode::kFailedPrecondition, "CONDITION_FAILED", "no");
  for (uint64_t version : versions) reply.write.results.push_back({version, true, 0});
  reply.receipt.served_by = NodeId(3);
  return reply;
}

TEST(ReplyErrorTest, AFailedConditionTellsTheVersionFound) {
  const auto details = ErrorDetailsOf(ErrorOf(ConditionFailed({17})));
  EXPECT_EQ(details.at("version"), "17");
  EXPECT_EQ(details.at("served_by"), "3");
}

TEST(ReplyErrorTest, AFailedBatchTellsTheVersionOfEachKeyUpToABound) {
  const auto details = ErrorDetailsOf(ErrorOf(ConditionFailed(std::vector<uint64_t>(100, 5))));
  EXPECT_EQ(details.at("version.0"), "5");
  EXPECT_EQ(details.count("version.15"), 1u);
  EXPECT_EQ(details.count("version.16"), 0u);
}

TEST(ReplyErrorTest, ReasonEffectAndDetailsSurviveTheWire) {
  absl::Status sent = ErrorOf(ConditionFailed({17}));
  SetRetryAfter(sent, absl::Milliseconds(20));
  const absl::Status got = FromGrpcStatus(ToGrpcStatus(sent));
  EXPECT_EQ(got.code(), sent.code());
  EXPECT_EQ(ReasonOf(got), "CONDITION_FAILED");
  EXPECT_EQ(AppliedOf(got), Applied::kNo);
  EXPECT_EQ(ErrorDetailsOf(got).at("version"), "17");
  EXPECT_EQ(RetryAfterOf(got), absl::Milliseconds(20));
}

TEST(ReplyErrorTest, WhatIsNotOursHasAnUnknownEffect) {
  EXPECT_EQ(AppliedOf(FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone"))),
            Applied::kUnknown);
}

}  // namespace
}  // namespace quorate::rpc
