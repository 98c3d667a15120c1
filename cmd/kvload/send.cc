#include "send.h"

#include <utility>

#include "base/error.h"
#include "clock.h"
#include "reply.h"
#include "send_reads.h"

namespace quorate::load {
namespace {

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

// Takes the answer to a write of one key.
Callback<WriteReceipt> OnWritten(const Mutation& write, ReplyDone done) {
  return [invoke_us = NowUs(), write,
          done = std::move(done)](absl::StatusOr<WriteReceipt> receipt) mutable {
    Reply reply = ReplyOf(invoke_us, receipt.status(), /*read=*/false);
    if (receipt.ok()) {
      reply.served_by = receipt->served_by;
      reply.told = {ToldOf(*receipt, write)};
    } else {
      TakeRefusal(write, reply);
    }
    std::move(done)(std::move(reply));
  };
}

void SendAdd(Keyspace& keyspace, const Mutation& add, const WriteOptions& options, ReplyDone done) {
  keyspace.Add(
      add.key(), add.delta(), options,
      [invoke_us = NowUs(), add, done = std::move(done)](absl::StatusOr<AddResult> added) mutable {
        Reply reply = ReplyOf(invoke_us, added.status(), /*read=*/false);
        if (added.ok()) {
          reply.served_by = added->receipt.served_by;
          Told told = ToldOf(added->receipt, add);
          told.sum = added->sum;
          reply.told = {std::move(told)};
        }
        std::move(done)(std::move(reply));
      });
}

void SendBatch(Keyspace& keyspace, const Request& request, const WriteOptions& options,
               ReplyDone done) {
  keyspace.Batch(
      request.writes, options,
      [invoke_us = NowUs(), done = std::move(done)](absl::StatusOr<BatchResult> result) mutable {
        Reply reply = ReplyOf(invoke_us, result.status(), /*read=*/false);
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

void SendWrite(Keyspace& keyspace, const Request& request, WriteOptions options, ReplyDone done) {
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

void Send(Keyspace& keyspace, const Job& job, const Place& place,
          const std::optional<Session>& session, const Request& request, ReplyDone done) {
  if (!request.is_read()) {
    const WriteOptions options = {.level = job.write, .deadline = job.timeout, .session = session};
    return SendWrite(keyspace, request, options, std::move(done));
  }
  const ReadOptions options = {.level = job.read.level,
                               .bound = job.read.bound,
                               .session = session,
                               .deadline = job.timeout};
  SendRead(keyspace, place, request, options, std::move(done));
}

}  // namespace quorate::load
