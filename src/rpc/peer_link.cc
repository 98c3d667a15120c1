#include "rpc/peer_link.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/error.h"
#include "base/limits.h"
#include "replica/old_disk_image.h"
#include "rpc/frame_bundle.h"
#include "rpc/grpc_status.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

constexpr char kMethod[] = "/quorate.v1.Peer/Frames";
constexpr absl::Duration kBackoffMin = absl::Milliseconds(20);
constexpr absl::Duration kBackoffMax = absl::Milliseconds(500);
// What waits for a connection longer than that is of no use any more. Longer
// than the back-off, lest a peer that has just come up misses a request.
constexpr absl::Duration kQueueAgeMax = absl::Seconds(1);
// A stream that its peer has not accepted by then is begun anew. gRPC's own bounds
// are moments of the calendar: set back by an hour, it waits for an hour.
constexpr absl::Duration kAcceptedWithin = absl::Seconds(5);

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(limits::kPeerMessageBytesMax);
  arguments.SetMaxSendMessageSize(limits::kPeerMessageBytesMax);
  // Notices a host that is gone without a word.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 3000);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// Doubles with each failure in a row; half of it by chance.
// The peer is right to refuse it, and will be for ever.
bool IsDisowned(std::string_view reason) {
  return reason == "OLDER_BOOT" || reason == kLogShorter || reason == "PROTOCOL_TOO_OLD";
}

absl::Duration Backoff(uint32_t failures, uint64_t random) {
  absl::Duration delay = kBackoffMin;
  for (uint32_t i = 1; i < failures && delay < kBackoffMax; ++i) delay *= 2;
  delay = std::min(delay, kBackoffMax);
  return delay / 2 + delay / 2 * (static_cast<double>(random >> 11) * 0x1.0p-53);
}

}  // namespace

// One life of the stream, over a connection of its own: a channel that failed
// would wait with the next try as long as it likes, and the back-off is ours.
// Deletes itself when gRPC is done with it.
class PeerLink::Stream : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit Stream(std::shared_ptr<PeerLink> link)
      : link_(std::move(link)), stub_(MakeChannel(link_->address_)) {
    context_.AddMetadata(kNodeMetadata, std::to_string(link_->self_.value()));
    stub_.PrepareBidiStreamingCall(&context_, kMethod, grpc::StubOptions(), this);
  }

  void Begin() {
    StartRead(&incoming_);
    // Writes start from outside the reactions: until the peer has nothing more to
    // say the stream may not end under one.
    AddHold();
    StartCall();
  }
  void Write(grpc::ByteBuffer bundle) {
    outgoing_ = std::move(bundle);
    StartWrite(&outgoing_);
  }
  void Cancel() { context_.TryCancel(); }

  void OnReadInitialMetadataDone(bool ok) override {
    if (ok) link_->Accepted();
  }
  void OnReadDone(bool ok) override {
    if (ok) return StartRead(&incoming_);  // nothing is expected; the end is
    link_->Ending();
    RemoveHold();
  }
  void OnWriteDone(bool ok) override { link_->Written(ok); }
  void OnDone(const grpc::Status& status) override {
    link_->Ended(FromGrpcStatus(status));
    delete this;
  }

 private:
  std::shared_ptr<PeerLink> link_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
};

PeerLink::PeerLink(NodeId self, NodeId peer, std::string address, Env& env,
                   std::shared_ptr<spdlog::logger> log, std::function<void(NodeId)> lost,
                   Disowned disowned)
    : self_(self),
      peer_(peer),
      address_(std::move(address)),
      env_(env),
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
  if (flush_due_ || writing_) return;
  if (!TurnEnd::InTurn()) return WriteNext();
  flush_due_ = true;
  TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
}

void PeerLink::Flush() {
  absl::MutexLock lock(&mutex_);
  flush_due_ = false;
  WriteNext();
}

void PeerLink::OpenStream() {
  const absl::Duration now = env_.Monotonic();
  const uint64_t dropped = stats_.frames_dropped;
  DropOlderThan(now - kQueueAgeMax);
  if (stats_.frames_dropped != dropped) lost_(peer_);
  if (stream_ != nullptr && now >= opened_at_ + kAcceptedWithin) GiveUp();
  if (stream_ != nullptr || now < retry_at_) return;
  opened_at_ = now;
  stream_ = new Stream(shared_from_this());
  stream_->Begin();
}

// Its end is told by Ended.
void PeerLink::GiveUp() {
  if (!std::exchange(given_up_, true)) stream_->Cancel();
}

void PeerLink::DropOlderThan(absl::Duration moment) {
  while (!queue_.empty() && queue_.front().since < moment) {
    queue_bytes_ -= queue_.front().frame.size();
    queue_.pop_front();
    ++stats_.frames_dropped;
  }
}

void PeerLink::WriteNext() {
  if (writing_ || queue_.empty() || closed_ || ending_) return;
  if (!accepted_) return OpenStream();
  writing_ = true;
  stats_.frames_sent += queue_.size();
  stats_.bytes_sent += queue_bytes_;
  ++stats_.messages_sent;
  queue_bytes_ = 0;
  std::vector<std::string> frames;
  frames.reserve(queue_.size());
  for (Waiting& waiting : queue_) frames.push_back(std::move(waiting.frame));
  queue_.clear();
  CrashPoint<"peer-before-send">();
  stream_->Write(MakeBundle(std::move(frames)));
}

void PeerLink::Accepted() {
  absl::MutexLock lock(&mutex_);
  if (failures_ > 0) log_->info("connected to {} at {}", peer_.ToString(), address_);
  accepted_ = true;
  failures_ = 0;
  retry_now_ = false;
  last_error_.clear();
  WriteNext();
}

void PeerLink::Written(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  CrashPoint<"peer-after-send">();
  if (ok) WriteNext();  // else Ended follows
}

void PeerLink::Ending() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
}

void PeerLink::Ended(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  stream_ = nullptr;
  writing_ = false;
  ending_ = false;
  if (closed_) return;
  const std::string reason(ReasonOf(status));
  if (disowned_ && IsDisowned(reason)) disowned_(peer_, status);
  ++failures_;
  retry_at_ = env_.Monotonic() + Backoff(failures_, env_.Random());
  const bool retry_now = std::exchange(retry_now_, false);
  if (retry_now) retry_at_ = env_.Monotonic();
  const bool given_up = std::exchange(given_up_, false);
  const std::string error(given_up && !accepted_ ? "it does not answer" : status.message());
  if (error != last_error_) {
    log_->warn("no connection to {} at {}: {}", peer_.ToString(), address_, error);
    last_error_ = error;
  }
  if (!std::exchange(accepted_, false)) {
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
  if (accepted_) return;
  retry_now_ = stream_ != nullptr;
  failures_ = 0;
  retry_at_ = env_.Monotonic();
  WriteNext();
}

void PeerLink::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  DropOlderThan(absl::InfiniteDuration());
  if (stream_ != nullptr) stream_->Cancel();
}

void PeerLink::AwaitClosed() {
  absl::MutexLock lock(&mutex_);
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stream_ == nullptr; };
  mutex_.Await(absl::Condition(&ended));
}

PeerLinkStats PeerLink::stats() const {
  absl::MutexLock lock(&mutex_);
  PeerLinkStats stats = stats_;
  stats.queue_bytes = queue_bytes_;
  stats.connected = accepted_;
  return stats;
}

}  // namespace quorate::rpc
