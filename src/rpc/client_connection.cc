#include "rpc/client_connection.h"

#include <sys/socket.h>

#include <array>
#include <utility>

#include "base/limits.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

// So much is read at a time: other connections' turn comes soon.
constexpr size_t kReadBytes = 32 << 10;
// And so often, where there is more: what waits in sockets cannot be refused.
constexpr size_t kReadsMax = 64;
// Whoever has not begun to speak HTTP/2 by then is no client.
constexpr uint32_t kSilentTicksMax = 5;

}  // namespace

ClientConnection::ClientConnection(SocketFd fd, SocketPoll& sockets, CallMaker& calls)
    : fd_(std::move(fd)),
      sockets_(sockets),
      calls_(calls),
      session_(std::make_unique<http2::Session>(
          *this, http2::SessionLimits{.message_bytes_max = limits::kMessageBytesMax})) {}

ClientConnection::~ClientConnection() = default;

void ClientConnection::Watch() {
  sockets_.Add(fd_.get(), SocketPoll::Watch::kInput, shared_from_this());
  Flush();  // its settings
}

std::shared_ptr<http2::Call> ClientConnection::OnCall(http2::CallId id, http2::CallHead head) {
  return calls_.MakeCall(shared_from_this(), id, std::move(head));
}

void ClientConnection::OnReady() {
  const auto self = shared_from_this();
  const TurnEnd::Scope together;
  if (!Read()) End();
}

void ClientConnection::OnTick() {
  const auto self = shared_from_this();
  {
    absl::MutexLock lock(&mutex_);
    if (session_ == nullptr || session_->greeted() || ++silent_ticks_ < kSilentTicksMax) return;
  }
  End();
}

// False: it is over.
bool ClientConnection::Read() {
  thread_local std::array<char, kReadBytes> bytes;
  std::vector<Work> then;
  {
    absl::MutexLock lock(&mutex_);
    if (session_ == nullptr) return true;
    if (blocked_) Send();
    for (size_t reads = 0; reads_ && reads < kReadsMax; ++reads) {
      const ssize_t got = recv(fd_.get(), bytes.data(), bytes.size(), 0);
      if (got == 0 || (got < 0 && !NotNow(errno))) return false;
      if (got > 0) {
        const absl::Status fed = session_->Feed({bytes.data(), static_cast<size_t>(got)});
        if (!fed.ok()) {
          Send();
          return false;
        }
      }
      if (got < static_cast<ssize_t>(bytes.size())) break;
    }
    then.swap(then_);
    if (!std::exchange(flush_due_, true)) {
      TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
    }
  }
  for (Work& work : then) std::move(work)();
  return true;
}

void ClientConnection::Answer(absl::FunctionRef<void(http2::Session&)> answer) {
  {
    absl::MutexLock lock(&mutex_);
    if (session_ == nullptr) return;
    answer(*session_);
    if (std::exchange(flush_due_, true)) return;
  }
  TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
}

void ClientConnection::Flush() {
  std::vector<Work> works;
  {
    absl::MutexLock lock(&mutex_);
    flush_due_ = false;
    if (session_ == nullptr) return;
    if (!blocked_) Send();
    // Calls that the session itself gives up are lost as it says so.
    works.swap(then_);
    for (Work& work : RoomWork()) works.push_back(std::move(work));
  }
  for (Work& work : works) std::move(work)();
}

void ClientConnection::Send() {
  if (out_at_ == out_.size()) {
    out_.clear();
    out_at_ = 0;
    session_->TakeOutput(out_);
  }
  bool blocked = false;
  while (out_at_ < out_.size()) {
    const ssize_t sent =
        send(fd_.get(), out_.data() + out_at_, out_.size() - out_at_, MSG_NOSIGNAL);
    if (sent < 0) {
      blocked = errno == EAGAIN || errno == EWOULDBLOCK;
      if (!blocked && errno != EINTR) out_at_ = out_.size();  // reading tells that it is over
      if (errno != EINTR) break;
      continue;
    }
    out_at_ += static_cast<size_t>(sent);
    if (out_at_ < out_.size()) continue;
    out_.clear();
    out_at_ = 0;
    session_->TakeOutput(out_);
  }
  WatchFor(blocked);
  if (session_->ended() && out_at_ == out_.size()) shutdown(fd_.get(), SHUT_WR);
}

size_t ClientConnection::Unsent() const { return out_.size() - out_at_ + session_->held_bytes(); }

void ClientConnection::WatchFor(bool blocked) {
  // Where the socket takes all, what is held waits for the client to say that it may come.
  const bool reads = !blocked || Unsent() < limits::kClientUnsentBytesMax;
  if (blocked == blocked_ && reads == reads_) return;
  blocked_ = blocked;
  reads_ = reads;
  using Watch = SocketPoll::Watch;
  sockets_.Change(fd_.get(), !blocked ? Watch::kInput : reads ? Watch::kBoth : Watch::kOutput);
}

std::vector<ClientConnection::Work> ClientConnection::RoomWork() {
  if (room_work_.empty() || Unsent() >= limits::kClientUnsentBytesMax / 4) return {};
  return std::exchange(room_work_, {});
}

void ClientConnection::OnceThereIsRoom(Work work) {
  {
    absl::MutexLock lock(&mutex_);
    if (session_ != nullptr && Unsent() >= limits::kClientUnsentBytesMax / 4) {
      room_work_.push_back(std::move(work));
      return;
    }
  }
  std::move(work)();
}

void ClientConnection::Refuse() {
  Answer([](http2::Session& session) { session.Refuse(); });
}

size_t ClientConnection::calls() const {
  absl::MutexLock lock(&mutex_);
  return session_ == nullptr ? 0 : session_->calls();
}

bool ClientConnection::ended() const {
  absl::MutexLock lock(&mutex_);
  return session_ == nullptr;
}

void ClientConnection::Break() {
  absl::MutexLock lock(&mutex_);
  if (session_ != nullptr) shutdown(fd_.get(), SHUT_RDWR);
}

void ClientConnection::End() {
  std::vector<Work> works;
  {
    absl::MutexLock lock(&mutex_);
    if (session_ == nullptr) return;
    sockets_.Remove(fd_.get());
    // Its calls are told, and may put something off.
    session_.reset();
    works.swap(then_);
    for (Work& work : std::exchange(room_work_, {})) works.push_back(std::move(work));
    fd_ = SocketFd();
  }
  for (Work& work : works) std::move(work)();
}

}  // namespace quorate::rpc
