#include "rpc/peer_intake.h"

#include <utility>

#include "base/strings.h"
#include "rpc/peer_wire.h"

namespace quorate::rpc {

PeerIntake::Line PeerIntake::Open(NodeId caller, std::string address) {
  events_.called(caller);
  return {caller, std::move(address), gate_ == nullptr ? FrameGate::Stream() : gate_->Open(caller)};
}

absl::Status PeerIntake::Take(const Line& line, std::string_view messages) {
  // Nobody hears any more if it is refused then.
  const auto later = [&]() -> FrameGate::Arrival {
    return [this, held = std::string(messages), address = line.address] {
      (void)HandOn(held, address);
    };
  };
  if (gate_ != nullptr && gate_->Holds(line.gated, later)) return absl::OkStatus();
  return HandOn(messages, line.address);
}

void PeerIntake::Close(const Line& line) {
  const auto later = [&]() -> FrameGate::Arrival {
    return [this, caller = line.caller] { events_.gone(caller); };
  };
  if (gate_ != nullptr && gate_->Holds(line.gated, later)) return;
  events_.gone(line.caller);
}

absl::Status PeerIntake::HandOn(std::string_view messages, const std::string& address) {
  bytes_.Add(messages.size());
  while (!messages.empty()) {
    const size_t size = wire::ReadSize(messages);
    frames_.Add();
    const absl::Status taken = events_.frame(messages.substr(wire::kSizeBytes, size));
    if (!taken.ok()) {
      Refused(address, taken);
      return taken;
    }
    messages.remove_prefix(wire::kSizeBytes + size);
  }
  return absl::OkStatus();
}

void PeerIntake::Refused(const std::string& address, const absl::Status& why) {
  refused_.Add();
  log_->warn("refused a message of {} on the peer port: {}", address, ToStd(why.message()));
}

void PeerIntake::WriteTo(MetricsPage& page) const {
  page.AddCounter("quorate_peer_received_frames_total", "Frames received from peers.",
                  static_cast<double>(frames_.value()));
  page.AddCounter("quorate_peer_received_bytes_total", "Bytes of frames received from peers.",
                  static_cast<double>(bytes_.value()));
  page.AddCounter("quorate_peer_refused_total",
                  "Peer messages refused: garbage, another cluster's, another node's.",
                  static_cast<double>(refused_.value()));
  if (gate_ == nullptr) return;
  page.AddGauge("quorate_peer_held", "Peer messages that are held back on purpose.",
                static_cast<double>(gate_->held()));
}

}  // namespace quorate::rpc
