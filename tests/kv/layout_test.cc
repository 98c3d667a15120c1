#include "kv/layout.h"

#include <gtest/gtest.h>

namespace quorate::kv {
namespace {

TEST(LayoutTest, APartitionIsOneRangeWithItsOwnRecordFirst) {
  const PartitionId p(258);
  EXPECT_EQ(PartitionBegin(p), std::string("\0\0\0\0\0\0\x01\x02", 8));
  EXPECT_LT(PartitionBegin(p), AppliedKey(p));
  EXPECT_LT(AppliedKey(p), RecordKey(p, ""));
  EXPECT_LT(RecordKey(p, ""), RecordKey(p, std::string(1, '\0')));
  EXPECT_LT(RecordKey(p, std::string(5000, '\xff')), RecordsEnd(p));
  EXPECT_LT(RecordsEnd(p), PartitionEnd(p));
}

TEST(LayoutTest, PartitionsDoNotOverlapAndStandInOrderOfTheirIds) {
  for (uint64_t id :
       {uint64_t{1}, uint64_t{255}, uint64_t{256}, uint64_t{1} << 40, ~uint64_t{0} - 1}) {
    EXPECT_LT(PartitionEnd(PartitionId(id)), PartitionBegin(PartitionId(id + 1))) << id;
  }
}

TEST(LayoutTest, TheUsersKeyComesBack) {
  const std::string key("a\0b", 3);
  EXPECT_EQ(UserKey(RecordKey(PartitionId(9), key)), key);
  EXPECT_EQ(UserKey(RecordKey(PartitionId(9), "")), "");
}

}  // namespace
}  // namespace quorate::kv
