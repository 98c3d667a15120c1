// Errors that requests meet.
#include "base/reasons.h"

namespace quorate {
namespace {

constexpr ReasonText kReasons[] = {
    {"ALL_NOT_REACHED",
     "The write at ALL is committed and applied, but a replica was lost, or the deadline came, "
     "before every one had it on disk.",
     "Nothing need be repeated: it was applied. Allow more time, or see by kvctl cluster "
     "status who is slow."},
    {"ANSWER_TOO_LARGE", "The values that were found do not fit one answer.",
     "Ask for fewer keys at a time."},
    {"BAD_BOUND",
     "BOUNDED comes without how old the state may be, with none that makes sense, or another level "
     "with one.",
     "Give BOUNDED one from 1us to 24h, BOUNDED(2s), and no other level any."},
    {"BAD_CURSOR", "The cursor of a scan is damaged, or of another keyspace or other bounds.",
     "Begin the scan anew, behind the last key you have."},
    {"BAD_DEADLINE", "The deadline given to the client is not a positive time.",
     "Give one, or none for the default."},
    {"BAD_ENDPOINT", "An endpoint is not of the form host:port.", "Write it as in 127.0.0.1:7400."},
    {"BAD_FLAG", "A flag's value makes no sense; the message names the flag and what is wanted.",
     "Correct it; --help lists the values."},
    {"BAD_LADDER",
     "The ladder of levels rises, lacks a time budget where one is needed, or leaves none "
     "for the next rung.",
     "Order it from strong to weak, each but the last with a budget: "
     "LINEARIZABLE:20ms,ONE."},
    {"BAD_MUTATION", "A line of a batch is not a mutation.",
     "See kvctl batch --help for the form."},
    {"BAD_RECORD", "A record to import, or a value in JSON, cannot be read.",
     "Correct the line that the message names."},
    {"BATCH_EMPTY", "The batch has no mutations.", "Put at least one in."},
    {"BATCH_PARTLY_DONE",
     "Of a batch whose writes are each for itself some failed: the details say which were done, "
     "which not, and of which it is unknown, counted from 0.",
     "Send again those that were not done; of the unknown ones puts and deletes too."},
    {"BATCH_TOO_LARGE", "The batch has more bytes than one log entry may have.", "Split it."},
    {"BATCH_TOO_LONG", "The batch has more mutations than are allowed.", "Split it."},
    {"BOUND_NOT_MET",
     "The replica cannot prove that its state is as fresh as the bound asks, and cannot "
     "ask its leader.",
     "Allow an older state, ask another node, or use a ladder that ends in ONE."},
    {"CALL_MALFORMED",
     "What came over the wire is no call of this API: a message or a header that cannot be read, "
     "or "
     "not one message where one belongs.",
     "Use a client that is made of the same .proto files."},
    {"CALL_TOO_LARGE", "A message is larger than a node takes.",
     "Send less at a time: fewer operations in a batch or a message of a stream."},
    {"CANCELLED", "The call was given up before its answer came; a write may have been done.",
     "Read before writing again."},
    {"CONDITION_FAILED", "The write's condition did not hold at its turn; nothing was changed.",
     "Read the key, decide anew, try again."},
    {"CONNECTION_LOST",
     "The connection broke after the request had left; a write may have been done.",
     "Read before writing again. kvctl cluster status says which nodes answer."},
    {"COUNTER_OVERFLOW", "The sum would leave the range of a 64-bit number; nothing was changed.",
     "Put another number, or count in another key."},
    {"CROSS_PARTITION", "The keys of one atomic batch lie in different partitions.",
     "Give them a common {tag}, of which alone the partition is computed, or split the "
     "batch."},
    {"DEADLINE_EXCEEDED", "No answer came in time; a write may have been done.",
     "Read before writing again. Allow more time, or see kvctl cluster status."},
    {"DEADLINE_EXPIRED_IN_QUEUE",
     "The deadline passed while the request waited, before it was begun: it was not done.",
     "The node has more to do than it can: allow more time, or send it less."},
    {"DEADLINE_PASSED", "The deadline had passed when the request arrived: it was not done.",
     "Allow more time."},
    {"HINTS_FULL",
     "No replica of the partition can be reached, and the room for writes at ANY is used up. "
     "Nothing was done.",
     "Bring a replica back, or allow more bytes for hints."},
    {"IDENTITY_INVALID",
     "The identity of a write lacks its writer or sequence, or settles the write itself.",
     "Open a writer with OpenWriter, number its writes from 1, settle only what was "
     "answered."},
    {"IDENTITY_REUSED",
     "Another write was sent before under the same writer and sequence; this one is not "
     "done.",
     "Give each write a sequence of its own."},
    {"INCOMPLETE_REQUEST", "The request lacks a part that it needs; the message says which.",
     "Fill it in."},
    {"KEYSPACE_NOT_FOUND", "There is no keyspace of that name.",
     "kvctl keyspace list shows those there are; kvctl keyspace create makes one."},
    {"KEY_EMPTY", "The key has no bytes.", "Give one of at least one byte."},
    {"KEY_NOT_FOUND", "The key has no value.",
     "That may be right. It is an answer at the level asked: a stronger level may see "
     "more."},
    {"KEY_TOO_LARGE", "The key is longer than a key may be.",
     "Shorten it, for instance to a hash."},
    {"LEADER_CHANGED",
     "The leader changed while the request was under way; a write may have been done.",
     "Read before writing again; a read can be repeated."},
    {"LEVEL_UNSUPPORTED",
     "The keyspace's mode cannot honour that level for such an operation. It is never "
     "weakened in silence.",
     "Use one of those the message lists; kvctl level list shows all."},
    {"META_UNAVAILABLE",
     "The node does not know the keyspace and cannot ask the meta group, which lacks a "
     "majority or a leader.",
     "Try another node; see kvctl cluster status."},
    {"NODE_DRAINING", "The node is going down and takes no more.",
     "Go on at another one; the client library does so by itself."},
    {"NODE_LEAVING",
     "No replica can be reached, and the node is to leave the cluster, so that it keeps no write "
     "at ANY for them. Nothing was written.",
     "Ask another node."},
    {"NODE_OVERLOADED", "More requests wait at the node than it takes on; this one was not begun.",
     "Come back when the error says; send it less, or add nodes."},
    {"NODE_UNREACHABLE",
     "No connection to the node, or to any of them, could be made: nothing was done.",
     "Is kvd running there? Check --endpoints and the network."},
    {"NOT_ALLOWED", "The node does not allow that.", "Ask whoever runs it."},
    {"NOT_A_COUNTER",
     "The key's value is not a decimal 64-bit number, so nothing can be added to it.",
     "Put a number first, or use another key."},
    {"NOT_A_QUORATE_NODE", "What answers there does not speak Quorate's protocol.",
     "Check the address and port; clients come in at kvd's --listen."},
    {"NOT_CONFIRMED", "A dangerous command was not confirmed; nothing was done.",
     "Type the name when asked, or give --confirm NAME."},
    {"NOT_LEADER", "The replica does not lead its partition (any more): nothing was done.",
     "Repeat it; the client library does so by itself."},
    {"NO_KEYS", "A read of several keys names none.", "Name at least one."},
    {"NO_KEYSPACE", "The request names no keyspace.",
     "Name one; kvctl keyspace list shows those there are."},
    {"NO_LEADER",
     "The partition has no leader that the node can reach, though a majority of its replicas is "
     "there: an election is under way. Nothing was done.",
     "Repeat it after a moment; the client library does so by itself. Reads at ONE go on."},
    {"OPERATION_INVALID", "The text names no operation.",
     "Give it as the error of the write named it: keyspace/partition/writer/sequence."},
    {"PARTITION_UNKNOWN",
     "The node's topology lacks the partition: its keyspace was dropped, or the node has "
     "yet to learn of it.",
     "Repeat it after a moment; see kvctl keyspace list."},
    {"PEER_LOST",
     "The node that had been handed the request was lost meanwhile; a write may have been "
     "done.",
     "Read before writing again."},
    {"REPLICAS_LOST",
     "Replicas were lost, or refused the write's time-stamp, while it was under way: it may appear "
     "later.",
     "Read before writing again."},
    {"REPLICAS_MISSING",
     "Fewer replicas of the partition can be reached than the level asks for. Nothing was done.",
     "Bring them back, or use a level that needs fewer; kvctl cluster status shows who is gone."},
    {"REPLICA_DOWN",
     "A write at ALL needs every replica, and one is not there. Nothing was written.",
     "Bring it back, or write at QUORUM, which needs a majority only."},
    {"REPLICA_FILLING",
     "The replica began with an empty disk, and the others are filling it. Nothing was done.",
     "Ask another node."},
    {"REPLICA_LEAVING",
     "The replica gives its place to one on another node and answers nothing by itself any more. "
     "Nothing was done.",
     "Ask another node, or read at QUORUM."},
    {"REQUEST_TOO_LARGE", "The request does not fit one message.", "Send it in parts."},
    {"RPC_FAILED",
     "The call failed in a way of the transport's own; the message has its words. A write "
     "may have been done.",
     "Read before writing again."},
    {"SESSION_DAMAGED", "What was given as a session's token is none, or was cut short or changed.",
     "Begin a new session: kvctl session new."},
    {"SESSION_KEYSPACE_REMADE",
     "The session has seen a keyspace that was dropped since; another has its name.",
     "Begin a new session: kvctl session new."},
    {"SESSION_LOST",
     "What the session saw is not part of the history: a write at ONE was lost with its "
     "leader.",
     "Begin a new session; write at QUORUM what must not be lost."},
    {"SESSION_NEWER", "The session's token was made by a later version.",
     "Use that version, or begin a new session."},
    {"SESSION_NOT_COVERED",
     "The replica has not what the session saw, and none that it can reach has it or can bring "
     "it up to date.",
     "Ask another node, or wait until those that have it are back."},
    {"SESSION_NOT_KEPT",
     "The session's token could not be written back to its file. What was asked was done.",
     "Make the file writable; until then its reads may go behind what was just seen."},
    {"SESSION_OTHER_CLUSTER", "The session's token is of another cluster.",
     "Check --endpoints and --session, or begin a new session here."},
    {"SESSION_SPANS_PARTITIONS",
     "A batch whose writes are each for itself lies in several partitions; one receipt cannot "
     "tell a session of all.",
     "Give its keys a common {tag}, write them one by one, or leave the session out."},
    {"SHUTTING_DOWN",
     "The node ended while it had the request; the error says whether a write may have "
     "been done.",
     "Repeat it at another node, where it was not applied."},
    {"TARGET_BEHIND", "The node that is to lead lacks too many entries.",
     "Wait until it has caught up, or choose another."},
    {"TIME_AHEAD",
     "What the session saw has a time-stamp far ahead of the node's calendar. Nothing was done.",
     "Set the nodes' clocks right."},
    {"TOO_MANY_KEYS", "A read names more keys than are allowed.", "Split it."},
    {"TRANSPORT", "gRPC failed without saying more; a write may have been done.",
     "Read before writing again."},
    {"UNCOMMITTED_FULL",
     "More waits to be replicated than the partition may hold: its followers or disks do "
     "not keep up. Nothing was done.",
     "Wait, then repeat it, slower."},
    {"UNKNOWN_LEVEL", "The request's level has a number that this version does not know.",
     "Use one that it knows, or a newer version."},
    {"UNREADABLE_FILE", "A file that is to be read cannot be.", "Check its path and permissions."},
    {"UNWRITABLE_FILE", "A file that is to be written cannot be.",
     "Check its path and permissions."},
    {"USAGE", "The command line makes no sense; the message says what is wrong.",
     "See --help of that command."},
    {"VALUE_TOO_LARGE", "The value is larger than the node takes.",
     "Split it, or raise --value-bytes-max on every node."},
    {"FAULT_SWITCH_OFF", "Faults can be brought about only at nodes that were started for drills.",
     "Start the nodes with --fault-switch, and never so where the data matters."},
    {"WRITER_EXPIRED",
     "The writer under whose identity the write came is not known, or is forgotten: in mode raft "
     "after an hour without writes, in mode quorum an hour after it was opened, and at a replica "
     "that was started since. The write is not done now; if it was sent before, it may have "
     "been done then.",
     "Open another writer; read before writing again. The client library does so by "
     "itself."},
    {"WRITER_FULL", "The writer has more writes whose outcome it has not settled than are kept.",
     "Raise settled_below as answers come."},
    {"WRITE_FENCED",
     "The write came after the question what became of it, so it is not done. In mode raft it "
     "never "
     "was; in mode quorum an earlier life of the replica may have done it.",
     "Do it anew if it is still wanted; in mode quorum resolve it first: kvctl resolve."},
    {"WRITE_SETTLED",
     "The write comes again though its writer had said that it knows the outcome; it is not "
     "done a second time.",
     "Number new writes higher."},
};

}  // namespace

absl::Span<const ReasonText> RequestReasons() { return kReasons; }

}  // namespace quorate
