// A random schedule for a leaderless partition: requests, lost, doubled and late
// messages, crashes with any part of what was not synced, partitions, clocks
// that jump. Then everything heals, and all replicas must become the same.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "cluster.h"
#include "moves.h"
#include "oracle.h"

namespace quorate::quorum {

struct ScheduleOptions {
  uint64_t seed = 1;
  uint32_t steps = 1500;
  Bugs bugs = {};
  bool keep_boot = false;
  // A crash may take the disk along; writes and reads are at QUORUM or ALL then.
  bool wipes = false;
  double losses = 0;  // of faults, those that are a disk's in bad company
  // Replicas are started on older copies of their disks, and on the newest again once
  // they have noticed.
  bool old_copies = false;
  bool unnoticed = false;  // a deliberate fault: they stay on them
  uint64_t replicas = 0;   // 0: mostly three
  // They move, to and fro between more nodes; leavers are not waited for for long if
  // that is impatient, and writes and reads are at QUORUM or ALL then.
  bool moves = false;
  bool impatient = false;
  bool freely = false;  // also more and fewer of them, and moves that are given up
  uint64_t keys = 0;    // 0: a few or many
  const ConflictPolicy* policy = nullptr;
  // Instead of puts, deletes and expiries; `id` is the request's, `current` what
  // its coordinator holds.
  std::function<Change(Random& random, uint64_t id, const std::string& key,
                       const std::optional<Record>& current)>
      change;
  // Some of the blind writes are asked for as runs: of any two seeds in one.
  bool runs = true;
  bool trace = false;  // to stderr
};

class Schedule {
 public:
  explicit Schedule(ScheduleOptions options);

  // The whole of it; stops at the first thing that is wrong and returns it.
  // Empty: all went well.
  std::string Run();
  Cluster& cluster() { return *cluster_; }
  // The writes of a key that were answered, and those of which nothing is known.
  const Oracle& oracle() const { return *oracle_; }
  uint64_t wiped() const { return wiped_; }
  uint64_t moved() const { return moves_ ? moves_->done() : 0; }
  // Older copies that were noticed, and those that lacked nothing that others can't tell.
  uint64_t noticed() const { return noticed_; }
  uint64_t caught_up() const { return caught_up_; }
  // How often things happened, by name.
  const std::map<std::string, uint64_t>& counts() const { return oracle_->counts(); }

 private:
  void Step();
  void StepNetwork();
  // Long enough for dots to be covered and tombstones to go.
  void StepCalm();
  void StepClient();
  void StepFault();
  // A disk is lost while its fellows can reach only some of one another.
  void StepLoss();
  void StepClosely(uint32_t steps);
  void StepOldCopy();
  void BringToRest();
  int64_t AnyOffset();
  // Its core is gone, with what it was asked.
  void LoseRequests(uint64_t node);
  std::vector<uint64_t> Replicas() const;
  void BeginOn(uint64_t node, const MapStore& disk);
  std::string JudgeOldCopy(uint64_t node, SeenClock lacks, bool complete);
  void CutSomeLinks();
  void WriteAndForget(uint64_t node, uint64_t other);
  Change AnyChange(uint64_t node, uint64_t id, const std::string& key);
  Level AnyWriteLevel();
  void StartWrite(uint64_t node, uint64_t session);
  void StartRun(uint64_t node);
  void StartRead(uint64_t node, uint64_t session);
  void Crash(uint64_t node, size_t kept);
  void CrashPerhapsForGood(uint64_t node);
  void Wipe(uint64_t node);
  bool MayBeWiped(uint64_t node) const;
  void Listen();
  std::string Wrong();
  std::string Heal();
  uint64_t AnyLiving();
  void Trace(const std::string& what);

  ScheduleOptions options_;
  Random random_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Oracle> oracle_;
  std::unique_ptr<Moves> moves_;
  uint64_t next_id_ = 1;
  uint64_t keys_;
  uint64_t sync_permille_;  // of steps: how fast the disks are
  struct Copy {
    uint64_t node = 0;
    MapStore disk;
  };
  std::optional<Copy> copy_;
  std::string not_noticed_;
  uint64_t noticed_ = 0;
  uint64_t caught_up_ = 0;
  uint64_t wiped_ = 0;
  uint32_t calm_steps_ = 0;
  std::vector<Message> late_;                        // will come at some time, or again
  std::map<uint64_t, std::vector<uint64_t>> asked_;  // requests by node
};

}  // namespace quorate::quorum
