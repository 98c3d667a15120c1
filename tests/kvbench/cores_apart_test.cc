#include "cores_apart.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "absl/synchronization/notification.h"
#include "process.h"

namespace quorate::bench {
namespace {

std::string CoresOfThisThread() { return CoresOf(gettid()); }

TEST(CoresApartTest, ProcessesAndThisOneShareNoneUntilItGoes) {
  const std::string before = CoresOf(getpid());
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "there is one core alone";
  auto other = Process::Start({"/usr/bin/sleep", "60"}, "/dev/null");
  ASSERT_TRUE(other.ok()) << other.status();
  absl::Notification end;
  absl::Notification look;
  std::string seen;
  std::thread there_already([&] {
    look.WaitForNotification();
    seen = CoresOfThisThread();
    end.Notify();
  });
  {
    const CoresApart apart({(*other)->pid()});
    EXPECT_NE(CoresOf((*other)->pid()), CoresOf(getpid()));
    EXPECT_NE(CoresOf((*other)->pid()), before);
    look.Notify();
    end.WaitForNotification();
    EXPECT_EQ(seen, CoresOf(getpid()));
    std::thread([&] { EXPECT_EQ(CoresOfThisThread(), seen); }).join();
  }
  EXPECT_EQ(CoresOf(getpid()), before);
  there_already.join();
}

}  // namespace
}  // namespace quorate::bench
