// One client's connection. Read and answered by the worker's thread that watches it, so that a
// call needs nobody to be woken for it; answered by others where its partition is theirs.
//
// What a turn answers leaves together, at its end (turn_end.h).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "http2/session.h"
#include "rpc/socket_fd.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

class ClientConnection;

// What is done about a call, by its path.
class CallMaker {
 public:
  virtual ~CallMaker() = default;
  // Null: the call was finished at once.
  virtual std::shared_ptr<http2::Call> MakeCall(std::shared_ptr<ClientConnection> connection,
                                                http2::CallId id, http2::CallHead head) = 0;
};

class ClientConnection final : public SocketPoll::Source,
                               public http2::Service,
                               public std::enable_shared_from_this<ClientConnection> {
 public:
  using Work = absl::AnyInvocable<void() &&>;

  // `sockets` and `calls` outlive it.
  ClientConnection(SocketFd fd, SocketPoll& sockets, CallMaker& calls);
  ~ClientConnection() override;

  void Watch();
  void OnReady() override;
  void OnTick() override;

  // --- for its calls ---
  // Any thread, but not within one of the session's calls. What `answer` puts into the session is
  // sent at the end of the turn, or at once where there is none.
  void Answer(absl::FunctionRef<void(http2::Session&)> answer);
  // Within one of the session's calls: the session itself, whose output is sent thereafter.
  http2::Session& session() ABSL_NO_THREAD_SAFETY_ANALYSIS { return *session_; }
  // Likewise: runs once that is over.
  void Then(Work work) ABSL_NO_THREAD_SAFETY_ANALYSIS { then_.push_back(std::move(work)); }
  // Any thread: `work` runs once the client has taken what waits for it, or is gone; at once, if
  // there is little.
  void OnceThereIsRoom(Work work);

  // --- for its port ---
  // No new calls.
  void Refuse();
  size_t calls() const;
  bool ended() const;
  // Any thread: it ends soon, and what is under way is lost.
  void Break();
  // While nobody watches it: ends now.
  void End();

 private:
  std::shared_ptr<http2::Call> OnCall(http2::CallId id, http2::CallHead head) override;

  bool Read();
  void Flush();
  void Send() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What it waits for, by how much is to be sent.
  void WatchFor(bool blocked) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Unsent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Work> RoomWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  SocketFd fd_;
  SocketPoll& sockets_;
  CallMaker& calls_;

  mutable absl::Mutex mutex_;
  std::unique_ptr<http2::Session> session_ ABSL_GUARDED_BY(mutex_);  // null: it has ended
  std::vector<Work> then_ ABSL_GUARDED_BY(mutex_);
  std::vector<Work> room_work_ ABSL_GUARDED_BY(mutex_);
  std::string out_ ABSL_GUARDED_BY(mutex_);
  size_t out_at_ ABSL_GUARDED_BY(mutex_) = 0;  // of it was sent
  bool flush_due_ ABSL_GUARDED_BY(mutex_) = false;
  bool blocked_ ABSL_GUARDED_BY(mutex_) = false;       // the socket takes nothing for now
  bool reads_ ABSL_GUARDED_BY(mutex_) = true;          // else the client is to take something first
  uint32_t silent_ticks_ ABSL_GUARDED_BY(mutex_) = 0;  // at its beginning
};

}  // namespace quorate::rpc
