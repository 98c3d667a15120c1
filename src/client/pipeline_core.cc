#include "client/pipeline_core.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/env.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/strings.h"
#include "client/convert.h"
#include "client/once.h"
#include "client/refresh.h"
#include "client/retry_policy.h"
#include "client/session_state.h"

namespace quorate::client {
namespace {

// Room that callbacks free is given back in portions, so that a waiting
// producer isn't woken for each.
constexpr size_t kReleasePortionMax = 32;

absl::Status ErrorOf(const v1::StreamError& error, bool write) {
  absl::Status status =
      MakeError(static_cast<absl::StatusCode>(error.code()), error.reason(), error.message(),
                write ? AppliedFromName(error.applied()) : Applied::kNo);
  if (error.retry_after_us() != 0) {
    SetRetryAfter(status, absl::Microseconds(error.retry_after_us()));
  }
  return status;
}

bool MayBeServedAnywhere(v1::Level read) {
  return read == v1::LEVEL_ONE || read == v1::LEVEL_SESSION || read == v1::LEVEL_BOUNDED;
}

std::string_view KeyOf(const v1::StreamOp& op) {
  return op.has_batch() ? op.batch().mutations(0).key() : op.mutation().key();
}

}  // namespace

PipelineCore::PipelineCore(Core& core, std::string keyspace, const PipelineOptions& options)
    : core_(core),
      keyspace_(std::move(keyspace)),
      options_(options),
      deadline_(core.DeadlineOf(options.deadline)) {}

void PipelineCore::Submit(v1::StreamOp wire, std::string_view key, bool write,
                          PipelineOp::Done done) {
  Acquire();
  core_.OnCall();
  auto op = std::make_unique<PipelineOp>();
  op->wire = std::move(wire);
  op->wire.set_id(next_id_.fetch_add(1, std::memory_order_relaxed));
  op->key_hash = KeyHash(key);
  op->write = write;
  op->deadline = SystemEnv().Monotonic() + deadline_;
  op->done = std::move(done);
  if (!write || key.empty()) return Dispatch(std::move(op));
  Identify(std::move(op));
}

void PipelineCore::Identify(PipelineOpPtr op) {
  const Router::Place place = core_.router().PlaceOf(keyspace_, op->key_hash);
  if (!WantsIdentity(place, options_.level, options_.exactly_once)) return Dispatch(std::move(op));
  std::string key(KeyOf(op->wire));
  const absl::Duration left = op->deadline - SystemEnv().Monotonic();
  core_.writers().Take(
      core_, keyspace_, place.arc, std::move(key), std::max(left, absl::Milliseconds(1)),
      [self = shared_from_this(), op = std::move(op)](absl::StatusOr<Ticket> ticket) mutable {
        if (!ticket.ok()) {
          std::vector<Answer> answers;
          answers.push_back({std::move(op), ticket.status()});
          return self->Deliver(nullptr, std::move(answers));
        }
        op->ticket = *std::move(ticket);
        *op->wire.mutable_identity() = op->ticket.identity;
        self->Dispatch(std::move(op));
      });
}

void PipelineCore::Acquire() {
  absl::MutexLock lock(&mutex_);
  const auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return in_flight_ < std::max<size_t>(1, options_.max_in_flight);
  };
  if (!Executor::OnExecutorThread()) mutex_.Await(absl::Condition(&room));
  ++in_flight_;
}

void PipelineCore::Release(size_t count) {
  absl::MutexLock lock(&mutex_);
  in_flight_ -= count;
}

size_t PipelineCore::in_flight() const {
  absl::MutexLock lock(&mutex_);
  return in_flight_;
}

void PipelineCore::Drain() {
  QUORATE_CHECK(!Executor::OnExecutorThread(), "a callback cannot wait for itself");
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return in_flight_ == 0; };
  mutex_.Await(absl::Condition(&idle));
}

void PipelineCore::Close() {
  absl::MutexLock lock(&mutex_);
  for (auto& [link, lane] : lanes_) lane->Close();
  lanes_.clear();
}

std::shared_ptr<StreamLane> PipelineCore::LaneTo(const std::shared_ptr<NodeLink>& link,
                                                 const StreamLane* ended) {
  absl::MutexLock lock(&mutex_);
  auto& lane = lanes_[link.get()];
  if (lane == nullptr || lane.get() == ended) {
    lane = std::make_shared<StreamLane>(
        core_, shared_from_this(), link,
        StreamLane::Settings{keyspace_, ToWire(options_.level), deadline_, options_.session,
                             options_.timings});
    lane->Open();
  }
  return lane;
}

