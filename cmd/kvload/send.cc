#include "send.h"

#include <charconv>
#include <map>
#include <utility>

#include "base/error.h"
#include "clock.h"

namespace quorate::load {
namespace {

using Done = absl::AnyInvocable<void(Reply) &&>;

// A read that failed had no effect. A write that is done, if not at its level, may
// count as one whose outcome is not known: that claims less.
check::Outcome OutcomeOf(const absl::Status& status, bool read) {
  if (status.ok()) return check::Outcome::kDone;
  if (read || AppliedOf(status) == Applied::kNo) return check::Outcome::kFailed;
  return check::Outcome::kUnknown;
}

uint64_t DetailOf(const absl::Status& status, const std::string& name) {
  const auto details = ErrorDetailsOf(status);
  const auto found = details.find(name);
  uint64_t number = 0;
  if (found != details.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  }
  return number;
}

Reply ReplyOf(int64_t invoke_us, const absl::Status& status, bool read) {
  Reply reply;
  reply.invoke_us = invoke_us;
  reply.return_us = NowUs();
  reply.outcome = OutcomeOf(status, read);
  reply.status = status;
  if (!status.ok()) reply.served_by = NodeId(DetailOf(status, "served_by"));
  return reply;
}

void Take(const ReadReceipt& receipt, Reply& reply) {
  reply.served_by = receipt.served_by;
  if (!receipt.staleness) return;
  reply.staleness = std::max(receipt.staleness, reply.staleness);
}

// Of one key that was written. A plain put is not told what it replaced, and where there
// is no one order, what "before" was means little.
Told ToldOf(const WriteReceipt& receipt, const Mutation& write) {
  Told told;
  told.version = receipt.version;
  told.context = receipt.context;
  const bool conditional = write.condition().kind() != Condition::Kind::kNone;
  if (conditional) told.success = true;
  const bool in_order = (receipt.mode == Mode::kRaft && receipt.achieved != Level::kOne) ||
                        receipt.achieved == Level::kLinearizable;
  const bool plain_put = write.action() == Mutation::Action::kPut && !conditional;
  if (in_order && !plain_put) told.found = receipt.existed;
  return told;
}

// A condition that did not hold is an answer.
bool TakeRefusal(const Mutation& write, Reply& reply) {
  const bool conditional = write.condition().kind() != Condition::Kind::kNone;
  if (!conditional || ReasonOf(reply.status) != "CONDITION_FAILED") return false;
  if (AppliedOf(reply.status) != Applied::kNo) return false;
  Told told;
  told.success = false;
  told.version = DetailOf(reply.status, "version");
  told.found = told.version != 0;
  reply.outcome = check::Outcome::kDone;
  reply.told = {told};
  return true;
}

void SendGet(Keyspace& keyspace, const Request& request, const ReadOptions& options, Done done) {
  const int64_t invoke_us = NowUs();
  keyspace.Get(request.reads.front(), options,
               [invoke_us, done = std::move(done)](absl::StatusOr<GetResult> got) mutable {
                 Reply reply = ReplyOf(invoke_us, got.status(), true);
                 if (got.ok()) {
                   Take(got->receipt, reply);
                   Told told;
                   told.found = got->found();
                   told.value = got->value.value_or("");
                   told.version = got->found() ? got->version : 0;
                   told.merged = std::move(got->merged);
                   reply.told = {std::move(told)};
                 }
                 std::move(done)(std::move(reply));
               });
}

void SendMultiGet(Keyspace& keyspace, const Request& request, const ReadOptions& options,
                  Done done) {
  const int64_t invoke_us = NowUs();
  keyspace.MultiGet(request.reads, options,
                    [invoke_us, keys = request.reads,
                     done = std::move(done)](absl::StatusOr<MultiGetResult> got) mutable {
                      Reply reply = ReplyOf(invoke_us, got.status(), true);
                      if (got.ok()) {
                        for (const ReadReceipt& receipt : got->receipts) Take(receipt, reply);
                        std::map<std::string, Record*> found;
                        for (Record& record : got->records) found[record.key] = &record;
                        for (const std::string& key : keys) {
                          Told told;
                          told.found = found.contains(key);
                          if (*told.found) told.value = found[key]->value;
                          if (*told.found) told.version = found[key]->version;
                          reply.told.push_back(std::move(told));
                        }
                      }
                      std::move(done)(std::move(reply));
                    });
}

// Takes the answer to a write of one key.
Callback<WriteReceipt> OnWritten(const Mutation& write, Done done) {
  return [invoke_us = NowUs(), write,
          done = std::move(done)](absl::StatusOr<WriteReceipt> receipt) mutable {
    Reply reply = ReplyOf(invoke_us, receipt.status(), false);
    if (receipt.ok()) {
      reply.served_by = receipt->served_by;
      reply.told = {ToldOf(*receipt, write)};
    } else {
      TakeRefusal(write, reply);
    }
    std::move(done)(std::move(reply));
  };
}

void SendAdd(Keyspace& keyspace, const Mutation& add, const WriteOptions& options, Done done) {
  keyspace.Add(
      add.key(), add.delta(), options,
      [invoke_us = NowUs(), add, done = std::move(done)](absl::StatusOr<AddResult> added) mutable {
        Reply reply = ReplyOf(invoke_us, added.status(), false);
        if (added.ok()) {
          reply.served_by = added->receipt.served_by;
          Told told = ToldOf(added->receipt, add);
          told.sum = added->sum;
          reply.told = {std::move(told)};
        }
        std::move(done)(std::move(reply));
      });
}

void SendBatch(Keyspace& keyspace, const Request& request, const WriteOptions& options, Done done) {
  keyspace.Batch(
      request.writes, options,
      [invoke_us = NowUs(), done = std::move(done)](absl::StatusOr<BatchResult> result) mutable {
        Reply reply = ReplyOf(invoke_us, result.status(), false);
        if (result.ok()) {
          reply.served_by = result->receipt.served_by;
          for (const BatchResult::Item& item : result->items) {
            Told told;
            told.version = item.version;
            reply.told.push_back(std::move(told));
          }
        }
        std::move(done)(std::move(reply));
      });
}

void SendWrite(Keyspace& keyspace, const Request& request, WriteOptions options, Done done) {
  if (request.writes.size() > 1) return SendBatch(keyspace, request, options, std::move(done));
  const Mutation& write = request.writes.front();
  options.ttl = write.ttl();
  options.context = write.context();
  const bool conditional = write.condition().kind() != Condition::Kind::kNone;
  switch (write.action()) {
    case Mutation::Action::kPut:
      if (conditional) {
        return keyspace.CompareAndSet(write.key(), write.condition(), write.value(), options,
                                      OnWritten(write, std::move(done)));
      }
      return keyspace.Put(write.key(), write.value(), options, OnWritten(write, std::move(done)));
    case Mutation::Action::kDelete:
      if (conditional) {
        return keyspace.CompareAndDelete(write.key(), write.condition(), options,
                                         OnWritten(write, std::move(done)));
      }
      return keyspace.Delete(write.key(), options, OnWritten(write, std::move(done)));
    case Mutation::Action::kAdd:
      return SendAdd(keyspace, write, options, std::move(done));
    default:
      return keyspace.Mutate(write, options, OnWritten(write, std::move(done)));
  }
}

}  // namespace

void Send(Keyspace& keyspace, const Job& job, const std::optional<Session>& session,
          const Request& request, Done done) {
  if (!request.is_read()) {
    const WriteOptions options = {.level = job.write, .deadline = job.timeout, .session = session};
    return SendWrite(keyspace, request, options, std::move(done));
  }
  const ReadOptions options = {.level = job.read.level,
                               .bound = job.read.bound,
                               .session = session,
                               .deadline = job.timeout};
  if (request.reads.size() > 1) return SendMultiGet(keyspace, request, options, std::move(done));
  SendGet(keyspace, request, options, std::move(done));
}

}  // namespace quorate::load
