#include "rpc/relayed_call.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "rpc/deadline.h"

namespace quorate::rpc {
namespace {

grpc::ByteBuffer BufferOf(std::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

// Lives until both ends are done with it.
class RelayedCall final : public http2::Call,
                          public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          public std::enable_shared_from_this<RelayedCall> {
 public:
  RelayedCall(std::shared_ptr<ClientConnection> connection, http2::CallId id)
      : connection_(std::move(connection)), id_(id) {}

  // Within one of the session's calls.
  void Begin(grpc::GenericStub& stub, http2::CallHead head) {
    for (const auto& [name, value] : head.metadata) context_.AddMetadata(name, value);
    if (head.timeout) context_.set_deadline(MomentIn(*head.timeout));
    connection_->session().HoldBack(id_);
    stub.PrepareBidiStreamingCall(&context_, head.path, {}, this);
    connection_->Then([self = shared_from_this()] { self->Start(); });
  }

  // --- from the client; gRPC is not called while the connection is locked ---
  void OnMessage(std::string_view message) override {
    {
      absl::MutexLock lock(&mutex_);
      requests_.push_back(BufferOf(message));
    }
    connection_->Then([self = shared_from_this()] { self->Pump(); });
  }
  void OnClosed() override {
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
    }
    connection_->Then([self = shared_from_this()] { self->Pump(); });
  }
  void OnLost() override {
    connection_->Then([self = shared_from_this()] { self->context_.TryCancel(); });
  }

  // --- from the server ---
  void OnReadInitialMetadataDone(bool ok) override {
    if (ok) connection_->Answer([this](http2::Session& session) { session.SendHead(id_); });
  }
  void OnReadDone(bool ok) override {
    if (!ok) return ReadsOver();
    std::vector<grpc::Slice> slices;
    if (!response_.Dump(&slices).ok()) {
      context_.TryCancel();
      return ReadsOver();
    }
    connection_->Answer([&](http2::Session& session) {
      session.SendMessage(id_, response_.Length(), [&](char* to) {
        for (const grpc::Slice& slice : slices) {
          std::memcpy(to, slice.begin(), slice.size());
          to += slice.size();
        }
      });
    });
    connection_->OnceThereIsRoom([self = shared_from_this()] { self->ReadOn(); });
  }
  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      requests_.pop_front();
      if (!ok) return;  // OnDone follows
    }
    connection_->Answer([&](http2::Session& session) { session.Took(id_, 1); });
    Pump();
  }
  void OnDone(const grpc::Status& status) override {
    connection_->Answer([&](http2::Session& session) {
      session.Finish(id_, {static_cast<absl::StatusCode>(status.error_code()),
                           status.error_message(), status.error_details()});
    });
    const auto last = std::move(self_);
  }

 private:
  void Start() {
    self_ = shared_from_this();
    // The client's side begins reads and writes on threads of its own, and may do so when the
    // server has ended the call: until ReadsOver gRPC keeps what it needs for them.
    AddHold();
    StartRead(&response_);
    StartCall();
    absl::MutexLock lock(&mutex_);
    started_ = true;
  }

  // Whenever the client has room for more, maybe long after it has given up.
  void ReadOn() {
    QUORATE_CHECK(self_ != nullptr, "a call is read on that gRPC has let go of");
    StartRead(&response_);
  }

  // Once, when no read is under way or will be: what the client says from now on is for nobody.
  // OnDone follows.
  void ReadsOver() {
    {
      absl::MutexLock lock(&mutex_);
      over_ = true;
    }
    RemoveHold();
  }

  void Pump() {
    absl::MutexLock lock(&mutex_);
    if (writing_ || !started_ || over_) return;
    if (!requests_.empty()) {
      writing_ = true;
      StartWrite(&requests_.front());
    } else if (closed_ && !std::exchange(told_closed_, true)) {
      StartWritesDone();
    }
  }

  const std::shared_ptr<ClientConnection> connection_;
  const http2::CallId id_;
  grpc::ClientContext context_;
  grpc::ByteBuffer response_;
  std::shared_ptr<RelayedCall> self_;  // from Start to OnDone

  absl::Mutex mutex_;
  std::deque<grpc::ByteBuffer> requests_ ABSL_GUARDED_BY(mutex_);  // the first may be on its way
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool told_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::shared_ptr<http2::Call> RelayCall(grpc::GenericStub& stub,
                                       std::shared_ptr<ClientConnection> connection,
                                       http2::CallId id, http2::CallHead head) {
  const auto call = std::make_shared<RelayedCall>(std::move(connection), id);
  call->Begin(stub, std::move(head));
  return call;
}

}  // namespace quorate::rpc
