#include "kv/record.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::kv {
namespace {

TEST(RecordTest, ComesBackAsItWas) {
  for (const std::string& value : {std::string(), std::string("\0x", 2), std::string(3000, 'v')}) {
    const std::string bytes = EncodeStored("key", {~0ull, value, 0});
    const auto stored = DecodeStored("key", bytes);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->version, ~0ull);
    EXPECT_EQ(stored->value, value);
  }
}

TEST(RecordTest, AnExpiryComesBackToo) {
  const std::string bytes = EncodeStored("key", {5, "value", 1'700'000'000'000'000});
  const auto stored = DecodeStored("key", bytes);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->value, "value");
  EXPECT_EQ(stored->expires_at_us, 1'700'000'000'000'000u);
  EXPECT_EQ(PeekExpiry(bytes), 1'700'000'000'000'000u);
  EXPECT_TRUE(stored->ExpiredAt(1'700'000'000'000'000));
  EXPECT_FALSE(stored->ExpiredAt(1'699'999'999'999'999));
  EXPECT_EQ(PeekExpiry(EncodeStored("key", {5, "12345678", 0})), 0u);
}

TEST(RecordTest, EveryFlippedBitIsNoticed) {
  const std::string bytes = EncodeStored("key", {5, "value", 77});
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(DecodeStored("key", damaged).status().code(), absl::StatusCode::kDataLoss) << bit;
  }
}

TEST(RecordTest, EveryCutIsNoticed) {
  const std::string bytes = EncodeStored("key", {5, "value", 0});
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto stored = DecodeStored("key", bytes.substr(0, size));
    EXPECT_EQ(ReasonOf(stored.status()), "RECORD_DAMAGED") << size;
  }
}

TEST(RecordTest, ARecordOfAnotherKeyIsNoticed) {
  const auto stored = DecodeStored("other", EncodeStored("key", {5, "value", 0}));
  EXPECT_EQ(ReasonOf(stored.status()), "RECORD_DAMAGED");
  EXPECT_NE(stored.status().message().find("\"other\""), std::string::npos) << stored.status();
}

TEST(RecordTest, AFormatOfALaterBuildIsNamedAsSuch) {
  std::string bytes = EncodeStored("key", {5, "value", 0});
  bytes[0] = 2;
  EXPECT_EQ(ReasonOf(DecodeStored("key", bytes).status()), "NEWER_FORMAT");
}

}  // namespace
}  // namespace quorate::kv
