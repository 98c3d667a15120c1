// How a replica gets back what an empty disk has lost, though its dots have left
// the dot logs: it asks the others for all their records, page by page.
//
// From so many others that no quorum is left without one of them: one alone may
// lack what this replica and a third had acknowledged, or what they had promised. Until then
// it answers no reads, coordinates no writes and is no register's acceptor. What a source had seen
// when its first page came counts as seen here once all its pages, and what its dot log still has,
// are here.
//
// A replica that joins has nothing to get back, but takes another's place. What that one
// has is enough for it then, and it alone is asked: of each quorum it was in, the others
// count in the new set as well. Where it cannot be heard, or none leaves, it is as with a
// lost disk, but for what the replica itself could have acknowledged.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "quorum/anti_entropy.h"
#include "quorum/local.h"
#include "quorum/peers.h"

namespace quorate::quorum {

class Filling {
 public:
  Filling(Local& local, Peers& peers, const AntiEntropy& anti_entropy)
      : local_(local), peers_(peers), anti_entropy_(anti_entropy) {}

  void Tick(const Now& now);
  void OnAsk(const Identity& from, const FillAsk& ask);
  void OnAnswer(const Identity& from, const FillAnswer& answer, const Now& now);
  // What an earlier life had in its dot log the later one may not have: from the
  // beginning.
  void OnReborn(NodeId node) { sources_.erase(node); }
  // Whoever is no replica any more is no source.
  void OnMembers();
  // Anti-entropy has gone on: what is filled may be complete.
  void Advance(const Now& now);

 private:
  struct Source {
    Identity who;                   // a later life begins anew
    uint64_t id = 0;                // of the page it is asked for; 0: none
    absl::Duration first_asked_at;  // for that page
    absl::Duration asked_at;        // likewise, last
    absl::Duration patience;        // before it is asked again; 0: as for any other message
    std::string after;
    std::optional<Knowledge> known;  // at its first page
    std::optional<absl::Duration> done_at;
  };

  void Ask(NodeId node, Source& source, const Now& now);
  absl::Duration Patience(const Source& source) const;
  // Whose records are wanted.
  std::vector<NodeId> Wanted() const;
  // Some that are enough without `asked` may have acknowledged what none of those has.
  bool MayLack(const Nodes& asked) const;
  // False: some of it lies too far ahead in time.
  bool Take(const FillAnswer& answer, const std::string& after, const Now& now);

  Local& local_;
  Peers& peers_;
  const AntiEntropy& anti_entropy_;
  uint64_t next_id_ = 1;
  std::map<NodeId, Source> sources_;
};

}  // namespace quorate::quorum
