#include "sim/leaderless_receipts.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "base/strings.h"
#include "quorum/levels.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

using Action = kv::Command::Action;

// Of a request, what its receipt is held against.
struct Question {
  PartitionId partition;
  Level level = Level::kDefault;
  std::string key;
  bool write = false;
  bool fate = false;  // the question what became of a write
  bool registers = false;
  // It may be told by what is known of an earlier copy: of a register that it took
  // effect, and not by whom.
  bool may_be_told_again = false;
};

Question WhatIsAsked(const Request& request, Conflict conflict) {
  Question asked;
  asked.partition = request.partition;
  asked.level = request.level;
  asked.registers = conflict == Conflict::kRegister;
  if (const auto* lookup = std::get_if<Lookup>(&request.op)) {
    asked.key = lookup->keys.front();
  } else {
    const auto& command = std::get<kv::Command>(request.op);
    asked.write = command.action == Action::kMutate;
    asked.fate = !asked.write;
    asked.may_be_told_again = asked.registers && command.identity.writer != 0;
    if (asked.write) asked.key = command.mutations.front().key;
  }
  return asked;
}

Conflict ConflictOf(Cluster& cluster, PartitionId partition) {
  const auto* keyspace = cluster.topology()->FindKeyspaceOf(partition);
  return keyspace == nullptr ? Conflict::kNone : keyspace->conflict;
}

// What is kept for replicas is on one disk, and no replica's.
std::string LieOfHint(const Question& asked, const Receipt& receipt) {
  if (asked.level != Level::kAny) return "it is a hint";
  if (receipt.acked_by != std::vector<NodeId>{receipt.served_by}) return "who keeps the hint";
  return receipt.version == 0 ? "" : "a hint has no version";
}

std::string LieOfHolders(Cluster& cluster, const Question& asked, const Receipt& receipt) {
  const LeaderlessWatch& watch = cluster.leaderless_watch();
  if (receipt.version == 0) return "";
  // Read as it is: acked_by are those who answered, whatever each holds.
  if (asked.registers && !asked.write && asked.level != Level::kLinearizable) return "";
  const bool known = watch.Wrote(asked.partition, asked.key, receipt.version);
  if (!known) return StrCat("nobody wrote version ", receipt.version);
  for (NodeId node : receipt.acked_by) {
    if (watch.HasOnDisk(node, asked.partition, asked.key, receipt.version)) continue;
    return StrCat("acked_by names ", node.ToString(), ", which has no version ", receipt.version,
                  " on disk");
  }
  return "";
}

std::string LieOfLevel(Cluster& cluster, const Question& asked, const Receipt& receipt) {
  const QuorumReplica* server = FindQuorumReplica(cluster, receipt.served_by, asked.partition);
  if (server == nullptr) return "";
  const quorum::Members& members = server->core().members();
  // It was not given by these.
  if (members.epoch > receipt.epoch) return "";
  const auto all = members.All();
  const auto own = std::find_if(
      all.begin(), all.end(), [&](const auto& member) { return member.node == receipt.served_by; });
  if (own == all.end()) return "";
  const Level needed = receipt.achieved == Level::kLinearizable ? Level::kQuorum : receipt.achieved;
  const quorum::Nodes nodes(receipt.acked_by.begin(), receipt.acked_by.end());
  // Below a quorum a read is of one replica, whatever moves.
  const bool few = needed < Level::kQuorum || needed > Level::kAll;
  if (few ? quorum::Enough(needed, all, own->zone, nodes)
          : quorum::Enough(needed, members, own->zone, nodes)) {
    return "";
  }
  return StrCat(LevelName(receipt.achieved), " was achieved by ", nodes.size(), " of ", all.size(),
                " replicas");
}

std::string WhatItLiesAbout(Cluster& cluster, const Question& asked, const Reply& reply) {
  const Receipt& receipt = reply.receipt;
  if (receipt.mode != Mode::kQuorum) return "its mode";
  if (receipt.partition != asked.partition) return "its partition";
  if (receipt.asked != asked.level) return StrCat("asked ", LevelName(receipt.asked));
  const bool less = asked.fate && receipt.achieved == Level::kOne;
  if (receipt.achieved != asked.level && !less) {
    return StrCat("achieved ", LevelName(receipt.achieved), " where it was asked for ",
                  LevelName(asked.level));
  }
  SimNode& server = cluster.node(receipt.served_by);
  if (server.up() && receipt.epoch > server.node()->topology()->epoch) {
    return "an epoch that its server has yet to learn of";
  }
  const std::set<NodeId> acked(receipt.acked_by.begin(), receipt.acked_by.end());
  if (acked.size() != receipt.acked_by.size()) return "acked_by names a node twice";
  if (receipt.durable != acked.size()) return "durable is not the number of acked_by";
  if (receipt.hinted) return LieOfHint(asked, receipt);
  if (!asked.write && !asked.fate && reply.found.front() &&
      reply.found.front()->version != receipt.version) {
    return StrCat("version ", receipt.version, " is not the one read, ",
                  reply.found.front()->version);
  }
  if (asked.fate && reply.write.fate != kv::Fate::kApplied) return "";
  // What became of a write is told without its key.
  std::string lie = asked.fate ? "" : LieOfHolders(cluster, asked, receipt);
  if (!lie.empty() || asked.may_be_told_again) return lie;
  return LieOfLevel(cluster, asked, receipt);
}

}  // namespace

void AskWithoutLeader(Cluster& cluster, NodeId node, Request request,
                      std::function<void(std::string)> violation,
                      std::function<void(Reply)> answered) {
  const Question asked = WhatIsAsked(request, ConflictOf(cluster, request.partition));
  cluster.node(node).process()->Execute(
      std::move(request), [&cluster, asked, violation = std::move(violation),
                           answered = std::move(answered)](Reply reply) {
        const std::string lie =
            reply.status.ok() ? WhatItLiesAbout(cluster, asked, reply) : std::string();
        if (!lie.empty()) {
          violation(StrCat("the receipt of ", asked.fate ? "what became of a write" : asked.key,
                           " at ", LevelName(asked.level), " from ",
                           reply.receipt.served_by.ToString(), " is wrong: ", lie));
        }
        answered(std::move(reply));
      });
}

}  // namespace quorate::sim
