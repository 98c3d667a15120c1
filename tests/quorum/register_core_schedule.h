// A random schedule of whole cores that keep registers: lost, doubled and late
// messages, clocks apart, disks that lag, crashes, cuts, anti-entropy between the
// phases of rounds, tombstones dropped. Then everything heals. What clients saw
// comes out as a history.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/history.h"
#include "cluster.h"
#include "moves.h"
#include "register_history.h"

namespace quorate::quorum {

// Chances of a hundred or a thousand, as they say.
struct RegisterCoreProfile {
  uint64_t keys = 2;
  uint64_t clients = 4;
  uint32_t steps = 900;
  uint32_t operations_max = 60;
  uint64_t skew_us_max = 200'000;
  uint64_t reads_percent = 30;
  uint64_t puts_percent = 20;
  uint64_t deletes_percent = 10;
  uint64_t conditions_percent = 20;  // the rest adds
  uint64_t syncs_permille = 180;
  uint64_t faults_permille = 12;
  uint64_t crashes_percent = 35;  // of faults
  uint64_t cuts_percent = 15;     // of faults
  uint64_t repairs_every_ms = 20;
  uint64_t losses_percent = 5;
  uint64_t late_percent = 6;   // kept, to be delivered at any later time
  uint64_t calm_percent = 40;  // of healings, long enough for tombstones to go
};

struct RegisterCoreOptions {
  uint64_t seed = 1;
  RegisterCoreProfile profile;
  RegisterBugs bugs = {};
  bool trace = false;  // to stderr
  // Writes are operations that may be asked for; what is told of those whose answer was
  // lost goes into the history.
  bool operations = false;
  // A minority of the disks is lost at a time, in so many of a hundred faults.
  uint64_t losses_percent = 0;
  Bugs core_bugs = {};
  uint64_t replicas = 0;  // 0: three or five
  bool moves = false;     // of replicas, to and fro between more nodes
  bool freely = false;    // also more and fewer of them, and moves that are given up
};

class RegisterCoreSchedule {
 public:
  explicit RegisterCoreSchedule(RegisterCoreOptions options);

  // The whole of it; the first thing that is wrong, empty: nothing.
  std::string Run();
  // How often things happened, by name.
  const std::map<std::string, uint64_t>& reached() const { return reached_; }
  Cluster& cluster() { return *cluster_; }
  uint64_t moved() const { return moves_ ? moves_->done() : 0; }

 private:
  struct Client {
    uint64_t operation = 0;  // index + 1 of the one under way
    std::string value;       // last seen
    HlcTime version;
  };

  void Step();
  void StepCalm();
  void StepNetwork();
  void StepClient();
  void StepFault();
  // A disk is lost while its fellows can reach only some of one another.
  void StepLoss();
  void StepClosely(uint64_t steps);
  void CutSomeLinks();
  bool MayBeWiped(uint64_t node);
  void Wipe(uint64_t node);
  void Crash(uint64_t node);
  // Its core is gone, with what it was asked.
  void LoseRequests(uint64_t node);
  void BringToRest();
  std::vector<uint64_t> Replicas() const;
  RegisterOp AnyOp(const Client& client);
  void Start(uint64_t node, uint64_t client, const std::string& key, RegisterOp op);
  void Listen();
  void TakeWrite(RegisterEvent& event, const Reply& reply);
  void AskFate(size_t index);
  bool TakeFate(const Reply& reply);
  OperationAsk NextOperation(uint64_t node);
  std::string Heal();
  std::string AtRest();
  std::string Wrong();
  std::string AnyKey() { return "k" + std::to_string(random_.Below(profile().keys)); }
  uint64_t AnyLiving();
  const RegisterCoreProfile& profile() const { return options_.profile; }
  void Trace(const std::string& what);

  RegisterCoreOptions options_;
  Random random_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Moves> moves_;
  std::vector<Client> clients_;  // the first is nobody
  std::vector<RegisterEvent> events_;
  std::map<uint64_t, std::pair<uint64_t, uint64_t>> open_;     // request: node, index
  std::map<size_t, OperationId> unknown_;                      // by index: to be asked for
  std::map<uint64_t, OperationId> asked_;                      // by request, of what is open
  std::map<uint64_t, size_t> questions_;                       // by request
  std::map<uint64_t, std::pair<uint64_t, uint64_t>> writers_;  // by node: writer, last sequence
  std::vector<Message> late_;
  uint32_t calm_steps_ = 0;
  int64_t moment_us_ = 0;  // rises with each thing that clients do or are told
  uint64_t next_value_ = 1;
  std::map<std::string, uint64_t> reached_;
};

}  // namespace quorate::quorum
