#include "node/worker.h"

#include <algorithm>
#include <utility>

#include "node/hint_keeper.h"

namespace quorate {
namespace {

// Inputs for which room is kept from turn to turn: what a busy turn has.
constexpr size_t kInboxRoomMax = 1024;

}  // namespace

Worker::Worker(uint32_t index, NodeShared& shared)
    : index_(index),
      shared_(shared),
      outbox_(shared),
      forwards_(shared.options.boot, index, shared.options.workers),
      pace_(shared.options.move_bytes_per_second / shared.options.workers,
            2 * shared.options.tick) {}

Worker::~Worker() = default;

void Worker::Post(Input input) {
  bool wake = false;
  {
    absl::MutexLock lock(&mutex_);
    inbox_.push_back(std::move(input));
    backlog_.store(inbox_.size(), std::memory_order_relaxed);
    wake = !std::exchange(woken_, true);
  }
  if (wake) shared_.edges.scheduler.Wake(index_);
}

void Worker::PostRequest(Request request, ReplyFn reply) {
  const size_t backlog = backlog_.load(std::memory_order_relaxed);
  const bool overload =
      backlog >= shared_.options.queued_inputs_max && request.partition != kMetaPartition;
  request.arrived = shared_.edges.env.Monotonic();
  if (overload) request.op = Lookup{};  // what it brought need not wait with it
  Post(RequestInput{std::move(request), std::move(reply), overload});
}
void Worker::PostFrame(FrameInput frame) { Post(std::move(frame)); }
void Worker::PostTask(Task task) { Post(std::move(task)); }

void Worker::PostProof(SyncProof proof) {
  bool wake = false;
  {
    absl::MutexLock lock(&mutex_);
    proof_ = proof;
    wake = !std::exchange(woken_, true);
  }
  if (wake) shared_.edges.scheduler.Wake(index_);
}

absl::Duration Worker::RunTurn() {
  std::optional<SyncProof> proof;
  {
    absl::MutexLock lock(&mutex_);
    inputs_.swap(inbox_);
    backlog_.store(0, std::memory_order_relaxed);
    proof = std::exchange(proof_, std::nullopt);
    woken_ = false;
  }
  // Only now: what this turn handles was there before its moment, so that a lease
  // that holds then held when a read came, and a promise given then is kept for
  // long enough, even if the process stands still anywhere in here.
  now_ = shared_.edges.env.Monotonic();
  WatchClock();
  if (shared_.failed) {
    inputs_.clear();
    return absl::InfiniteDuration();
  }
  if (proof) OpenDurable(*proof);
  for (Input& input : inputs_) Handle(input);
  inputs_.clear();
  if (inputs_.capacity() > kInboxRoomMax) inputs_ = std::vector<Input>();
  Expire();
  if (now_ >= next_tick_) {
    const bool first = next_tick_ == absl::ZeroDuration();
    if (!first) move_share_.TickWaited(now_ - next_tick_);
    Tick();
  }
  if (now_ >= news_due_) TellNews();
  CollectAll();
  outbox_.Flush(now_);
  const absl::Duration expiry = expiries_.empty() ? absl::InfiniteDuration() : expiries_.top();
  return std::min({next_tick_, news_due_, expiry});
}

void Worker::Handle(Input& input) {
  if (auto* request = std::get_if<RequestInput>(&input)) {
    move_share_.RequestWaited(now_ - request->request.arrived);
    if (request->overload) return Refuse(request->request, std::move(request->reply));
    HandleRequest(std::move(request->request), std::move(request->reply));
  } else if (auto* frame = std::get_if<FrameInput>(&input)) {
    HandleFrame(*frame);
  } else {
    std::move(std::get<Task>(input))(*this);
  }
}

void Worker::OpenDurable(const SyncProof& proof) {
  proven_ = proof;
  while (!submitted_.empty() && submitted_.front().CoveredBy(proof)) {
    move_share_.WriteWaited(now_ - *std::move(submitted_.front()).Open(proof));
    submitted_.pop_front();
  }
  while (!tokens_.empty() && tokens_.front().CoveredBy(proof)) {
    const PersistToken token = *std::move(tokens_.front()).Open(proof);
    tokens_.pop_front();
    const auto it = slots_.find(token.partition);
    if (it == slots_.end() || it->second.life != token.life) continue;
    it->second.replica->Persisted(token.token, now_);
    Touch(token.partition, it->second);
  }
  outbox_.Open(proof);
  NoteForgotten(proof);
  if (hints_ != nullptr) hints_->Open(proof);
}

void Worker::Touch(PartitionId partition, Slot& slot) {
  if (!std::exchange(slot.touched, true)) touched_.push_back(partition);
}

void Worker::CollectAll() {
  struct Owed {
    Slot* slot;
    std::vector<PeerMessage> after_sync;
    uint64_t token = 0;
    bool wrote = false;
  };
  std::vector<Owed> owed;
  LogBatch batch;
  batch.groups = std::exchange(writes_, {});
  for (PartitionId partition : std::exchange(touched_, {})) {
    const auto it = slots_.find(partition);
    if (it == slots_.end()) continue;
    Slot& slot = it->second;
    slot.touched = false;
    Turn turn;
    while (true) {
      const auto more = slot.replica->Collect(turn, now_);
      if (!more.ok()) return shared_.Fail(more.status());
      if (!*more) break;
    }
    for (PeerMessage& message : turn.sends) outbox_.Add(std::move(message));
    if (!turn.writes.empty() || !turn.sends_after_sync.empty()) {
      owed.push_back(
          Owed{&slot, std::move(turn.sends_after_sync), turn.persist_token, !turn.writes.empty()});
    }
    std::move(turn.writes.begin(), turn.writes.end(), std::back_inserter(batch.groups));
    AfterCollect(partition, slot);
  }
  if (hints_ != nullptr) hints_->Collect(batch.groups);
  const LogTicket ticket = batch.empty() ? LogTicket{} : shared_.log->Submit(std::move(batch));
  if (ticket != LogTicket{}) submitted_.emplace_back(ticket, now_);
  if (hints_ != nullptr) hints_->Submitted(ticket);
  AwaitForgotten(ticket);
  for (Owed& debt : owed) {
    if (debt.wrote) debt.slot->last_write = ticket;
    if (debt.token != 0) {
      tokens_.emplace_back(
          ticket, PersistToken{debt.slot->replica->partition(), debt.token, debt.slot->life});
    }
    outbox_.AddAfterSync(debt.slot->last_write, std::move(debt.after_sync));
  }
  // What waits for nothing that is still under way may go at once.
  if (proven_) outbox_.Open(*proven_);
}

void Worker::AfterCollect(PartitionId partition, Slot& slot) {
  if (partition == kMetaPartition && meta_changed_) FollowMeta(slot);
  if (slot.has_news || !slot.replica->HasNews()) return;
  slot.has_news = true;
  if (news_.empty()) news_due_ = now_ + shared_.options.news_delay;
  news_.push_back(partition);
}

void Worker::TellNews() {
  news_due_ = absl::InfiniteDuration();
  for (PartitionId partition : std::exchange(news_, {})) {
    const auto it = slots_.find(partition);
    if (it == slots_.end()) continue;
    it->second.has_news = false;
    it->second.replica->TellNews();
    Touch(partition, it->second);
  }
}

void Worker::FollowMeta(Slot& slot) {
  const uint64_t applied = slot.replica->status().applied_index;
  if (applied == slot.applied_seen) return;
  slot.applied_seen = applied;
  Request request;
  request.partition = kMetaPartition;
  request.level = Level::kOne;
  request.deadline = absl::InfiniteDuration();
  request.op = Lookup{{std::string(kTopologyKey)}};
  slot.replica->Execute(
      std::move(request),
      [this](Reply reply) {
        if (reply.status.ok() && reply.found.front()) {
          meta_changed_(std::move(reply.found.front()->value));
        }
      },
      now_);
}

}  // namespace quorate
