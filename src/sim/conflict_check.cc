#include "sim/conflict_check.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "base/probe.h"
#include "base/strings.h"
#include "replica/conflict_journal.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

// Of one partition.
struct Journals {
  std::vector<quorum::Discard> discards;
  std::set<quorum::Dot> told;
  bool full = false;  // the oldest may have gone
  std::string wrong;
};

Journals ReadJournals(Cluster& cluster, const ring::PartitionInfo& partition) {
  Journals journals;
  for (const NodeId node : partition.replicas) {
    const QuorumReplica* replica = FindQuorumReplica(cluster, node, partition.id);
    const auto entries = replica->store().journal().List("", ~size_t{0});
    if (!entries.ok()) {
      journals.wrong = StrCat("a conflict journal of ", node.ToString(),
                              " can't be read: ", std::string(entries.status().message()));
      return journals;
    }
    journals.full = journals.full || entries->size() >= limits::kConflictsKeptMax;
    for (const JournalEntry& entry : *entries) {
      journals.told.insert(entry.discard.loser.dot);
      journals.discards.push_back(entry.discard);
    }
  }
  return journals;
}

bool IsWrite(const WriteLedger& ledger, const std::string& key, HlcTime time,
             const quorum::Dot& dot) {
  const WriteLedger::Writes* writes = ledger.Find(key);
  if (writes == nullptr) return false;
  const auto [begin, end] = writes->equal_range(time.value());
  return std::any_of(begin, end, [&dot](const auto& write) { return write.second.dot == dot; });
}

std::string WhatIsWrongWith(const quorum::Discard& discard, const WriteLedger& ledger,
                            const QuorumStore& store) {
  const quorum::Record& loser = discard.loser;
  const std::string what =
      StrCat("a conflict journal has ", loser.dot.ToString(), " of ", discard.key);
  if (!IsWrite(ledger, discard.key, loser.time, loser.dot)) return what + ", which nobody wrote";
  // Only a copy had it that is gone; or so it seemed, while others could not be heard.
  if (!discard.winner) return "";
  if (!IsWrite(ledger, discard.key, discard.winner_time, discard.winner)) {
    return StrCat(what, ", lost to ", discard.winner.ToString(), ", which nobody wrote");
  }
  quorum::Record winner;
  winner.dot = discard.winner;
  winner.time = discard.winner_time;
  if (!Older(loser, winner)) {
    return StrCat(what, ", lost to ", discard.winner.ToString(), ", which is older");
  }
  const auto there = store.Lookup(discard.key);
  if (there && there->dot == loser.dot) return what + ", which won";
  return "";
}

// Nobody who wrote the key later knew of it.
bool LostUnknowingly(const WriteLedger::Writes& writes, uint64_t version,
                     const WriteLedger::Write& lost) {
  return std::none_of(writes.lower_bound(version), writes.end(),
                      [&lost](const auto& later) { return later.second.seen.Contains(lost.dot); });
}

std::string WhatIsUntold(const std::string& key, const WriteLedger::Writes& writes,
                         const std::optional<quorum::Record>& there, const Journals& journals,
                         const AcknowledgedWrites& acknowledged) {
  for (const auto& [version, write] : writes) {
    // What expires may have been missed by nobody.
    if (write.expires || !acknowledged.contains({key, version})) continue;
    if (writes.count(version) != 1) continue;  // whose was acknowledged?
    // Where there is nothing, any deletion may have won.
    if (there ? there->dot == write.dot : write.tombstone) continue;
    if (!LostUnknowingly(writes, version, write)) continue;
    Reached<"sim: an acknowledged write was lost to one that did not know it">();
    if (journals.told.contains(write.dot)) continue;
    return StrCat(write.dot.ToString(), " of ", key, ", version ", version,
                  ", was acknowledged and lost to a write that did not know it, but is in "
                  "nobody's conflict journal");
  }
  return "";
}

std::string WhatIsWrongIn(Cluster& cluster, const ring::PartitionInfo& partition,
                          const AcknowledgedWrites& acknowledged) {
  const WriteLedger* ledger = cluster.leaderless_watch().FindLedger(partition.id);
  if (ledger == nullptr) return "";
  const Journals journals = ReadJournals(cluster, partition);
  if (!journals.wrong.empty()) return journals.wrong;
  const QuorumStore& store =
      FindQuorumReplica(cluster, partition.replicas.front(), partition.id)->store();
  for (const quorum::Discard& discard : journals.discards) {
    std::string wrong = WhatIsWrongWith(discard, *ledger, store);
    if (!wrong.empty()) return wrong;
  }
  if (journals.full) return "";
  for (const auto& [key, writes] : ledger->by_key()) {
    std::string wrong = WhatIsUntold(key, writes, store.Lookup(key), journals, acknowledged);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace

std::string WhatIsWrongInJournals(Cluster& cluster, const ring::KeyspaceInfo& keyspace,
                                  const AcknowledgedWrites& acknowledged) {
  for (const ring::PartitionInfo& partition : keyspace.partitions) {
    std::string wrong = WhatIsWrongIn(cluster, partition, acknowledged);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace quorate::sim
