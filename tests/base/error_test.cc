#include "base/error.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

TEST(ErrorTest, CarriesReasonMessageAndEffect) {
  const absl::Status status = MakeError(absl::StatusCode::kUnavailable, "NOT_LEADER",
                                        "n2 leads; ask it", Applied::kUnknown);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "n2 leads; ask it");
  EXPECT_EQ(ReasonOf(status), "NOT_LEADER");
  EXPECT_EQ(AppliedOf(status), Applied::kUnknown);
  EXPECT_EQ(AppliedOf(MakeError(absl::StatusCode::kInternal, "X", "")), Applied::kNo)
      << "what is said outright beats what the code suggests";
}

TEST(ErrorTest, AForeignStatusHasNoReason) {
  EXPECT_EQ(ReasonOf(absl::NotFoundError("gone")), "");
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
}

// A time-out may never be taken for "nothing happened".
TEST(ErrorTest, AForeignStatusTellsTheEffectByItsCode) {
  for (const absl::Status& status : {absl::DeadlineExceededError(""), absl::CancelledError(""),
                                     absl::UnknownError(""), absl::InternalError("")}) {
    EXPECT_EQ(AppliedOf(status), Applied::kUnknown) << status;
  }
  EXPECT_EQ(AppliedOf(absl::InvalidArgumentError("")), Applied::kNo);
  EXPECT_EQ(AppliedOf(absl::OkStatus()), Applied::kYes);
}

TEST(ErrorTest, EffectsHaveNamesAndAnUnknownNameIsUnknown) {
  for (Applied applied : {Applied::kNo, Applied::kYes, Applied::kUnknown}) {
    EXPECT_EQ(AppliedFromName(AppliedName(applied)), applied);
  }
  EXPECT_EQ(AppliedFromName("perhaps"), Applied::kUnknown);
  EXPECT_EQ(AppliedFromName(""), Applied::kUnknown);
}

TEST(ErrorTest, DetailsAndDelayComeBack) {
  absl::Status status = MakeError(absl::StatusCode::kUnavailable, "QUORUM_UNAVAILABLE", "");
  EXPECT_FALSE(RetryAfterOf(status).has_value());
  SetErrorDetail(status, "n2", "connection refused");
  SetErrorDetail(status, "n3", "timed out");
  SetRetryAfter(status, absl::Milliseconds(250));
  const std::map<std::string, std::string> details = {{"n2", "connection refused"},
                                                      {"n3", "timed out"}};
  EXPECT_EQ(ErrorDetailsOf(status), details);
  EXPECT_EQ(RetryAfterOf(status), absl::Milliseconds(250));
  EXPECT_EQ(ReasonOf(status), "QUORUM_UNAVAILABLE");
}

}  // namespace
}  // namespace quorate
