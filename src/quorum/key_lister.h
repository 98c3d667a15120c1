// Which keys there are, as enough replicas together know it: each lists its own,
// the dead ones too, as far as a page of it goes; the union counts up to where the
// shortest page ends. What was acknowledged at a level whose replicas overlap
// with these is among them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "quorum/local.h"
#include "quorum/message.h"
#include "quorum/peers.h"
#include "quorum/request.h"

namespace quorate::quorum {

class KeyLister {
 public:
  KeyLister(Local& local, Peers& peers) : local_(local), peers_(peers) {}

  // UNAVAILABLE at once where too few replicas are alive.
  void Start(const ListRequest& request, const Now& now);
  void OnAsk(const Identity& from, const KeysAsk& ask);
  void OnAnswer(NodeId from, KeysAnswer answer);
  // All begin anew, with who is a replica from now on.
  void OnMembers(const Now& now);
  void OnPeerGone(const Now& now);
  // Asks again, and one more, where no answer comes; gives up what is too late.
  void Tick(const Now& now);

  // Answers all with UNAVAILABLE.
  void Shutdown();

  size_t under_way() const { return lists_.size(); }

 private:
  struct List {
    ListRequest request;
    std::map<NodeId, absl::Duration> asked;  // when, the last time
    std::map<NodeId, KeyList> answers;
  };
  using Lists = std::map<uint64_t, List>;

  KeyList Own(const ListRequest& request) const;
  void AskEnough(uint64_t id, List& list, const Now& now);
  void Ask(NodeId node, uint64_t id, List& list, const Now& now);
  // Those that gave no answer, and one more.
  void Remind(uint64_t id, List& list, const Now& now);
  Nodes Responders(const List& list) const;
  bool Done(const List& list) const;
  bool Hopeless(const List& list) const;
  static KeyList Union(const List& list);
  void Answer(const List& list, absl::Status status, KeyList keys = {});

  Local& local_;
  Peers& peers_;
  uint64_t next_id_ = 1;
  Lists lists_;
};

}  // namespace quorate::quorum
