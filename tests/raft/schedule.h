// One random run of a group: loss, reordering, duplication, partitions, crashes
// that lose what was not durable, changes of members, snapshots, reads and
// transfers; then everything heals and progress is required.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "cluster.h"

namespace quorate::raft {

struct ScheduleOptions {
  uint64_t seed = 1;
  uint32_t steps = 4000;
  Bugs bugs = {};
};

class Schedule {
 public:
  explicit Schedule(ScheduleOptions options);

  // The disorder. Stops at the first broken invariant.
  void RunFaults();
  // Heals all and demands an elected leader, a committed proposal everywhere,
  // equal states and an answer to every read. Empty: all was met.
  std::string RunHealed();

  const std::vector<std::string>& violations() { return cluster_->invariants().violations(); }
  Cluster& cluster() { return *cluster_; }
  // How often rare things happened, by name.
  const std::map<std::string, uint64_t>& reached() const { return reached_; }

 private:
  void Step();
  void StepNetwork();
  // Long enough for a group to go quiet.
  void StepCalm();
  void StepClient();
  void StepNode(uint64_t dice);
  void StepFault(uint64_t dice);
  void ChangeMembers();
  void CountEvents();
  uint64_t AnyLiving();
  uint64_t AnyLeader();  // or whoever lives, where none leads
  std::string Unmet(const std::string& marker);

  ScheduleOptions options_;
  Random random_;
  std::unique_ptr<Cluster> cluster_;
  uint64_t slow_ = 0;  // a node whose clock hardly runs
  uint32_t calm_steps_ = 0;
  uint64_t next_command_ = 1;
  uint64_t next_read_ = 1;
  std::map<uint64_t, std::vector<uint64_t>> reads_open_;  // by node
  std::map<std::string, uint64_t> reached_;
};

}  // namespace quorate::raft
