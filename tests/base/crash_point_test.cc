#include "base/crash_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "absl/time/clock.h"

namespace quorate {
namespace {

using ::testing::Contains;
using ::testing::KilledBySignal;

void Pass() { CrashPoint<"test-point">(); }

TEST(CrashPointTest, IsListedBeforeItIsPassed) {
  EXPECT_THAT(CrashPointNames(), Contains("test-point"));
}

TEST(CrashPointTest, DoesNothingWhenNobodyArmedIt) {
  Pass();
  Pass();
}

TEST(CrashPointTest, CannotBeArmedUnderANameThatIsNone) {
  EXPECT_FALSE(ArmCrashPoint({"no-such-point", 1, absl::ZeroDuration()}));
}

TEST(CrashPointDeathTest, KillsTheProcessAtThatPassAndNotBefore) {
  EXPECT_EXIT(
      {
        ArmCrashPoint({"test-point", 3, absl::ZeroDuration()});
        Pass();
        Pass();
        std::fputs("two passes outlived", stderr);
        Pass();
        std::exit(0);
      },
      KilledBySignal(SIGKILL), "two passes outlived");
}

TEST(CrashPointDeathTest, StandsStillOnceWhereThatIsAskedFor) {
  EXPECT_EXIT(
      {
        ArmCrashPoint({"test-point", 1, absl::Milliseconds(30)});
        const absl::Time before = absl::Now();
        Pass();
        const absl::Time after = absl::Now();
        Pass();
        const bool once = absl::Now() - after < absl::Milliseconds(30);
        std::exit(after - before >= absl::Milliseconds(30) && once ? 7 : 1);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(CrashPointDeathTest, CountsPassesAnewFromEachSignalWhereThatIsAskedFor) {
  EXPECT_EXIT(
      {
        ArmCrashPoint({"test-point", 2, absl::Milliseconds(30), SIGUSR1});
        const auto three_passes_take = [] {
          const absl::Time before = absl::Now();
          for (int i = 0; i < 3; ++i) Pass();
          return absl::Now() - before;
        };
        const bool waits = three_passes_take() < absl::Milliseconds(30);
        std::raise(SIGUSR1);
        const bool strikes = three_passes_take() >= absl::Milliseconds(30);
        std::raise(SIGUSR1);
        const bool again = three_passes_take() >= absl::Milliseconds(30);
        std::exit(waits && strikes && again ? 7 : 1);
      },
      ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace quorate
