// What the machine itself takes, in small.
#include <gtest/gtest.h>

#include <filesystem>

#include "disk_yardstick.h"
#include "storage/files.h"
#include "tcp_yardstick.h"

namespace quorate::bench {
namespace {

namespace fs = std::filesystem;

constexpr size_t kValueBytes = 256;
constexpr absl::Duration kShort = absl::Milliseconds(20);

class DiskYardstickTest : public ::testing::Test {
 protected:
  DiskYardstickTest() {
    std::string path = (fs::temp_directory_path() / "quorate-XXXXXX").string();
    folder_ = mkdtemp(path.data());
  }
  ~DiskYardstickTest() override { fs::remove_all(folder_); }

  std::string folder_;
};

TEST(TcpYardstickTest, AMessageGoesThereAndBack) {
  const auto tcp = TcpYardstick::Start(kValueBytes);
  ASSERT_TRUE(tcp.ok()) << tcp.status();
  for (int i = 0; i < 2; ++i) {
    const Slice slice = (*tcp)->Run(kShort);
    EXPECT_GT(slice.done, 0u);
    EXPECT_EQ(slice.failed, 0u) << slice.first_error;
    EXPECT_EQ(slice.latency.count(), slice.done);
    EXPECT_GE(slice.elapsed, kShort);
  }
}

TEST_F(DiskYardstickTest, ABlockInPlaceDoesNotMakeTheFileGrow) {
  const auto disk = DiskYardstick::Open(folder_ + "/disk", kValueBytes);
  ASSERT_TRUE(disk.ok()) << disk.status();
  const auto before = fs::file_size(folder_ + "/disk/segment-0");
  const Slice slice = (*disk)->WriteInPlace(kShort);
  EXPECT_GT(slice.done, 0u);
  EXPECT_EQ(slice.failed, 0u) << slice.first_error;
  EXPECT_EQ(fs::file_size(folder_ + "/disk/segment-0"), before);
}

TEST_F(DiskYardstickTest, ThreeWriteAtOnceAndAllCount) {
  const auto disk = DiskYardstick::Open(folder_ + "/disk", kValueBytes);
  ASSERT_TRUE(disk.ok()) << disk.status();
  const Slice slice = (*disk)->WriteThreeInPlace(kShort);
  EXPECT_GE(slice.done, 3u);
  EXPECT_EQ(slice.failed, 0u) << slice.first_error;
  EXPECT_EQ(slice.latency.count(), slice.done);
}

TEST_F(DiskYardstickTest, EachValueThatWasAppendedIsInTheFile) {
  const auto disk = DiskYardstick::Open(folder_ + "/disk", kValueBytes);
  ASSERT_TRUE(disk.ok()) << disk.status();
  for (int i = 0; i < 2; ++i) {
    const Slice slice = (*disk)->Append(kShort);
    EXPECT_GT(slice.done, 0u);
    EXPECT_EQ(slice.failed, 0u) << slice.first_error;
    EXPECT_EQ(fs::file_size(folder_ + "/disk/growing"), slice.done * kValueBytes) << "from anew";
  }
}

}  // namespace
}  // namespace quorate::bench
