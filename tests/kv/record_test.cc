#include "kv/record.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::kv {
namespace {

TEST(RecordTest, ComesBackAsItWas) {
  for (const std::string& value : {std::string(), std::string("\0x", 2), std::string(3000, 'v')}) {
    const std::string bytes = EncodeStored("key", ~0ull, value);
    const auto stored = DecodeStored("key", bytes);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->version, ~0ull);
    EXPECT_EQ(stored->value, value);
  }
}

TEST(RecordTest, EveryFlippedBitIsNoticed) {
  const std::string bytes = EncodeStored("key", 5, "value");
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(DecodeStored("key", damaged).status().code(), absl::StatusCode::kDataLoss) << bit;
  }
}

TEST(RecordTest, EveryCutIsNoticed) {
  const std::string bytes = EncodeStored("key", 5, "value");
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto stored = DecodeStored("key", bytes.substr(0, size));
    EXPECT_EQ(ReasonOf(stored.status()), "RECORD_DAMAGED") << size;
  }
}

TEST(RecordTest, ARecordOfAnotherKeyIsNoticed) {
  const auto stored = DecodeStored("other", EncodeStored("key", 5, "value"));
  EXPECT_EQ(ReasonOf(stored.status()), "RECORD_DAMAGED");
  EXPECT_NE(stored.status().message().find("\"other\""), std::string::npos) << stored.status();
}

TEST(RecordTest, AFormatOfALaterBuildIsNamedAsSuch) {
  std::string bytes = EncodeStored("key", 5, "value");
  bytes[0] = 2;
  EXPECT_EQ(ReasonOf(DecodeStored("key", bytes).status()), "NEWER_FORMAT");
}

}  // namespace
}  // namespace quorate::kv
