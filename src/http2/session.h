// One connection on which a client calls by gRPC, from the server's side, without a socket:
// bytes that came go in, calls and their messages come out; answers go in, bytes to send come
// out.
//
// Sources: "gRPC over HTTP2" (PROTOCOL-HTTP2.md of gRPC); RFC 9113, which is nghttp2's part.
//
// Not thread-safe. Calls back only from Feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "http2/message_reader.h"

namespace quorate::http2 {

// Names a call of its connection.
using CallId = int32_t;

struct CallHead {
  std::string path;                       // "/quorate.v1.Kv/Get"
  std::optional<absl::Duration> timeout;  // from now on; none: the client waits for ever
  // The caller's own, neither HTTP's nor gRPC's, binary ones decoded.
  std::vector<std::pair<std::string, std::string>> metadata;
};

// How a call ended; all of it goes into its trailers.
struct CallEnd {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;  // UTF-8
  std::string details;  // bytes of a google.rpc.Status; none: empty
};

// Of a status of ours, with its details.
CallEnd EndOf(const absl::Status& status);

// What the server does about one call. Messages in order, then Closed, unless it is lost before.
class Call {
 public:
  virtual ~Call() = default;
  // One whole message, decompressed. Valid within this call of it.
  virtual void OnMessage(std::string_view message) = 0;
  // The client sends no more.
  virtual void OnClosed() = 0;
  // The client has gone, or given up: whatever is sent to it now is dropped. Not told of a call
  // that has been finished here.
  virtual void OnLost() = 0;
};

class Service {
 public:
  virtual ~Service() = default;
  // Null: the call was finished at once.
  virtual std::shared_ptr<Call> OnCall(CallId id, CallHead head) = 0;
};

struct SessionLimits {
  size_t message_bytes_max = 16 << 20;  // larger ones: RESOURCE_EXHAUSTED
  // What a client may send beyond what it was told that was taken: in one call, in all of them.
  uint32_t call_window_bytes = 1 << 20;
  uint32_t window_bytes = 16 << 20;
  // Calls at once, which the client is told; of more than these it waits.
  uint32_t calls_max = 16'384;
  // What is kept of calls that the client has not ended: one that brings more is refused, unless
  // it is held back.
  size_t kept_bytes_max = 64 << 20;
};

class Session {
 public:
  // `service` outlives it.
  Session(Service& service, const SessionLimits& limits);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Bytes that came. An error: this is no HTTP/2, or what it says makes no sense; what there is
  // to send says so, and the connection ends with it.
  absl::Status Feed(std::string_view bytes);

  // --- answers; of calls that are lost or finished: dropped ---
  // The head alone, for a client that waits for it.
  void SendHead(CallId id);
  // A message of `bytes` bytes, which `write` puts where it is told.
  void SendMessage(CallId id, size_t bytes, absl::FunctionRef<void(char*)> write);
  void Finish(CallId id, CallEnd end);
  // From now on so many of the call's messages are let come as are taken, and a window's worth
  // besides.
  void HoldBack(CallId id);
  void Took(CallId id, size_t messages);

  // New calls are not begun, UNAVAILABLE, NODE_DRAINING; and the client is told to go elsewhere,
  // once it has the answers to those that were.
  void Refuse();

  // Appends what is to be sent.
  void TakeOutput(std::string& out);
  // What waits for the client to take it, after TakeOutput.
  size_t held_bytes() const;
  // Calls that are neither lost nor finished.
  size_t calls() const;
  // Whoever is there speaks HTTP/2.
  bool greeted() const;
  // Nothing more is to be read or sent: the connection may be closed.
  bool ended() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::http2