Level PipelineCore::LevelOf(const PipelineOp& op) const {
  const bool by_session = !op.write && options_.session && options_.level == Level::kDefault;
  return by_session ? Level::kSession : options_.level;
}

void PipelineCore::Dispatch(PipelineOpPtr op) {
  const Choice choice = core_.router().Choose(
      {.keyspace = keyspace_, .key_hash = op->key_hash, .level = LevelOf(*op), .write = op->write},
      op->tried);
  op->untried = choice.untried;
  op->tried.push_back(choice.link);
  auto lane = LaneTo(choice.link, nullptr);
  while (!lane->Enqueue(op)) lane = LaneTo(choice.link, lane.get());
}

void PipelineCore::OnReplies(std::unique_ptr<v1::StreamResponse> response,
                             std::vector<PipelineOpPtr> ops) {
  Learn(*response);
  std::vector<Answer> answers;
  std::vector<Answer> failed;
  answers.reserve(ops.size());
  for (size_t i = 0; i < ops.size(); ++i) {
    if (ops[i] == nullptr) continue;  // answered already, by its deadline
    v1::StreamReply* reply = response->mutable_replies(static_cast<int>(i));
    if (reply->has_error()) {
      auto status = ErrorOf(reply->error(), ops[i]->write);
      failed.push_back({std::move(ops[i]), std::move(status)});
    } else {
      ops[i]->ticket.Settle();
      answers.push_back({std::move(ops[i]), reply});
    }
  }
  RetryOrAnswer(std::move(failed), /*node_failed=*/false, answers);
  Deliver(std::move(response), std::move(answers));
}

void PipelineCore::OnFailed(std::vector<PipelineOpPtr> ops, const absl::Status& status,
                            bool node_failed) {
  std::vector<Answer> failed;
  failed.reserve(ops.size());
  for (PipelineOpPtr& op : ops) failed.push_back({std::move(op), status});
  std::vector<Answer> answers;
  RetryOrAnswer(std::move(failed), node_failed, answers);
  Deliver(nullptr, std::move(answers));
}

void PipelineCore::RetryOrAnswer(std::vector<Answer> failed, bool node_failed,
                                 std::vector<Answer>& answers) {
  const absl::Duration now = SystemEnv().Monotonic();
  // One draw for all: they come back as one message.
  const uint64_t random = SystemEnv().Random();
  std::map<absl::Duration, Message> again;  // by the wait that was decided
  for (Answer& one : failed) {
    PipelineOp& op = *one.op;
    const RetryDecision decision = DecideRetry({.status = one.reply.status(),
                                                .write = op.write,
                                                .once = op.ticket.once(),
                                                .node_failed = node_failed,
                                                .attempt = op.attempt,
                                                .untried_nodes = op.untried,
                                                .left = op.deadline - now},
                                               core_.options().backoff, random);
    const bool unknown = AppliedOf(one.reply.status()) != Applied::kNo;
    Message* message =
        decision.retry ? MessageAfter(decision.wait, op.deadline - now, unknown, again) : nullptr;
    if (message == nullptr) {
      absl::Status judged = JudgeLast(one.reply.status(), op.unknown_before);
      if (TryAnotherWriter(one.op, judged)) continue;
      if (TryAnotherNumber(one.op, judged)) continue;
      if (TryAsking(one.op, judged)) continue;
      Conclude(op.ticket, judged);
      answers.push_back({std::move(one.op), std::move(judged)});
      continue;
    }
    op.unknown_before = op.unknown_before || unknown;
    ++op.attempt;
    // A node that answered may be asked again.
    if (!node_failed || op.untried == 0) op.tried.clear();
    message->ops.push_back(std::move(one.op));
  }
  for (auto& [decided, message] : again) {
    core_.housekeeping().PostAfter(
        message.wait, [self = shared_from_this(), ops = std::move(message.ops)]() mutable {
          for (PipelineOpPtr& op : ops) self->Dispatch(std::move(op));
        });
  }
}

PipelineCore::Message* PipelineCore::MessageAfter(absl::Duration wait, absl::Duration left,
                                                  bool free,
                                                  std::map<absl::Duration, Message>& messages) {
  if (const auto known = messages.find(wait); known != messages.end()) {
    return known->second.wait < left ? &known->second : nullptr;
  }
  const auto paid = free ? wait : core_.TakeRetry(wait, left);
  return paid ? &messages.emplace(wait, Message{*paid, {}}).first->second : nullptr;
}

