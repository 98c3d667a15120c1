// A random schedule for operations of unknown outcome: clients write, lose the
// answer, ask what became of it, and do it again only when told that it never was;
// meanwhile messages come late or twice, replicas crash with any part of what they
// had not synced, are cut off, lose their disks. In the end each operation must be
// there as often as its client was told.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "cluster.h"

namespace quorate::quorum {

struct OperationScheduleOptions {
  uint64_t seed = 1;
  uint32_t steps = 1200;
  Bugs bugs = {};
  bool counters = true;    // else each operation puts a key of its own, last write wins
  bool registers = false;  // the counters are registers
  bool wipes = false;      // a crash may take the disk along, and writes are at QUORUM
  uint64_t replicas = 0;   // 0: mostly three
};

class OperationSchedule {
 public:
  explicit OperationSchedule(OperationScheduleOptions options);

  // The whole of it; what was wrong first, empty: nothing.
  std::string Run();
  // How often each thing was told.
  const std::map<std::string, uint64_t>& counts() const { return counts_; }

 private:
  struct Operation {
    OperationId id;
    uint64_t node = 0;  // its only coordinator
    std::string key;
    int64_t delta = 0;
    bool over = false;  // its client asks no more
    bool done = false;
    bool never = false;
  };
  struct Client {
    uint64_t writer = 0;
    uint64_t sent = 0;
    std::vector<size_t> operations;  // by sequence, from 1
  };

  void Step();
  void StepClient();
  void StepNetwork();
  void StepFault();
  void StepAmbush();
  void Begin(uint64_t node, bool send);
  void Send(const Operation& operation);
  uint64_t OpenWriter(uint64_t node);
  uint64_t WriterFromAhead();
  void Ask(size_t operation, bool fence);
  void Listen();
  void TakeFate(Operation& operation, const Reply& reply);
  void TakeWrite(Operation& operation, const absl::Status& status);
  void SendToRegister(const Operation& operation, OperationAsk ask);
  int64_t Shown(const Operation& operation);
  uint64_t SettledBelow(const Client& client) const;
  uint64_t AnyLiving();
  std::string Heal();
  void Wrong(const Operation& operation, const std::string& what);

  OperationScheduleOptions options_;
  Random random_;
  std::unique_ptr<Cluster> cluster_;
  std::vector<Client> clients_;
  std::vector<Operation> operations_;
  std::map<uint64_t, size_t> writes_;    // by request
  std::map<uint64_t, size_t> resolves_;  // likewise
  uint64_t next_call_ = 1;
  std::vector<Message> late_;
  std::map<std::string, uint64_t> counts_;
  std::string wrong_;
};

}  // namespace quorate::quorum
