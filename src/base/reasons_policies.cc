// Errors of conflict policies and registers.
#include "base/reasons.h"

namespace quorate {
namespace {

constexpr ReasonText kReasons[] = {
    {"BATCH_NOT_ATOMIC",
     "A keyspace of mode quorum has no order of all writes, so several keys cannot be written as "
     "one.",
     "Let each be for itself (atomic: false, kvctl batch --no-atomic), or use a keyspace of mode "
     "raft."},
    {"CONFLICT_NOT_SUPPORTED", "No keyspace of this build can have that conflict policy.",
     "Use lww, or a keyspace of mode raft."},
    {"CONFLICT_POLICY_NEEDED",
     "A keyspace of mode quorum has to say what concurrent writes of one key mean.",
     "Say it: kvctl keyspace create NAME --mode quorum --conflict lww."},
    {"CONFLICT_POLICY_REFUSED",
     "A keyspace of mode raft has no concurrent writes, and takes no conflict policy.",
     "Leave --conflict out, or make it with --mode quorum."},
    {"NEEDS_ONE_ORDER",
     "Conditions and additions need one order of all writes, which a keyspace of mode quorum does "
     "not have.",
     "Use a keyspace of mode raft for such keys."},
    {"NOT_IN_THIS_MODE",
     "Writers, which make writes happen once, are of mode raft: puts and deletes of mode quorum "
     "may "
     "be sent twice.",
     "Send the write without an identity; the client library does."},
    {"NO_LEADER_HERE", "A partition of mode quorum has no leader to move.",
     "Nothing: any replica takes its requests."},
    {"BAD_CONTEXT",
     "The context given with a write is none, was changed, or claims writes that there never "
     "were.",
     "Give back the one of a read of this key, as it was, or none."},
    {"BAD_POLICY_OP", "What was asked of a counter, set or map cannot be read.",
     "Let the client library make it."},
    {"BAD_STALENESS_INPUT",
     "The probability of stale reads was asked for more replicas than there are, or for none.",
     "Reads and writes wait for 1 to all replicas."},
    {"BAD_VERSION_VECTOR", "The bytes are no version vector, or not all of one.",
     "Take it from a read, as it is."},
    {"BODY_DAMAGED", "A stored value of its keyspace's conflict policy cannot be read.",
     "Let the replica be rebuilt from the others."},
    {"CONTEXT_AHEAD",
     "The context of a removal knows of writes that the replica has not seen; nothing was "
     "removed.",
     "Try again, or through another node; else read the key anew and use that context."},
    {"CONTEXT_NEEDED", "Removing takes the context of a read that showed what is to go.",
     "Read the key first and give back the context of that read."},
    {"COUNTER_NOT_REMOVABLE",
     "A counter cannot be removed: what others add to it at this moment could not be told from "
     "what was to go.",
     "Take its value away instead."},
    {"EXPIRY_NOT_SUPPORTED",
     "Counters, sets and maps, which many change at once, have no single time at which they "
     "could expire.",
     "Write without a time to live."},
    {"FOREIGN_CONTEXT", "The context is of another key or keyspace.",
     "Read this key and give back what that read told."},
    {"NOTHING_MEASURED", "No latency between replicas has been measured yet.",
     "Let some requests pass first."},
    {"REGISTER_CONTENDED",
     "Others wrote to the register in each of many attempts. The error says whether this write "
     "may have been done.",
     "Try again later; where it may have been done, read first."},
    {"ROUND_NEEDED", "A register was to be written as other values are.",
     "Write it at LINEARIZABLE, which makes a round among its replicas."},
    {"SIBLINGS_FULL",
     "The key has as many concurrent values as are allowed, and the write knows of too few of "
     "them. Nothing was written.",
     "Read the key and write one value with the context of that read."},
    {"WRONG_POLICY", "What was asked, or what is stored, is of another conflict policy.",
     "Ask for what the keyspace's policy can do."},
};

}  // namespace

absl::Span<const ReasonText> PolicyReasons() { return kReasons; }

}  // namespace quorate
