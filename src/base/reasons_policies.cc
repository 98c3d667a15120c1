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
     "Use lww, siblings, counter, set, map or register, or a keyspace of mode raft."},
    {"CONFLICT_POLICY_NEEDED",
     "A keyspace of mode quorum has to say what concurrent writes of one key mean.",
     "Say it: kvctl keyspace create NAME --mode quorum --conflict lww, siblings, counter, set, "
     "map or register."},
    {"CONFLICT_POLICY_REFUSED",
     "A keyspace of mode raft has no concurrent writes, and takes no conflict policy.",
     "Leave --conflict out, or make it with --mode quorum."},
    {"NEEDS_ONE_ORDER",
     "Conditions and additions need one order of all writes, which of keyspaces of mode quorum "
     "only "
     "those of conflict policy register have.",
     "Use one of those, or one of mode raft; or for additions alone one of policy counter."},
    {"MERGING_POLICY_NEEDED",
     "Contexts and changes of sets and maps are for keyspaces of mode quorum whose policy merges "
     "concurrent writes. Nothing was written.",
     "Put and delete in mode raft; or make a keyspace of policy siblings, set or map."},
    {"CLOCK_AHEAD",
     "The clock of a node was set far ahead while it took writes: what it stamped then, and would "
     "stamp next, the other replicas refuse until that time has come. Nothing was done.",
     "Set the nodes' clocks right, and write through another node; read at a lower level."},
    {"CLOCK_UNCONFIRMED",
     "The node has just started, long after it last wrote by its clock, and no other has told it "
     "yet whether that is right. Nothing was done.",
     "Ask another node, or this one in a moment: alone, it goes by its own clock after 5 s."},
    {"COLLECTION_FULL", "The set or map has as many bytes as one key may have. Nothing was added.",
     "Remove from it first, or spread it over several keys."},
    {"CONTEXT_TOO_LARGE", "What was given as a context is larger than any is.",
     "Give back the one of a read of this key, as it was."},
    {"ELEMENT_TOO_LARGE", "The element of a set has more bytes than are allowed.",
     "Keep it under a key of its own, and its name in the set."},
    {"FIELD_TOO_LARGE", "The name of a map's field has more bytes than are allowed.",
     "Use a shorter one."},
    {"NOT_IN_THIS_MODE",
     "A keyspace of registers at a node of an earlier version has no writers, under whose identity "
     "a write happens once.",
     "Run the newer version everywhere, or send the write without an identity and with a "
     "condition; the client library does."},
    {"LEVEL_NOT_REACHED",
     "The write is done, but in time too few replicas were known to have it on disk for the level "
     "that was asked for.",
     "Nothing: the others get it when they can be reached. Do not send it again."},
    {"OPERATION_DAMAGED", "What a replica keeps of a write that may be asked for cannot be read.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
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
     "Read the key at another node. None is rebuilt from the others yet: keep the data folder and "
     "report it."},
    {"CONTEXT_AHEAD",
     "The context of a removal knows of writes that the replica has not seen and could not get "
     "from the others; nothing was removed.",
     "Try again when they can be reached, or through another node; else read the key anew and use "
     "that context."},
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
     "Others wrote to the register in each of many attempts, or, of a write with an identity, "
     "before its only one was through. The error says whether this write may have been done.",
     "Try again, under another sequence; where it may have been done, resolve it or read first."},
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
