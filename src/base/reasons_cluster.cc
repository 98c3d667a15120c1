// Errors of making, starting and changing a cluster.
#include "base/reasons.h"

namespace quorate {
namespace {

constexpr ReasonText kReasons[] = {
    {"ADDRESS_REPEATED", "Two nodes of the bootstrap list have the same address.",
     "Give each its own, and the same list to all."},
    {"BAD_CLUSTER_ID", "The cluster's name is empty or has more than one line.",
     "Give another --cluster-id."},
    {"BAD_VALUE",
     "A setting's value makes no sense; the message says which, where, and what would do.",
     "Correct it."},
    {"CANNOT_LISTEN",
     "The node cannot listen at an address: the host is not this machine's, or the port is "
     "not permitted.",
     "Name another."},
    {"CHANGE_UNDER_WAY", "Another change of a partition's members has not ended.",
     "Repeat it afterwards."},
    {"FOLDER_IN_USE", "Another kvd has the data folder open.",
     "End that one, or give this one a folder of its own."},
    {"FOREIGN_CLUSTER", "A data folder or a message is of another cluster than the node's.",
     "Check --cluster-id, --data-dir and the peers' addresses."},
    {"FOREIGN_NODE", "A data folder or a message is of another node than this.",
     "Check --node-id, --data-dir and the peers' addresses."},
    {"INSECURE",
     "The address can be reached from other machines, and there is neither TLS nor "
     "authorisation.",
     "Keep to 127.0.0.1, or say --insecure where the network is trusted."},
    {"KEYSPACE_EXISTS", "There is a keyspace of that name already.",
     "Use it, or another name; keyspace create takes --if-not-exists."},
    {"KEYSPACE_NAME_INVALID",
     "The name has a character, or a length, that names of keyspaces may not have.",
     "Use small letters, digits, and . _ - within."},
    {"LEADER_MOVING", "The leadership is being handed over.", "Repeat it after a moment."},
    {"LEADER_NOT_READY", "A new leader has not yet committed an entry of its own term.",
     "Repeat it after a moment."},
    {"MODE_NOT_SUPPORTED", "This build has no such mode.", "Use one that the message names."},
    {"NODE_ID_INVALID", "A node of the bootstrap list has the id 0.", "Count from 1."},
    {"NODE_ID_REPEATED", "Two nodes of the bootstrap list have the same id.", "Give each its own."},
    {"NODE_RUNS", "A node of an embedded cluster is to be started and runs already.",
     "Stop or kill it first."},
    {"NODE_TWICE", "A node of an embedded cluster is in two groups of a partition.",
     "Name it once."},
    {"NODE_WEIGHT_INVALID", "A node's weight is out of range.", "100 is usual."},
    {"NOT_A_VOTER", "The node that is to lead has no vote in that partition.",
     "Choose one of its replicas: kvctl partition list."},
    {"NOT_IN_BOOTSTRAP", "The node's own id is not in the bootstrap list.",
     "Add it, the same list on all nodes."},
    {"NOT_READY", "An embedded cluster, or a node of it, did not become ready in time.",
     "Alone a node has no majority: start the others too. Or allow more time."},
    {"NOT_WITH_DEV", "The setting is for a node of its own, and kvd --dev is a whole cluster.",
     "Leave one of the two away."},
    {"NO_CHANGE", "The members of the partition are those already.", "Nothing is to be done."},
    {"NO_CONFIG_FILE", "The file named by --config or KVD_CONFIG cannot be read.",
     "Check its path and permissions."},
    {"NO_DATA_DIR", "The data folder can neither be found nor made.",
     "Name another with --data-dir, or make it."},
    {"NO_NODES", "The bootstrap list is empty.", "Name every node of the new cluster."},
    {"NO_PARTITIONS", "The keyspace has no partitions.", "See kvctl keyspace describe."},
    {"NO_SUCCESSOR", "No other replica answers that could lead.", "Start one, or try later."},
    {"NO_SUCH_NODE", "An embedded cluster has no node of that number.", "Count from 1 to nodes()."},
    {"PARTITIONS_TOO_MANY", "The keyspace is to have more partitions than are allowed.",
     "Ask for fewer."},
    {"PARTITION_NOT_FOUND", "There is no partition of that number.",
     "kvctl cluster topology lists all."},
    {"PORT_IN_USE", "Another program listens at that address.",
     "Stop it, or name another address."},
    {"REPLICAS_TOO_MANY",
     "The keyspace is to have more replicas than the cluster has nodes, or than are "
     "allowed.",
     "Ask for fewer, or add nodes."},
    {"TRANSFER_UNFINISHED",
     "The leadership was asked to move and had no new leader in time; it may come still.",
     "See kvctl partition list."},
    {"UNKNOWN_SETTING",
     "There is no setting of that name; the message says where it stands and what was "
     "probably meant.",
     "kvd --help lists all."},
};

}  // namespace

absl::Span<const ReasonText> ClusterReasons() { return kReasons; }

}  // namespace quorate
