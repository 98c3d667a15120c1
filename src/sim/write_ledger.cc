#include "sim/write_ledger.h"

namespace quorate::sim {

void WriteLedger::Emitted(const quorum::Identity& replica,
                          const std::vector<quorum::Effect>& effects) {
  for (const quorum::Effect& effect : quorum::Singly(effects)) {
    if (const auto* put = std::get_if<quorum::PutRecord>(&effect)) {
      Note(replica, *put);
      for (const quorum::Dot& dot : put->dots) seen_[replica.node].Add(dot);
    } else if (const auto* checkpoint = std::get_if<quorum::Checkpoint>(&effect)) {
      seen_[replica.node].Merge(checkpoint->knowledge.seen);
    }
  }
}

void WriteLedger::Note(const quorum::Identity& replica, const quorum::PutRecord& put) {
  if (!put.record || put.dots.size() != 1) return;
  const quorum::Dot& dot = put.dots.front();
  if (dot.identity != replica || put.record->dot != dot) return;
  writes_[put.key].emplace(
      put.record->time.value(),
      Write{dot, seen_[replica.node], put.record->tombstone, put.record->expires_at_us != 0});
}

const WriteLedger::Writes* WriteLedger::Find(const std::string& key) const {
  const auto writes = writes_.find(key);
  return writes == writes_.end() ? nullptr : &writes->second;
}

}  // namespace quorate::sim
