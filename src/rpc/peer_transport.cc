#include "rpc/peer_transport.h"

#include <utility>

namespace quorate::rpc {

std::shared_ptr<PeerLink> PeerTransport::LinkTo(NodeId to, const std::string& address) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return nullptr;
  std::shared_ptr<PeerLink>& link = links_[to];
  if (link == nullptr || link->address() != address) {
    if (link != nullptr) link->Close();
    link = std::make_shared<PeerLink>(self_, to, address, env_, sockets_of_(to), log_, lost_,
                                      disowned_);
  }
  return link;
}

void PeerTransport::Send(NodeId to, const std::string& address, std::string frame) {
  if (passes_ && !passes_(to)) return;
  if (const auto link = LinkTo(to, address)) link->Send(std::move(frame));
}

void PeerTransport::RetryNow(NodeId peer) {
  std::shared_ptr<PeerLink> link;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = links_.find(peer);
    if (found != links_.end()) link = found->second;
  }
  if (link != nullptr) link->RetryNow();
}

void PeerTransport::Close() {
  std::map<NodeId, std::shared_ptr<PeerLink>> links;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    links.swap(links_);
  }
  for (auto& [peer, link] : links) link->Close();
}

void PeerTransport::WriteTo(MetricsPage& page) const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [peer, link] : links_) {
    const PeerLinkStats stats = link->stats();
    const MetricsPage::Labels labels = {{"peer", peer.ToString()}};
    page.AddGauge("quorate_peer_connected", "1 while a connection to the peer is open.",
                  stats.connected ? 1 : 0, labels);
    page.AddGauge("quorate_peer_queue_bytes", "Bytes that wait to be sent to the peer.",
                  static_cast<double>(stats.queue_bytes), labels);
    page.AddCounter("quorate_peer_sent_bytes_total", "Bytes of frames sent to the peer.",
                    static_cast<double>(stats.bytes_sent), labels);
    page.AddCounter("quorate_peer_sent_frames_total", "Frames sent to the peer.",
                    static_cast<double>(stats.frames_sent), labels);
    page.AddCounter("quorate_peer_sent_messages_total", "Messages that carried those frames.",
                    static_cast<double>(stats.messages_sent), labels);
    page.AddCounter("quorate_peer_dropped_frames_total",
                    "Frames dropped: the queue full, the peer unreachable, the connection broken.",
                    static_cast<double>(stats.frames_dropped), labels);
    page.AddCounter("quorate_peer_connections_failed_total",
                    "Connections to the peer that ended before it welcomed them.",
                    static_cast<double>(stats.connections_failed), labels);
    page.AddCounter("quorate_peer_connections_lost_total", "Connections to the peer that broke.",
                    static_cast<double>(stats.connections_lost), labels);
  }
}

}  // namespace quorate::rpc
