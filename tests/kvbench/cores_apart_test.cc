#include "cores_apart.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "absl/synchronization/notification.h"
#include "base/strings.h"
#include "process.h"

namespace quorate::bench {
namespace {

// "0-1": those that the process or thread may use, as the kernel writes them.
std::string CoresOf(pid_t id) {
  std::ifstream in(StrCat("/proc/", id, "/status"));
  constexpr std::string_view kName = "Cpus_allowed_list:\t";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kName)) return line.substr(kName.size());
  }
  return "";
}
std::string CoresOfThisThread() { return CoresOf(gettid()); }

TEST(CoresApartTest, ProcessesAndThisOneShareNoneUntilItGoes) {
  const std::string before = CoresOf(getpid());
  // One core alone they share all the same.
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  const bool several = CPU_COUNT(&all) > 1;
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
    EXPECT_EQ(CoresOf((*other)->pid()) != CoresOf(getpid()), several);
    EXPECT_EQ(CoresOf((*other)->pid()) != before, several);
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
