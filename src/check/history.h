// What clients of a key-value store asked, when, and what they were told: the
// input of every checker. docs/history-format.md has the written form.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace quorate::check {

// The pieces of a batch are recorded as operations of their own, one for a
// key, with the times and the outcome of the batch. A piece of a batch that
// was refused for another piece's condition is kFailed. A read of several keys
// at one moment is recorded likewise.
enum class Action : uint8_t {
  kGet,
  kPut,
  kDelete,
  kAdd,     // to a counter
  kAppend,  // one element to the end of a list
  kSetAdd,  // one element to a set
  kSetRemove,
};

enum class Outcome : uint8_t {
  kDone,     // the reply came; `result` has what it said
  kFailed,   // certainly had no effect and never will
  kUnknown,  // may have taken effect, or still may, at any time after invoke
};

// A write with a condition is a compare-and-set.
struct Condition {
  enum class Kind : uint8_t { kNone, kAbsent, kPresent, kVersion, kValue };
  Kind kind = Kind::kNone;
  uint64_t version = 0;  // kVersion
  std::string value;     // kValue

  friend bool operator==(const Condition&, const Condition&) = default;
};

// What the reply told; whatever is told is checked, so tell all there is.
struct Result {
  // The key had a value: when it was read, or before it was written.
  std::optional<bool> found;
  // The value read; also of a write whose condition did not hold, if told.
  std::optional<std::string> value;
  // Of a write that took effect: its own. Else of the value found. 0: not
  // told. A key's later writes have greater versions than its earlier ones.
  uint64_t version = 0;
  std::optional<int64_t> sum;   // after kAdd
  std::optional<bool> success;  // whether the condition held
  // What was read in place of one value: a list in its order, or a set in any;
  std::optional<std::vector<std::string>> elements;
  // all siblings, in any order.
  std::optional<std::vector<std::string>> values;
  // The receipt's bound: the state read was the newest at most so long before
  // the read ended.
  std::optional<int64_t> stale_us;

  friend bool operator==(const Result&, const Result&) = default;
};

struct Operation {
  uint64_t client = 0;
  uint64_t session = 0;  // 0: in none. Its operations follow one another
  Action action = Action::kGet;
  std::string key;
  std::string value;              // kPut: the new one; the element of kAppend, kSetAdd, kSetRemove
  int64_t delta = 0;              // kAdd
  std::optional<int64_t> ttl_us;  // kPut: gone so long after it took effect
  Condition condition;            // of kPut, kDelete and kAdd
  // kPut and kDelete with the context of a read: the values that it showed
  // (siblings, elements), which are replaced.
  std::vector<std::string> replaced;
  // As asked, in words: "ONE", "BOUNDED(200ms)"; empty: the strongest there is.
  std::string level;
  std::string target;  // the node asked
  std::string node;    // that served it
  uint64_t batch = 0;  // the pieces of one batch, or of one read, share it; 0: alone
  // Microseconds of any one clock. An operation ended before another began
  // only if its return is less than the other's invoke.
  int64_t invoke_us = 0;
  std::optional<int64_t> return_us;  // always there when kDone
  Outcome outcome = Outcome::kUnknown;
  std::string error;  // the reason of what is not kDone: REPLICAS_MISSING
  Result result;      // empty unless kDone

  friend bool operator==(const Operation&, const Operation&) = default;
};

// INVALID_ARGUMENT (BAD_OPERATION) names the field that contradicts another or
// is missing; the checkers take only operations that pass.
absl::Status ValidateOperation(const Operation& operation);

// Has a value to write: a put, append, set_add or set_remove.
bool HasValue(Action action);
// Cannot change a key, whenever it happens: a get, or a write that was refused.
bool IsObserver(const Operation& operation);
// Done and changed the key.
bool IsAcknowledgedWrite(const Operation& operation);

// What one replica held when it was read after the run, all keys of it. Keys
// that are not listed had no value there.
struct ReplicaContents {
  struct Record {
    std::string value;
    uint64_t version = 0;  // 0: not told
    // As in Result, in place of the value.
    std::optional<std::vector<std::string>> elements = std::nullopt;
    std::optional<std::vector<std::string>> values = std::nullopt;
    friend bool operator==(const Record&, const Record&) = default;
  };
  std::string replica;
  std::map<std::string, Record> records;

  friend bool operator==(const ReplicaContents&, const ReplicaContents&) = default;
};

// Where a key is.
struct Placement {
  uint64_t partition = 0;
  std::vector<std::string> replicas;  // their names
  friend bool operator==(const Placement&, const Placement&) = default;
};
using Placements = std::map<std::string, Placement, std::less<>>;  // by key

// What a history is of: one job on one keyspace.
struct JobInfo {
  std::string job;
  std::string workload;   // register, set, counter, append, batch, session, ...
  std::string mode;       // raft or quorum
  std::string policy;     // mode quorum: lww, siblings, counter, set, map, register
  uint64_t replicas = 0;  // of each key; 0: not told

  friend bool operator==(const JobInfo&, const JobInfo&) = default;
};

// Names an operation under way in the history that handed it out.
struct CallId {
  size_t index = 0;
};

// Records a run. Not thread-safe. Breaking a rule of ValidateOperation ends
// the process: a recorder that lies would make every verdict void.
class History {
 public:
  // `operation` with invoke_us set and nothing known of its end. Until it is
  // told otherwise its outcome is kUnknown, so a client may just vanish.
  CallId Invoke(Operation operation);
  // At most one of these for a call.
  void Done(CallId call, int64_t now_us, Result result);
  void Fail(CallId call, int64_t now_us);
  void LoseTrack(CallId call, int64_t now_us);  // time-out, broken connection

  // An operation that is complete already.
  void Append(Operation operation);
  void AppendReplica(ReplicaContents contents);
  // Its replicas may have been read or not. False: it was told before, and otherwise.
  bool Place(std::string key, Placement placement);
  void SetJob(JobInfo job) { job_ = std::move(job); }

  // nullopt: nothing was told; all of it is taken for linearizable.
  const std::optional<JobInfo>& job() const { return job_; }
  // In the order of Invoke and Append.
  const std::vector<Operation>& operations() const { return operations_; }
  const std::vector<ReplicaContents>& replicas() const { return replicas_; }
  // Of each key that was told of; another is at all replicas that were read.
  const Placements& placements() const { return placements_; }

  friend bool operator==(const History&, const History&) = default;

 private:
  Operation& Open(CallId call);

  std::optional<JobInfo> job_;
  std::vector<Operation> operations_;
  std::vector<ReplicaContents> replicas_;
  Placements placements_;
};

}  // namespace quorate::check
