// Random schedules of registers in which a minority of the disks is lost at a time: what
// clients saw is linearizable, each lost disk is filled again, and replicas become alike.
// QUORATE_REGISTER_SEED=n runs one, with its story, QUORATE_REGISTER_SEEDS=n up to n of
// each kind.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "base/strings.h"
#include "register_core_schedule.h"

namespace quorate::quorum {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Few operations at a time, so that a round lasts while a disk is lost and filled.
RegisterCoreProfile Filling() {
  RegisterCoreProfile profile;
  profile.keys = 2;
  profile.faults_permille = 20;
  profile.skew_us_max = 30'000;
  profile.operations_max = 80;
  profile.deletes_percent = 5;
  return profile;
}

// One key, and nobody's anti-entropy is in a hurry.
RegisterCoreProfile Contended() {
  RegisterCoreProfile profile = Filling();
  profile.keys = 1;
  profile.clients = 6;
  profile.repairs_every_ms = 100;
  profile.losses_percent = 15;
  profile.deletes_percent = 0;
  return profile;
}

// Tombstones go, and floors rise.
RegisterCoreProfile Deleting() {
  RegisterCoreProfile profile = Filling();
  profile.deletes_percent = 35;
  profile.reads_percent = 15;
  profile.late_percent = 15;
  profile.calm_percent = 90;
  return profile;
}

const RegisterCoreProfile kProfiles[] = {Filling(), Contended(), Deleting()};

RegisterCoreOptions OptionsOf(const RegisterCoreProfile& profile, uint64_t seed) {
  RegisterCoreOptions options{.seed = seed, .profile = profile};
  options.losses_percent = 40;
  options.operations = seed % 4 == 0;
  options.replicas = FromEnvironment("QUORATE_QUORUM_REPLICAS", seed % 3 == 0 ? 5 : 3);
  return options;
}

TEST(RegisterLostDiskPropertyTest, IsLinearizableAndEachDiskIsFilledAgain) {
  const uint64_t only = FromEnvironment("QUORATE_REGISTER_SEED", 0);
  const uint64_t first = only != 0 ? only : FromEnvironment("QUORATE_REGISTER_FROM", 1);
  const uint64_t last = only != 0 ? only : FromEnvironment("QUORATE_REGISTER_SEEDS", 60);
  const uint64_t kind_only = FromEnvironment("QUORATE_REGISTER_KIND", 0);
  std::map<std::string, uint64_t> reached;
  uint64_t kind = 0;
  for (const RegisterCoreProfile& profile : kProfiles) {
    if (++kind != kind_only && kind_only != 0) continue;
    for (uint64_t seed = first; seed <= last; ++seed) {
      RegisterCoreOptions options = OptionsOf(profile, seed);
      options.trace = only != 0;
      RegisterCoreSchedule schedule(options);
      ASSERT_EQ(schedule.Run(), "") << "seed " << seed << " of kind " << kind;
      ASSERT_FALSE(HasFailure()) << "seed " << seed << " of kind " << kind;
      for (const auto& [what, count] : schedule.reached()) reached[what] += count;
    }
  }
  for (const auto& [what, count] : reached) RecordProperty(what, std::to_string(count));
  if (only != 0) return;
  EXPECT_GT(reached["disk lost"], last - first);
  EXPECT_GT(reached["done"], 10 * (last - first));
}

// Whether a fault shows in so many runs. QUORATE_REGISTER_COUNT=n counts in how many of n.
bool Shows(bool RegisterBugs::*bug, bool Bugs::*core_bug, const RegisterCoreProfile& profile,
           uint64_t runs_max, uint64_t replicas = 0) {
  const uint64_t counted = FromEnvironment("QUORATE_REGISTER_COUNT", 0);
  uint64_t wrong = 0;
  for (uint64_t seed = 1; seed <= std::max(runs_max, counted); ++seed) {
    RegisterCoreOptions options = OptionsOf(profile, seed);
    if (replicas != 0) options.replicas = replicas;
    if (bug != nullptr) options.bugs.*bug = true;
    if (core_bug != nullptr) options.core_bugs.*core_bug = true;
    const std::string what = RegisterCoreSchedule(options).Run();
    if (what.empty() || what.rfind("linearizability: undecided", 0) == 0) continue;
    if (++wrong == 1) {
      std::cout << "seed " << seed << ": " << what.substr(0, what.find('\n')) << "\n";
    }
    if (counted == 0) return true;
  }
  if (counted != 0) std::cout << wrong << " of " << counted << "\n";
  return wrong != 0;
}

// The rarer ones stand in register_lost_disk_test.cc.

TEST(RegisterLostDiskFaultTest, CatchesAnAcceptorWithAnEmptyDisk) {
  EXPECT_TRUE(Shows(&RegisterBugs::accept_unfilled, nullptr, Contended(), 300));
}
TEST(RegisterLostDiskFaultTest, CatchesADiskFilledByOneOther) {
  EXPECT_TRUE(Shows(nullptr, &Bugs::fill_from_one, Contended(), 2000));
}
}  // namespace
}  // namespace quorate::quorum
