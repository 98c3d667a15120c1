// What became of a write whose outcome its client does not know, asked of all
// replicas of the partition.
//
// Whoever has a write took it from its coordinator together with the operation's
// row, or from one who did and had both on disk. So if nobody has the row, nobody has
// the write, and what is left are messages under way, of coordinators' lives whose
// crash took their own row. Therefore a fence at each replica first, of which it
// says in which life it stands; and then the word of all replicas, given when they
// refuse what older lives than these have sent, that there still is no row.
// docs/consistency.md says what that gives.
//
// On a register a row says only that its replica has accepted the operation's value.
// Where a quorum has, it took effect. Else, once a quorum has put on disk that it was
// asked, a round completes whatever the key holds, and tells (resolve_registers.cc).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "quorum/local.h"
#include "quorum/peers.h"
#include "quorum/register_coordinator.h"
#include "quorum/request.h"
#include "quorum/write_coordinator.h"

namespace quorate::quorum {

class ResolveCoordinator {
 public:
  ResolveCoordinator(Local& local, Peers& peers, WriteCoordinator& writes,
                     RegisterCoordinator& registers)
      : local_(local), peers_(peers), writes_(writes), registers_(registers) {}

  // The reply has a fate, or UNAVAILABLE: who would have to be asked is not there, or
  // did not answer in time; the operation is still possible.
  void Start(const ResolveRequest& request, const Now& now);
  // An operation on a register that was begun here comes once more: it is told what
  // became of it as if it had been answered only now.
  void Repeat(const RegisterCall& call, const Now& now);
  void OnAsk(const Identity& from, const ResolveAsk& ask, const Now& now);
  void OnAnswer(const Identity& from, const ResolveAnswer& answer, const Now& now);
  void OnPeerGone(const Now& now);
  // All who are replicas from now on are asked again.
  void OnMembers(const Now& now);
  // Its answer was given in an earlier life: it is asked again.
  void OnReborn(NodeId node);
  // Asks again who has not answered; gives up what is past its deadline.
  void Tick(const Now& now);
  void Shutdown();

  size_t under_way() const { return resolves_.size(); }

 private:
  struct Answer {
    Standing standing = Standing::kUnknown;
    std::map<NodeId, Boot> heard;
    std::optional<Operations::Row> row;  // of a register
  };
  struct Resolve {
    ResolveRequest request;
    bool repeats = false;     // for a write that came once more
    bool in_a_round = false;  // which will tell
    absl::Duration begun_at;
    absl::Duration sent_at;
    std::map<NodeId, Boot> lives;      // in which its fence was told first
    std::map<NodeId, Answer> answers;  // the last of each
  };
  using Resolves = std::map<uint64_t, Resolve>;

  void Begin(const ResolveRequest& request, bool repeats, const Now& now);
  void Ask(NodeId node, uint64_t id, const Resolve& resolve);
  // Whether that answer was given when older lives' messages were refused.
  bool Fenced(const Resolve& resolve, const Answer& answer) const;
  // Ends it where enough was answered; `late`: with what there is.
  void Judge(Resolves::iterator at, bool late, const Now& now);
  // --- registers ---
  std::map<NodeId, Operations::Row> RowsOf(const Resolve& resolve) const;
  // True: somebody has a row, so that nothing else is to be judged.
  bool JudgeRows(Resolves::iterator at, bool late, const Now& now);
  bool ReadyForRound(const Resolve& resolve, bool late, const Now& now) const;
  void LearnFate(Resolves::iterator at, const Operations::Row& row, const Now& now);
  void OnFate(uint64_t id, const Operations::Row& row, const RegisterOutcome& outcome);
  void FinishApplied(Resolves::iterator at, const Operations::Row& row, const Nodes& holders);
  void Tell(Resolves::iterator at, Reply reply);
  absl::Status Missing(const Resolve& resolve) const;
  void Finish(Resolves::iterator at, Fate fate);
  void Fail(Resolves::iterator at, absl::Status status);

  Local& local_;
  Peers& peers_;
  WriteCoordinator& writes_;
  RegisterCoordinator& registers_;
  uint64_t next_id_ = 1;
  Resolves resolves_;
};

}  // namespace quorate::quorum
