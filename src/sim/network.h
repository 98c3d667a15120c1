// The network between nodes: frames are delayed, lost, doubled and overtaken;
// links are cut, stalled, slowed and made lossy, each way for itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/random.h"
#include "sim/event_queue.h"
#include "sim/trace.h"

namespace quorate::sim {

struct NetworkProfile {
  absl::Duration delay_min = absl::Microseconds(100);
  absl::Duration delay_spread = absl::Microseconds(400);  // uniform on top
  double tail_chance = 0.01;                              // a frame is held up
  absl::Duration tail_max = absl::Milliseconds(20);
  double loss = 0;
  double duplication = 0;
  // A frame ignores the order of its connection.
  double reordering = 0;
};

enum class LinkFault : uint8_t {
  kCut,    // frames are lost
  kStall,  // frames wait until it is mended, then all come in order
  kSlow,   // delays are `factor` times as long
  kLossy,  // a third of the frames are lost
  kLate,   // frames come `factor` ms later, in no order
};

// One way from a node to another.
struct LinkRule {
  NodeId from;
  NodeId to;
  LinkFault fault = LinkFault::kCut;
  double factor = 1;
};

class Network {
 public:
  // `life_of`: counts a node's processes, zero while there is none. A frame
  // goes to the process that was there when it was sent, or nowhere.
  struct Ends {
    std::function<uint64_t(NodeId)> life_of;
    std::function<void(NodeId to, NodeId from, std::string frame)> deliver;
  };
  Network(EventQueue& queue, Trace& trace, Random random, NetworkProfile profile, Ends ends);

  void Send(NodeId from, NodeId to, std::string frame);

  // Faults add up; each is taken back by its own id.
  using RuleSet = uint64_t;
  RuleSet Break(std::vector<LinkRule> rules);
  void Mend(RuleSet set);
  void MendAll();
  // From here on nothing is lost, doubled or overtaken by chance.
  void CalmDown();

  bool IsCut(NodeId from, NodeId to) const { return Find(from, to, LinkFault::kCut) != nullptr; }

 private:
  struct Frame {
    NodeId from, to;
    uint64_t life = 0;  // of the receiver when it was sent
    std::string bytes;
  };

  const LinkRule* Find(NodeId from, NodeId to, LinkFault fault) const;
  bool LosesByChance(const Frame& frame);
  absl::Duration DelayOf(const Frame& frame);
  void Launch(Frame frame);
  void Arrive(Frame frame);
  void ReleaseStalled();

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  NetworkProfile profile_;
  Ends ends_;
  std::map<RuleSet, std::vector<LinkRule>> rules_;
  RuleSet next_rule_set_ = 1;
  // When the newest frame of a connection arrives: later ones come after it.
  std::map<std::pair<NodeId, NodeId>, absl::Duration> last_arrival_;
  std::vector<Frame> stalled_;
};

}  // namespace quorate::sim
