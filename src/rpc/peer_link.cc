#include "rpc/peer_link.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/error.h"
#include "base/limits.h"
#include "replica/old_disk_image.h"
#include "rpc/address.h"
#include "rpc/look_up.h"
#include "rpc/peer_call.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

constexpr absl::Duration kBackoffMin = absl::Milliseconds(20);
constexpr absl::Duration kBackoffMax = absl::Milliseconds(500);
// What waits for a connection longer than that is of no use any more. Longer
// than the back-off, lest a peer that has just come up misses a request.
constexpr absl::Duration kQueueAgeMax = absl::Seconds(1);
// A connection that its peer has not welcomed by then is begun anew.
constexpr absl::Duration kWelcomeWithin = absl::Seconds(5);

// The peer is right to refuse it, and will be for ever.
bool IsDisowned(std::string_view reason) {
  return reason == "OLDER_BOOT" || reason == kLogShorter || reason == "PROTOCOL_TOO_OLD";
}

// Doubles with each failure in a row; half of it by chance.
absl::Duration Backoff(uint32_t failures, uint64_t random) {
  absl::Duration delay = kBackoffMin;
  for (uint32_t i = 1; i < failures && delay < kBackoffMax; ++i) delay *= 2;
  delay = std::min(delay, kBackoffMax);
  return delay / 2 + delay / 2 * (static_cast<double>(random >> 11) * 0x1.0p-53);
}

}  // namespace

// One life of the connection; `call` is guarded by the link's mutex.
class PeerLink::Try final : public SocketPoll::Source {
 public:
  Try(std::shared_ptr<PeerLink> link, PeerCall begun)
      : call(std::move(begun)), link_(std::move(link)) {}

  void OnReady() override { link_->GoOn(*this); }
  void OnTick() override { link_->LookAtTheClock(*this); }

  PeerCall call;

 private:
  const std::shared_ptr<PeerLink> link_;
};

PeerLink::PeerLink(NodeId self, NodeId peer, std::string address, Env& env, SocketPoll& sockets,
                   std::shared_ptr<spdlog::logger> log, std::function<void(NodeId)> lost,
                   Disowned disowned)
    : self_(self),
      peer_(peer),
      address_(std::move(address)),
      env_(env),
      sockets_(sockets),
      log_(std::move(log)),
      lost_(std::move(lost)),
      disowned_(std::move(disowned)) {}

PeerLink::~PeerLink() = default;

void PeerLink::Send(std::string frame) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return;
  if (queue_bytes_ + frame.size() > limits::kPeerQueueBytesMax) {
    ++stats_.frames_dropped;
    return lost_(peer_);
  }
  queue_bytes_ += frame.size();
  queue_.push_back({std::move(frame), env_.Monotonic()});
  if (flush_due_ || (try_ != nullptr && try_->call.writing())) return;
  if (!TurnEnd::InTurn()) return WriteNext();
  flush_due_ = true;
  TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
}

void PeerLink::Flush() {
  absl::MutexLock lock(&mutex_);
  flush_due_ = false;
  WriteNext();
}

void PeerLink::Connect() {
  DropTooOld();
  const absl::Duration now = env_.Monotonic();
  if (try_ != nullptr || looking_up_ || now < retry_at_) return;
  const auto address = ParseAddress(address_);
  if (!address.ok()) return Ended(address.status());
  tried_at_ = now;
  if (const auto numbers = NumbersOf(*address); numbers.ok()) return ConnectTo(*numbers);
  looking_up_ = true;
  LookUp(*address, [self = shared_from_this()](const absl::StatusOr<SocketAddresses>& found) {
    self->LookedUp(found);
  });
}

void PeerLink::LookedUp(const absl::StatusOr<SocketAddresses>& found) {
  absl::MutexLock lock(&mutex_);
  looking_up_ = false;
  if (closed_) return;
  if (!found.ok()) return Ended(found.status());
  ConnectTo(*found);
}

void PeerLink::ConnectTo(const SocketAddresses& addresses) {
  // Each time another one, until one welcomes it.
  const SocketAddress& to = addresses[failures_ % addresses.size()];
  auto call = PeerCall::To(to.get(), to.size, self_);
  if (!call.ok()) return Ended(call.status());
  try_ = std::make_shared<Try>(shared_from_this(), *std::move(call));
  sockets_.Add(try_->call.fd(), SocketPoll::Watch::kEdges, try_);
}

