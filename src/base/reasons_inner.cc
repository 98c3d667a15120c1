// Errors that say something is damaged or misused inside.
#include "base/reasons.h"

namespace quorate {
namespace {

constexpr ReasonText kReasons[] = {
    {"APPLIED_DAMAGED", "The record of what a partition's state has applied cannot be read.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
    {"BAD_KEY_ORDER",
     "A replacement of stored state has its keys out of order. A defect of this program.",
     "Report it with the log."},
    {"BAD_MEMBERSHIP",
     "A change of a partition's members makes no sense, such as a group without voters.",
     "Ask for another."},
    {"BAD_OPTION", "An option of the log makes no sense; the message says which.", "Correct it."},
    {"BAD_RAFT_CONFIG", "Settings of the replication contradict one another.",
     "Correct those that the message names."},
    {"BAD_RANGE",
     "A range of stored state that is to be replaced is empty. A defect of this program.",
     "Report it with the log."},
    {"CONFIGURATION_CORRUPT",
     "A partition's stored list of members cannot be read: damaged, or of a newer version.",
     "Run the newest version that ran here; else leave the node stopped and keep its data folder."},
    {"DATA_DAMAGED", "The state on disk is damaged.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet; look at the disk."},
    {"DISK_ERROR", "The disk failed a read or a write; the node does not go on with it.",
     "Look at the disk and the system's log. The other nodes go on serving."},
    {"DISK_NEARLY_FULL",
     "A disk has less room left than disk-reserve-bytes: the node refuses what grows, so that "
     "deletes, flushes and compactions still find room.",
     "Make room, delete keys, or grow the disk; writes go on by themselves once there is room."},
    {"DISK_FULL", "The disk has no room left.", "Make room, then start the node again."},
    {"EFFECT_DAMAGED", "A change of a leaderless partition cannot be read from the log.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
    {"ENTRY_UNREADABLE", "A committed entry cannot be read: it is of a newer version or damaged.",
     "Run the newest version that ran in this cluster."},
    {"FILE_NOT_FOUND", "A file that belongs to the data folder is not there.",
     "Check that it is the right folder."},
    {"FRAME_DAMAGED", "A message between nodes was damaged on its way: its checksum is another.",
     "Nothing is wrong with what is kept; if it happens again, look at the network."},
    {"FRAME_TOO_LARGE", "What came on the peer port is not from a node.",
     "Let only nodes of the cluster use that port."},
    {"FILE_NOT_PERMITTED",
     "The system does not permit what is needed with a file of the data folder.",
     "Give kvd's user the folder."},
    {"HINT_DAMAGED", "A write at ANY that a node kept cannot be read any more.",
     "It is lost; write it again if it is known."},
    {"IDENTITY_DAMAGED", "The file that says whose data folder this is cannot be read.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
    {"LOG_DAMAGED",
     "The log has a hole or a damaged record before its end: something acknowledged is "
     "lost on this disk.",
     "Keep the folder, look at the disk, leave the node stopped. The others "
     "go on serving."},
    {"LOG_OUT_OF_ORDER", "The log was handed entries that do not follow. A defect of this program.",
     "Report it with the log."},
    {"MALFORMED_COMMAND",
     "A command cannot be read: it is of a newer version, or was damaged on its way.",
     "Run the same version everywhere."},
    {"MALFORMED_FRAME", "What came on the peer port is not from a node.",
     "Let only nodes of the cluster use that port."},
    {"MALFORMED_MESSAGE",
     "A message between nodes cannot be read: it is of a newer version, or was damaged on "
     "its way.",
     "Run the same version everywhere."},
    {"MALFORMED_TOPOLOGY",
     "A topology cannot be read: it is of a newer version, or was damaged on its way.",
     "Run the same version everywhere."},
    {"MESSAGE_DAMAGED", "A message of a replica cannot be read; it is dropped, and sent anew.",
     "If it stays, look at the network, and at the versions of both nodes."},
    {"NEWER_FORMAT", "What is stored was written by a newer version.",
     "Run that version; there is no way back."},
    {"NO_REPLICA_HERE", "The node has no replica of that partition.",
     "Ask one that has: kvctl partition list."},
    {"DATA_FOLDER_INCOMPLETE",
     "The node has run on this folder before, and its log or its data is gone.",
     "Put it back; a node that begins anew would have forgotten what it promised."},
    {"LOG_TAIL_LOST",
     "The log ends before what had been on disk: the disk has lost what this node had "
     "acknowledged.",
     "Put the whole folder back, or leave the node stopped and keep what is there. The others go "
     "on serving."},
    {"LOG_SHORTER",
     "A node's message was refused: its log is shorter than it had told in an earlier life.",
     "Look at that node: it has ended with OLD_DISK_IMAGE."},
    {"OLD_DISK_IMAGE",
     "Others have heard of a later start of this node, or of writes that it had: its data folder "
     "is an older copy, its disk has lost what it had acknowledged, or two processes run on "
     "copies of one folder.",
     "Put the newest folder back and start the node on that; never run two on copies. It starts "
     "on this one again only without the file old-disk-image in it."},
    {"NOT_A_PEER", "Who called the peer port is no node, or of a build too old for this one.",
     "Let only nodes of the cluster use that port; clients come in at --listen."},
    {"OLDER_BOOT", "A message of a node's earlier life came late and was dropped.",
     "Nothing is to be done."},
    {"PEER_VERSION", "A node calls in a later version of what nodes say to one another.",
     "Run builds that may be in one cluster: see docs/upgrade.md."},
    {"PARTITION_EMPTY",
     "A snapshot was asked of a partition that has no state here. A defect of this "
     "program.",
     "Report it with the log."},
    {"PARTITION_REMOVED", "The partition was removed from this node's log.",
     "Its keyspace was dropped; nothing is to be done."},
    {"RECORD_DAMAGED", "The stored record of a key cannot be read.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
    {"SNAPSHOT_AT_END", "A snapshot was read on behind its end. A defect of this program.",
     "Report it with the log."},
    {"SNAPSHOT_CHUNK_DAMAGED", "A piece of a snapshot was damaged on its way; it is sent again.",
     "If it stays, look at the network."},
    {"SNAPSHOT_COMPLETE", "A snapshot goes on behind its last piece; it is begun anew.",
     "If it stays, report it with the log."},
    {"SNAPSHOT_INCOMPLETE",
     "A snapshot was to be installed before its last piece came; it is begun anew.",
     "If it stays, report it with the log."},
    {"SNAPSHOT_MALFORMED", "A snapshot has a record cut short; it is begun anew.",
     "If it stays, report it with the log."},
    {"SNAPSHOT_MISMATCH",
     "A snapshot holds another state than it was announced with; it is begun anew.",
     "If it stays, report it with the log."},
    {"SNAPSHOT_OUT_OF_ORDER", "A piece of a snapshot came where another was due; it is sent again.",
     "If it stays, look at the network."},
    {"STATE_BEHIND_LOG",
     "A partition's state ends before its log begins: state is missing on this disk.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
    {"WRITER_DAMAGED", "What a node keeps of a writer's writes does not match its checksum.",
     "Leave the node stopped and keep its data folder: the others go on, and none is rebuilt from "
     "them yet."},
};

}  // namespace

absl::Span<const ReasonText> InnerReasons() { return kReasons; }

}  // namespace quorate
