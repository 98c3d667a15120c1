// One replica's part in one leaderless partition: a pure state machine. Time,
// messages, requests and completions go in; an Output comes out.
//
// Sources: Goncalves et al., "DottedDB: Anti-Entropy without Merkle Trees,
// Deletes without Tombstones" (SRDS 2017); DeCandia et al., "Dynamo" (SOSP
// 2007); Kulkarni et al., "Logical Physical Clocks" (OPODIS 2014).
//
// Single-threaded. After any call, when has_output(), the host takes the Output
// and obeys the rules stated at its fields before the next call.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "quorum/anti_entropy.h"
#include "quorum/coverage.h"
#include "quorum/filling.h"
#include "quorum/inheritance.h"
#include "quorum/key_lister.h"
#include "quorum/local.h"
#include "quorum/peers.h"
#include "quorum/read_coordinator.h"
#include "quorum/register_coordinator.h"
#include "quorum/request.h"
#include "quorum/resolve_coordinator.h"
#include "quorum/verify.h"
#include "quorum/write_coordinator.h"

namespace quorate::quorum {

class Core {
 public:
  // `policy` and `store` outlive it. The identity's boot is above all that this
  // node ever had, and is durable already.
  Core(Config config, const ConflictPolicy& policy, const Store& store, Restored restored);

  void Tick(const Now& now);
  // Strangers' messages, duplicates and those of older lives are harmless.
  void Receive(Message message, const Now& now);
  void Write(WriteRequest request, const Now& now);
  // Many at once, see RunRequest; of policies whose newest wins.
  void WriteRun(RunRequest request, const Now& now);
  void Read(const ReadRequest& request, const Now& now);
  void List(const ListRequest& request, const Now& now);
  // A new writer, and what became of one of a writer's operations.
  void OpenWriter(uint64_t id, const Now& now);
  void Resolve(const ResolveRequest& request, const Now& now);
  // Policy `register` only, whose writes come by no other way.
  void Operate(const RegisterCall& call, const Now& now);
  // Of all effects handed out, the first `count` are durable.
  void Persisted(uint64_t count, const Now& now);
  // The link to a replica's node is lost, or there again. At first all are there.
  void PeerGone(NodeId node, const Now& now);
  void PeerBack(NodeId node, const Now& now);

  // Who keeps the partition, this replica among them; what is not newer is ignored. What is
  // under way goes on with whoever counts from now on.
  void SetMembers(const Members& members, const Now& now);
  // Something was heard of the leaver's node then, if not of its replica; also long ago.
  void NoteLeaverHeard(absl::Duration at) { leaver_heard_at_ = at; }
  // The move that the members tell of is over as far as this replica is concerned, whose
  // word is wanted: who joins has taken over all, durably, and all that are alive take
  // part in no epoch before. Where none joins, it is the leaver's word, and the others
  // have what it has; or that of the others, if the leaver is lost.
  bool MoveDone(const Now& now) const;

  // Answers what is under way: reads as failed, writes as unknown.
  void Shutdown(const Now& now);

  bool has_output() const { return local_.has_output(); }
  Output TakeOutput() { return local_.TakeOutput(); }