void PeerLink::DropTooOld() {
  const uint64_t dropped = stats_.frames_dropped;
  DropOlderThan(env_.Monotonic() - kQueueAgeMax);
  if (stats_.frames_dropped != dropped) lost_(peer_);
}

void PeerLink::DropOlderThan(absl::Duration moment) {
  while (!queue_.empty() && queue_.front().since < moment) {
    queue_bytes_ -= queue_.front().frame.size();
    queue_.pop_front();
    ++stats_.frames_dropped;
  }
}

void PeerLink::WriteNext() {
  if (queue_.empty() || closed_) return;
  if (try_ == nullptr || !try_->call.welcome()) return Connect();
  if (try_->call.writing()) return;
  stats_.frames_sent += queue_.size();
  stats_.bytes_sent += queue_bytes_;
  ++stats_.messages_sent;
  queue_bytes_ = 0;
  std::vector<std::string> frames;
  frames.reserve(queue_.size());
  for (Waiting& waiting : queue_) frames.push_back(std::move(waiting.frame));
  queue_.clear();
  CrashPoint<"peer-before-send">();
  const absl::Status written = try_->call.Write(std::move(frames));
  if (!written.ok()) return Ended(written);
  if (!try_->call.writing()) CrashPoint<"peer-after-send">();
}

void PeerLink::GoOn(const Try& ready) {
  absl::MutexLock lock(&mutex_);
  if (try_.get() != &ready) return;
  PeerCall& call = try_->call;
  const bool was_welcome = call.welcome();
  const bool was_writing = call.writing();
  const absl::Status status = call.Advance();
  if (call.welcome() && !was_welcome) Welcome();
  if (!status.ok()) return Ended(status);
  if (call.writing()) return;
  if (was_writing) CrashPoint<"peer-after-send">();
  if (call.welcome()) WriteNext();
}

void PeerLink::LookAtTheClock(const Try& ticked) {
  absl::MutexLock lock(&mutex_);
  if (try_.get() != &ticked || try_->call.welcome()) return;
  if (env_.Monotonic() >= tried_at_ + kWelcomeWithin) {
    Ended(absl::UnavailableError("it does not answer"));
  }
}

void PeerLink::Welcome() {
  if (failures_ > 0) log_->info("connected to {} at {}", peer_.ToString(), address_);
  failures_ = 0;
  retry_now_ = false;
  last_error_.clear();
}

// Its memory goes once nobody tells it anything.
void PeerLink::LetGo() {
  sockets_.Remove(try_->call.fd());
  try_->call.HangUp();
  try_ = nullptr;
}

void PeerLink::Ended(const absl::Status& why) {
  const bool was_welcome = try_ != nullptr && try_->call.welcome();
  if (try_ != nullptr) LetGo();
  if (disowned_ && IsDisowned(ReasonOf(why))) disowned_(peer_, why);
  ++failures_;
  retry_at_ = env_.Monotonic() + Backoff(failures_, env_.Random());
  const bool retry_now = std::exchange(retry_now_, false);
  if (retry_now) retry_at_ = env_.Monotonic();
  const std::string error(why.message());
  if (error != last_error_) {
    log_->warn("no connection to {} at {}: {}", peer_.ToString(), address_, error);
    last_error_ = error;
  }
  if (!was_welcome) {
    ++stats_.connections_failed;
    if (retry_now) WriteNext();
    return;
  }
  DropOlderThan(absl::InfiniteDuration());
  ++stats_.connections_lost;
  lost_(peer_);
}

// A try that began before the call may fail yet.
void PeerLink::RetryNow() {
  absl::MutexLock lock(&mutex_);
  if (try_ != nullptr && try_->call.welcome()) return;
  retry_now_ = try_ != nullptr || looking_up_;
  failures_ = 0;
  retry_at_ = env_.Monotonic();
  WriteNext();
}

void PeerLink::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  DropOlderThan(absl::InfiniteDuration());
  if (try_ != nullptr) LetGo();
}

PeerLinkStats PeerLink::stats() const {
  absl::MutexLock lock(&mutex_);
  PeerLinkStats stats = stats_;
  stats.queue_bytes = queue_bytes_;
  stats.connected = try_ != nullptr && try_->call.welcome();
  return stats;
}

}  // namespace quorate::rpc
