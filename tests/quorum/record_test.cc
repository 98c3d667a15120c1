#include "quorum/record.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::quorum {
namespace {

Record Some() {
  Record record;
  record.dot = {{NodeId(3), Boot(2)}, 70'000};
  record.time = HlcFromMicros(1'700'000'000'000'000) + 5;
  record.expires_at_us = 1'800'000'000'000'000;
  record.body = "value";
  return record;
}

TEST(RecordTest, ComesBackAsItWas) {
  Record plain = Some();
  plain.expires_at_us = 0;
  Record grave = Some();
  grave.tombstone = true;
  grave.body.clear();
  for (const Record& record : {Some(), plain, grave, Record()}) {
    const auto read = DecodeRecord("key", EncodeRecord("key", record));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, record);
  }
}

TEST(RecordTest, TakesLessThan48BytesBesideItsValue) {
  EXPECT_LE(EncodeRecord("key", Some()).size(), Some().body.size() + 48);
}

TEST(RecordTest, IsRefusedWhenCutChangedOrAnotherKeys) {
  const std::string bytes = EncodeRecord("key", Some());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(DecodeRecord("key", bytes.substr(0, cut)).ok()) << cut;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    EXPECT_FALSE(DecodeRecord("key", changed).ok()) << at;
  }
  EXPECT_EQ(ReasonOf(DecodeRecord("other", bytes).status()), "RECORD_DAMAGED");
}

TEST(RecordTest, OfALaterBuildIsToldAsSuch) {
  std::string bytes = EncodeRecord("key", Some());
  bytes[0] = 2;
  EXPECT_EQ(ReasonOf(DecodeRecord("key", bytes).status()), "NEWER_FORMAT");
}

TEST(RecordTest, IsDeadFromItsExpiryOn) {
  const Record record = Some();
  EXPECT_FALSE(record.Dead(record.expires_at_us - 1));
  EXPECT_TRUE(record.Dead(record.expires_at_us));
}

}  // namespace
}  // namespace quorate::quorum
