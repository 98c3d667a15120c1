#include "base/status_codec.h"

#include "base/error.h"
#include "gtest/gtest.h"
#include "quorate/v1/status.pb.h"

namespace quorate {
namespace {

TEST(StatusCodecTest, CarriesReasonEffectDetailsAndDelay) {
  absl::Status sent = MakeError(absl::StatusCode::kUnavailable, "QUORUM_UNAVAILABLE",
                                "put needs 2 of 3 replicas", Applied::kUnknown);
  SetErrorDetail(sent, "n2", "connection refused");
  SetRetryAfter(sent, absl::Milliseconds(1500));

  const auto got = DecodeStatusDetails(EncodeStatusDetails(sent));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(*got, sent);
  EXPECT_EQ(ReasonOf(*got), "QUORUM_UNAVAILABLE");
  EXPECT_EQ(AppliedOf(*got), Applied::kUnknown);
  EXPECT_EQ(ErrorDetailsOf(*got).at("n2"), "connection refused");
  EXPECT_EQ(RetryAfterOf(*got), absl::Milliseconds(1500));
}

TEST(StatusCodecTest, NamesDetailsByTheTypeUrlsOfGoogleRpc) {
  v1::rpcstatus::Status wire;
  absl::Status status = MakeError(absl::StatusCode::kNotFound, "KEYSPACE_NOT_FOUND", "no keyspace");
  SetRetryAfter(status, absl::Seconds(1));
  ASSERT_TRUE(wire.ParseFromString(EncodeStatusDetails(status)));
  ASSERT_EQ(wire.details_size(), 2);
  EXPECT_EQ(wire.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(wire.details(1).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
}

TEST(StatusCodecTest, TellsTheEffectEvenOfAStatusWithoutTheMark) {
  const auto got = DecodeStatusDetails(EncodeStatusDetails(absl::DeadlineExceededError("late")));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(AppliedOf(*got), Applied::kUnknown);
}

TEST(StatusCodecTest, TakesAMissingEffectForUnknown) {
  v1::rpcstatus::ErrorInfo info;
  info.set_domain("quorate");
  v1::rpcstatus::Status wire;
  wire.set_code(14);
  wire.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  wire.mutable_details(0)->set_value(info.SerializeAsString());
  const auto got = DecodeStatusDetails(wire.SerializeAsString());
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(AppliedOf(*got), Applied::kUnknown);
}

TEST(StatusCodecTest, RefusesWhatIsNotAnErrorOfOurs) {
  EXPECT_FALSE(DecodeStatusDetails("").has_value());
  EXPECT_FALSE(DecodeStatusDetails("\xff\xff garbage").has_value());
  v1::rpcstatus::Status wire;
  wire.set_code(14);
  EXPECT_FALSE(DecodeStatusDetails(wire.SerializeAsString()).has_value());
  v1::rpcstatus::ErrorInfo info;
  info.set_domain("elsewhere.example");
  wire.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  wire.mutable_details(0)->set_value(info.SerializeAsString());
  EXPECT_FALSE(DecodeStatusDetails(wire.SerializeAsString()).has_value());
}

}  // namespace
}  // namespace quorate
