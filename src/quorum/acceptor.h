// The acceptor's half of the register (CASPaxos: Rystsov, "CASPaxos: Replicated
// State Machines without logs", 2018): what a replica promises and accepts for
// one key. Pure functions of what it holds.
//
// Whatever carries an acceptance, it obeys the promise, and no answer leaves
// before everything that the replica holds of the key is durable.
#pragma once

#include <cstdint>
#include <optional>

#include "quorum/ballot.h"
#include "quorum/register_body.h"
#include "quorum/register_bugs.h"

namespace quorate::quorum {

struct RegisterRequest {
  enum class Kind : uint8_t {
    kQuery,    // tell what you hold
    kPrepare,  // promise to accept nothing below `ballot`, and tell what you hold
    kAccept,   // accept `value`, whose ballot is value.accepted
  };
  // Rules are the same for each; for metrics and tests.
  enum class Carrier : uint8_t { kRound, kBlindWrite, kWriteBack };
  Kind kind = Kind::kQuery;
  Carrier carrier = Carrier::kRound;
  uint64_t number = 0;  // comes back in the reply
  Ballot ballot;        // kPrepare
  RegisterValue value;  // kAccept
  friend bool operator==(const RegisterRequest&, const RegisterRequest&) = default;
};

struct RegisterReply {
  uint64_t number = 0;
  bool granted = false;  // kQuery: always
  Ballot promised;       // afterwards
  // Where nothing accepted is held: what was may have been dropped up to here.
  Ballot dropped;
  RegisterValue value;     // held afterwards; of kAccept its ballots only
  bool inherited = false;  // the value is held, but does not count as accepted here
  // Asked for an operation (operation.h): somebody has asked for its fate.
  bool closed = false;
  friend bool operator==(const RegisterReply&, const RegisterReply&) = default;
};

struct AcceptorStep {
  // Replaces what is held. Zero: nothing changes.
  std::optional<RegisterBody> persist;
  RegisterReply reply;
  // The reply waits until `persist`, and what was persisted for the key before
  // it, is durable: also of a query, or it would tell what a crash undoes.
  bool reply_after_sync = true;
};

// `held`: nullopt where the replica has no record of the key; `floor` is the
// partition's ballot floor, which then stands for the promise.
AcceptorStep StepAcceptor(const std::optional<RegisterBody>& held, const Ballot& floor,
                          const RegisterRequest& request, const RegisterBugs& bugs = {});

// A record that came by anti-entropy or a stream, and whose dot the replica has
// not seen.
struct AcceptorMerge {
  std::optional<RegisterBody> persist;
  // It is newer than what is held and a promise, or the floor, forbids it. So its
  // dot is still not seen: the key's round is to be completed (kComplete) first.
  // That goes for deletes too, though nothing may be held.
  bool refused = false;
};
AcceptorMerge MergeAccepted(const std::optional<RegisterBody>& held, const Ballot& floor,
                            const RegisterValue& incoming, const RegisterBugs& bugs = {});

// Likewise of a replica that is being filled: what the leaver promised goes along.
// While any key is refused it is not filled, and counts in no quorum by itself.
AcceptorMerge AdoptRegister(const std::optional<RegisterBody>& held, const Ballot& floor,
                            const RegisterBody& incoming);

// Likewise of a replica whose disk was lost, until it is filled: what it had promised
// comes from others, in any order with the values, and it answers nobody meanwhile. So
// all is held, and a value below a promise is inherited. nullopt: nothing changes.
std::optional<RegisterBody> InheritRegister(const std::optional<RegisterBody>& held,
                                            const Ballot& floor, const RegisterBody& incoming,
                                            const RegisterBugs& bugs = {});

// The partition's floor once a record is dropped: a covered tombstone, or one
// that only ever promised. To be durable no later than the drop.
Ballot FloorAfterDrop(const Ballot& floor, const RegisterBody& dropped);

}  // namespace quorate::quorum
