// Clients' requests to a leaderless replica, each as one question or several to
// its core, and the answer put together from what the core says.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "base/rising_map.h"
#include "quorum/core.h"
#include "replica/quorum_catch_up.h"
#include "replica/quorum_values.h"
#include "replica/request.h"

namespace quorate {

class QuorumCalls {
 public:
  // `values` outlives it.
  explicit QuorumCalls(const QuorumValues& values) : values_(values) {}

  // Asks `core`. What no leaderless keyspace of its policy can do is answered at
  // once: INVALID_ARGUMENT. `receipt`: what is the same of all answers.
  void Start(Request request, ReplyFn reply, const Receipt& receipt, quorum::Core& core,
             const quorum::Now& now);
  // Takes what it needs of `reply`.
  void Answer(quorum::Reply& reply, quorum::Core& core, const quorum::Now& now);
  bool busy() const { return !calls_.empty(); }
  // Answers all: reads not done, writes unknown.
  void FailAll(std::string_view reason, std::string_view message);
  // Writes refused as their key had as many siblings, or as large a set or map, as
  // it may have.
  uint64_t values_full() const { return values_full_; }

 private:
  struct Call {
    ReplyFn reply;
    Reply answer;
    absl::InlinedVector<std::string, 1> keys;  // of a lookup; of a write, one
    bool write = false;
    bool operation = false;  // a writer is opened, or an operation resolved
    bool registers = false;
    kv::Condition condition;      // of a write to a register
    size_t missing = 0;           // answers of the core
    quorum::SessionPart session;  // that it came with
    quorum::SessionPart seen;     // that it is to note
    absl::Duration taken;
    std::string context;                // of a write, as its writer gave it
    std::unique_ptr<CatchUp> catch_up;  // null: it can't come to that
  };
  struct Question {
    uint64_t call = 0;
    size_t key = 0;
  };

  void Refuse(uint64_t id, absl::Status status);
  void StartWrite(Request request, uint64_t id, Call& call, quorum::Core& core,
                  const quorum::Now& now);
  void StartLookup(const Request& request, uint64_t id, Call& call, quorum::Core& core,
                   const quorum::Now& now);
  // Writers and what became of their writes: quorum_operations.cc.
  static std::optional<quorum::OperationAsk> OperationOf(const kv::Command& command);
  void StartOperation(const Request& request, uint64_t id, Call& call, quorum::Core& core,
                      const quorum::Now& now);
  void TakeOperation(Call& call, const quorum::Reply& reply);
  void Take(Call& call, size_t key, quorum::Reply& reply, const quorum::Now& now);
  void TakeWrite(Call& call, const quorum::Reply& reply);
  void TakeRead(Call& call, size_t key, quorum::Reply& reply, const quorum::Now& now);
  void TakeReceipt(Call& call, quorum::Receipt& receipt);
  void TakeRegister(Call& call, size_t key, quorum::Reply& reply);
  void Operate(uint64_t id, const Call& call, size_t key, quorum::RegisterOp op,
               absl::Duration deadline, const std::optional<quorum::OperationAsk>& operation,
               quorum::Core& core, const quorum::Now& now);

  const QuorumValues& values_;
  uint64_t next_id_ = 1;
  uint64_t values_full_ = 0;
  RisingMap<Call> calls_;
  // By the core's request id; a write's is that of its call, and not in here.
  std::map<uint64_t, Question> questions_;
};

}  // namespace quorate