bool PipelineCore::TryAnotherWriter(PipelineOpPtr& op, const absl::Status& judged) {
  if (!NeedsAnotherWriter(judged) || op->writers_left == 0) return false;
  --op->writers_left;
  core_.writers().Forget(op->ticket.writer);
  // Off the lane's thread, whose answer this is.
  core_.housekeeping().PostAfter(
      absl::ZeroDuration(),
      [self = shared_from_this(), op = std::move(op)]() mutable { self->Identify(std::move(op)); });
  return true;
}

bool PipelineCore::TryAnotherNumber(PipelineOpPtr& op, const absl::Status& judged) {
  if (!NeedsAnotherNumber(op->ticket, judged)) return false;
  const absl::Duration wait = WaitForAnotherNumber(op->overtaken++);
  if (wait >= op->deadline - SystemEnv().Monotonic()) return false;
  SendAnewAfter(wait, std::move(op));
  return true;
}

void PipelineCore::SendAnewAfter(absl::Duration wait, PipelineOpPtr op) {
  op->ticket.Settle();
  op->ticket.identity = op->ticket.writer->Next();
  *op->wire.mutable_identity() = op->ticket.identity;
  op->unknown_before = false;
  if (wait == absl::ZeroDuration()) return Dispatch(std::move(op));
  core_.housekeeping().PostAfter(wait, [self = shared_from_this(), op = std::move(op)]() mutable {
    self->Dispatch(std::move(op));
  });
}

bool PipelineCore::TryAsking(PipelineOpPtr& op, const absl::Status& judged) {
  if (!WorthAsking(op->ticket, judged, op->deadline - SystemEnv().Monotonic())) return false;
  // Off the lane's thread, whose answer this is.
  core_.housekeeping().PostAfter(absl::ZeroDuration(), [self = shared_from_this(),
                                                        op = std::move(op), judged]() mutable {
    const absl::Duration left = op->deadline - SystemEnv().Monotonic();
    const Level level =
        self->options_.level != Level::kDefault
            ? self->options_.level
            : self->core_.router().PlaceOf(self->keyspace_, op->key_hash).default_write;
    const Ticket ticket = op->ticket;
    AskFate(self->core_, ticket, level, std::max(left, absl::Milliseconds(1)),
            [self, op = std::move(op), judged](absl::StatusOr<v1::ResolveResponse> fate) mutable {
              self->TakeFate(std::move(op), fate, JudgeFate(fate, judged));
            });
  });
  return true;
}

void PipelineCore::TakeFate(PipelineOpPtr op, const absl::StatusOr<v1::ResolveResponse>& fate,
                            absl::Status judged) {
  if (absl::IsCancelled(judged)) return SendAnewAfter(absl::ZeroDuration(), std::move(op));
  Conclude(op->ticket, judged);
  std::vector<Answer> answers;
  if (!judged.ok()) {
    answers.push_back({std::move(op), std::move(judged)});
    return Deliver(nullptr, std::move(answers));
  }
  auto response = std::make_unique<v1::StreamResponse>();
  v1::StreamReply* reply = response->add_replies();
  reply->set_id(op->wire.id());
  *reply->mutable_write() = fate->write();
  Learn(*response);
  answers.push_back({std::move(op), reply});
  Deliver(std::move(response), std::move(answers));
}

void PipelineCore::Learn(const v1::StreamResponse& response) {
  // Most replies of a message tell the same.
  std::map<uint32_t, uint64_t> told;
  for (const v1::StreamReply& reply : response.replies()) {
    if (reply.has_error()) continue;
    const v1::Receipt& receipt = reply.has_get() ? reply.get().receipt() : reply.write().receipt();
    if (options_.session) options_.session->state().Note(keyspace_, receipt);
    const bool weak = reply.has_get() && MayBeServedAnywhere(receipt.achieved());
    if (weak ||
        std::exchange(told[receipt.partition()], receipt.served_by()) == receipt.served_by()) {
      continue;
    }
    LearnFrom(core_, keyspace_, receipt, /*serving=*/true);
  }
}

void PipelineCore::Deliver(std::unique_ptr<v1::StreamResponse> response,
                           std::vector<Answer> answers) {
  if (answers.empty()) return;
  core_.PostCallback([self = shared_from_this(), response = std::move(response),
                      answers = std::move(answers)]() mutable {
    const size_t portion =
        std::clamp<size_t>(self->options_.max_in_flight / 8, 1, kReleasePortionMax);
    size_t ran = 0;
    for (Answer& answer : answers) {
      std::move(answer.op->done)(std::move(answer.reply));
      answer.op.reset();
      if (++ran < portion) continue;
      self->Release(ran);
      ran = 0;
    }
    self->Release(ran);
  });
}

}  // namespace quorate::client
