#include "rpc/scattered_batch.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::rpc {
namespace {

Reply Done() { return {}; }
Reply Failed(Applied applied) {
  Reply reply;
  reply.status = MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING", "none", applied);
  return reply;
}
std::vector<Reply> Replies(const std::string& what) {
  std::vector<Reply> replies;
  for (const char one : what) {
    replies.push_back(one == 'd' ? Done() : Failed(one == 'n' ? Applied::kNo : Applied::kUnknown));
  }
  return replies;
}

TEST(ScatteredBatchTest, TellsWhichWereDoneWhichNotAndWhichAreUnknown) {
  const absl::Status status = PartlyDone(Replies("dddnduun"));
  EXPECT_EQ(ReasonOf(status), "BATCH_PARTLY_DONE");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(AppliedOf(status), Applied::kUnknown);
  auto details = ErrorDetailsOf(status);
  EXPECT_EQ(details["done"], "0-2,4");
  EXPECT_EQ(details["not_done"], "3,7");
  EXPECT_EQ(details["unknown"], "5-6");
  EXPECT_NE(status.message().find("REPLICAS_MISSING"), std::string::npos);
}

TEST(ScatteredBatchTest, OfWhichNothingWasDoneFailsAsTheFirst) {
  const absl::Status status = PartlyDone(Replies("nn"));
  EXPECT_EQ(ReasonOf(status), "REPLICAS_MISSING");
  EXPECT_EQ(AppliedOf(status), Applied::kNo);
}

TEST(ScatteredBatchTest, OfWhichAllIsUnknownSaysSo) {
  const absl::Status status = PartlyDone(Replies("nu"));
  EXPECT_EQ(ReasonOf(status), "BATCH_PARTLY_DONE");
  EXPECT_EQ(AppliedOf(status), Applied::kUnknown);
}

TEST(ScatteredBatchTest, WhatItTellsFitsAHeader) {
  std::string what;
  for (int i = 0; i < 2048; ++i) what += "dn";
  size_t bytes = 0;
  for (const auto& [name, value] : ErrorDetailsOf(PartlyDone(Replies(what)))) bytes += value.size();
  EXPECT_LT(bytes, 3000u);
}

}  // namespace
}  // namespace quorate::rpc
