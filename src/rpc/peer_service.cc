#include "rpc/peer_service.h"

#include <grpcpp/support/slice.h>

#include <charconv>
#include <string>
#include <utility>

#include "base/strings.h"
#include "rpc/frame_bundle.h"
#include "rpc/grpc_status.h"
#include "rpc/peer_link.h"
#include "rpc/worker_threads.h"

namespace quorate::rpc {
namespace {

// A bundle of more is taken in while others come.
constexpr size_t kHostedBytesMax = 16 << 10;

// Zero where the caller didn't say.
NodeId CallerOf(const grpc::CallbackServerContext& context) {
  const auto entry = context.client_metadata().find(kNodeMetadata);
  if (entry == context.client_metadata().end()) return NodeId();
  uint64_t id = 0;
  std::from_chars(entry->second.begin(), entry->second.end(), id);
  return NodeId(id);
}

absl::Status ReceiveBundle(Node& node, const grpc::ByteBuffer& bundle, Counter& frames) {
  const auto take = [&](std::string_view frame) {
    frames.Add();
    return node.ReceiveFrame(frame);
  };
  grpc::Slice slice;
  if (!bundle.TrySingleSlice(&slice).ok() && !bundle.DumpToSingleSlice(&slice).ok()) {
    return absl::ResourceExhaustedError("no memory for a peer's message");
  }
  return ForEachFrame(std::string_view(reinterpret_cast<const char*>(slice.begin()), slice.size()),
                      take);
}

}  // namespace

class PeerService::Stream : public PeerReactor {
 public:
  Stream(PeerService& service, NodeId caller, std::string address)
      : service_(service),
        caller_(caller),
        address_(std::move(address)),
        gated_(service.gate_ == nullptr ? FrameGate::Stream() : service.gate_->Open(caller)) {
    StartSendInitialMetadata();  // tells the caller that its frames are welcome
    StartRead(&bundle_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    const WorkerThreads::Host host(bundle_.Length() <= kHostedBytesMax);
    const absl::Status taken = IsHeld() ? absl::OkStatus() : service_.Take(bundle_, address_);
    if (!taken.ok()) return Finish(ToGrpcStatus(taken));
    bundle_.Clear();
    StartRead(&bundle_);
  }

  void OnDone() override {
    if (caller_ && !EndIsHeld()) service_.node_.OnPeerDisconnected(caller_);
    delete this;
  }

 private:
  // Nobody hears any more if it is refused then.
  bool IsHeld() {
    if (service_.gate_ == nullptr) return false;
    return service_.gate_->Holds(gated_, [this]() -> FrameGate::Arrival {
      return [&service = service_, bundle = bundle_, address = address_] {
        (void)service.Take(bundle, address);
      };
    });
  }
  bool EndIsHeld() {
    if (service_.gate_ == nullptr) return false;
    return service_.gate_->Holds(gated_, [this]() -> FrameGate::Arrival {
      return [&node = service_.node_, caller = caller_] { node.OnPeerDisconnected(caller); };
    });
  }

  PeerService& service_;
  const NodeId caller_;
  const std::string address_;
  const FrameGate::Stream gated_;
  grpc::ByteBuffer bundle_;
};

absl::Status PeerService::Take(const grpc::ByteBuffer& bundle, const std::string& address) {
  bytes_.Add(bundle.Length());
  absl::Status taken = ReceiveBundle(node_, bundle, frames_);
  if (taken.ok()) return taken;
  refused_.Add();
  log_->warn("refused a message of {} on the peer port: {}", address, ToStd(taken.message()));
  return taken;
}

PeerReactor* PeerService::Frames(grpc::CallbackServerContext* context) {
  const NodeId caller = CallerOf(*context);
  if (caller) called_(caller);
  return new Stream(*this, caller, context->peer());
}

void PeerService::WriteTo(MetricsPage& page) const {
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