  // --- looking in ---
  Identity self() const { return local_.self(); }
  const Knowledge& knowledge() const { return local_.knowledge(); }
  // False: the disk was empty, and reads are refused until the others have filled it.
  bool filled() const { return local_.filled(); }
  const Members& members() const { return local_.members(); }
  // Another replica, that is alive.
  bool Reaches(NodeId node) const { return peers_.alive(node); }
  // Dots that are not yet known to be everywhere.
  const SeenClock& logged() const { return local_.logged(); }
  const Config& config() const { return local_.config(); }
  const Operations& operations() const { return local_.operations(); }
  SeenClock Covered() const { return coverage_.Covered(); }
  Lag LagOf(NodeId node, const Now& now) const { return coverage_.LagOf(node, now); }
  // How old the state is at most; nullopt: not known.
  std::optional<absl::Duration> Staleness(const Now& now) const {
    return anti_entropy_.Staleness(now);
  }
  // This replica lacks what it once told the others to have on disk: it runs on an
  // older copy of that, and must not go on.
  bool has_forgotten() const { return anti_entropy_.has_forgotten() || coverage_.lacks_ended(); }
  // Likewise: as many starts of this node came before another one that is heard of.
  bool has_rival() const { return local_.has_rival(); }
  // Records that the slow comparison had to repair here: bit rot, or a defect.
  uint64_t records_repaired() const { return verify_.repaired(); }
  // Of these, those of which no majority of the replicas held the same.
  uint64_t records_disputed() const { return verify_.disputed(); }
  uint64_t reads_hedged() const { return reads_.hedged(); }
  // Time-stamps of others, or of sessions, that lay too far ahead of this calendar.
  uint64_t times_refused() const { return local_.times_refused(); }
  // Keys are registers: written, and read at LINEARIZABLE, by Operate.
  bool has_registers() const { return local_.policy().ByRounds(); }
  // Of operations on registers, questions to a quorum so far: one for a read
  // without contention, two for a write.
  uint64_t register_round_trips() const { return registers_.round_trips(); }
  size_t under_way() const {
    return writes_.under_way() + reads_.under_way() + registers_.under_way() + lister_.under_way() +
           resolves_.under_way();
  }

 private:
  // True, and it is answered: what is known of the members is older than what an earlier
  // life of this replica knew.
  bool RefuseBehind(uint64_t id);
  // Its sender counts the same replicas.
  bool Fits(Epoch epoch) const;
  bool LeaverIsDone(const Now& now) const;
  // It has been silent for so long that it is not waited for any more.
  bool LeaverIsLost(const Now& now) const;
  bool OthersHaveAll() const;
  // What was counted of earlier lives no longer counts.
  void ForgetEarlierLives();
  void HearOf(const std::map<NodeId, Boot>& lives);
  // Lives that it is not known to have heard of.
  std::map<NodeId, Boot> NewTo(NodeId node) const;
  void Handle(const Identity& from, WriteAsk&& ask, const Now& now);
  void Handle(const Identity& from, RunAsk&& ask, const Now& now);
  void Handle(const Identity& from, const WriteAnswer& answer, const Now& now);
  void Handle(const Identity& from, const ReadAsk& ask, const Now& now);
  void Handle(const Identity& from, const ReadAnswer& answer, const Now& now);
  void Handle(const Identity& from, const SyncAsk& ask, const Now& now);
  void Handle(const Identity& from, const SyncAnswer& answer, const Now& now);
  void Handle(const Identity& from, const FillAsk& ask, const Now& now);
  void Handle(const Identity& from, const FillAnswer& answer, const Now& now);
  void Handle(const Identity& from, const VerifyAsk& ask, const Now& now);
  void Handle(const Identity& from, const VerifyAnswer& answer, const Now& now);
  void Handle(const Identity& from, const RegisterAsk& ask, const Now& now);
  void Handle(const Identity& from, const RegisterAnswer& answer, const Now& now);
  void Handle(const Identity& from, const KeysAsk& ask, const Now& now);
  void Handle(const Identity& from, const KeysAnswer& answer, const Now& now);
  void Handle(const Identity& from, const ResolveAsk& ask, const Now& now);
  void Handle(const Identity& from, const ResolveAnswer& answer, const Now& now);
  // Of copies that are no replicas any more, whom nobody counts: see TakeLegacy.
  void Handle(const Identity&, const LegacyAsk&, const Now&) {}
  void Handle(const Identity&, const LegacyAnswer&, const Now&) {}
  // True: it was such a copy's.
  bool TakeLegacy(const Message& message, const Now& now);

  Local local_;
  Peers peers_;
  Coverage coverage_;
  AntiEntropy anti_entropy_;
  Filling filling_;
  Inheritance inheritance_;
  Verify verify_;
  WriteCoordinator writes_;
  ReadCoordinator reads_;
  RegisterCoordinator registers_;
  KeyLister lister_;
  ResolveCoordinator resolves_;
  std::set<NodeId> in_epoch_;  // they were heard in this one, so they stay in it
  absl::Duration leaver_heard_at_ = absl::InfiniteDuration();  // or this life or move began
  SeenClock seen_at_entry_;                                    // of this epoch
  SharedClock last_context_;                                   // that came with a WriteAsk
};

}  // namespace quorate::quorum
