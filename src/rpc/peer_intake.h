// Hands to this node what others send it.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "base/ids.h"
#include "base/metrics.h"
#include "rpc/frame_gate.h"

namespace quorate::rpc {

// What to do with it; each is called on any thread.
struct PeerEvents {
  std::function<void(NodeId)> called;                   // that peer has connected
  std::function<absl::Status(std::string_view)> frame;  // one has come
  std::function<void(NodeId)> gone;                     // a connection of that peer has ended
};

// Thread-safe.
class PeerIntake {
 public:
  // `gate`: before the events; null: nothing is.
  PeerIntake(PeerEvents events, std::shared_ptr<spdlog::logger> log,
             std::shared_ptr<FrameGate> gate)
      : events_(std::move(events)), log_(std::move(log)), gate_(std::move(gate)) {}

  // A connection and who is at its other end.
  struct Line {
    NodeId caller;
    std::string address;
    FrameGate::Stream gated;
  };

  Line Open(NodeId caller, std::string address);
  // `messages`: some, whole, as they came (peer_wire.h). What is refused is told, and ends the
  // connection; the node goes on.
  absl::Status Take(const Line& line, std::string_view messages);
  // Nothing more comes.
  void Close(const Line& line);

  // Before there is a line, or beside it: what breaks the rules.
  void Refused(const std::string& address, const absl::Status& why);

  void WriteTo(MetricsPage& page) const;

 private:
  absl::Status HandOn(std::string_view messages, const std::string& address);

  const PeerEvents events_;
  const std::shared_ptr<spdlog::logger> log_;
  const std::shared_ptr<FrameGate> gate_;
  Counter frames_;
  Counter bytes_;
  Counter refused_;
};

}  // namespace quorate::rpc
