// The engine of a replica as ordered maps: applies effects, forgets nothing else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "quorum/store.h"

namespace quorate::quorum {

class MapStore final : public Store {
 public:
  void Apply(const Effect& effect) {
    if (std::holds_alternative<PutRun>(effect)) {
      for (const Effect& put : Singly(effect)) Apply(put);
    } else if (const auto* put = std::get_if<PutRecord>(&effect)) {
      if (put->record) records[put->key] = *put->record;
      for (const Dot& dot : put->dots) dot_log[dot] = put->key;
      if (put->operation) operations.Put({put->key, *put->operation});
    } else if (const auto* checkpoint = std::get_if<Checkpoint>(&effect)) {
      knowledge = checkpoint->knowledge;
      filled = checkpoint->filled;
      std::erase_if(dot_log,
                    [&](const auto& entry) { return checkpoint->dots.Contains(entry.first); });
      for (const std::string& key : checkpoint->keys) records.erase(key);
    } else if (const auto* raise = std::get_if<RaiseFloor>(&effect)) {
      floor = raise->floor;
    } else if (const auto* discard = std::get_if<Discard>(&effect)) {
      journal.push_back(*discard);
    } else if (const auto* take = std::get_if<TakeHint>(&effect)) {
      hints[take->hint.keeper] = {take->hint.number, take->hint.life};
    } else if (const auto* fence = std::get_if<FenceOperation>(&effect)) {
      operations.Fence(fence->id);
    } else if (const auto* settle = std::get_if<SettleOperations>(&effect)) {
      operations.Settle(settle->writer, settle->below);
    } else if (const auto* forget = std::get_if<ForgetOperations>(&effect)) {
      operations.Forget(forget->writers_below);
    } else if (const auto* enter = std::get_if<EnterEpoch>(&effect)) {
      entered = enter->epoch;
    } else {
      reserved = std::get<ReserveTime>(effect).until;
    }
  }

  std::optional<Record> Lookup(std::string_view key) const override {
    const auto found = records.find(key);
    return found == records.end() ? std::nullopt : std::optional(found->second);
  }
  void DotLog(const Identity& identity, CounterRange range, size_t limit,
              std::vector<LoggedDot>& out) const override {
    const auto end = dot_log.upper_bound({identity, range.last});
    for (auto at = dot_log.lower_bound({identity, range.first}); at != end && limit > 0; ++at) {
      out.push_back({at->first, at->second});
      --limit;
    }
  }
  std::vector<std::string> Keys(std::string_view start, std::string_view end,
                                size_t limit) const override {
    std::vector<std::string> keys;
    for (auto at = records.lower_bound(start);
         at != records.end() && (end.empty() || at->first < end) && keys.size() < limit; ++at) {
      keys.push_back(at->first);
    }
    return keys;
  }
  Restored Restore() const {
    Restored restored{knowledge, {}, reserved, floor, filled, hints, operations, entered};
    for (const auto& [dot, key] : dot_log) restored.logged.Add(dot);
    return restored;
  }

  std::map<std::string, Record, std::less<>> records;
  std::map<Dot, std::string> dot_log;
  std::vector<Discard> journal;
  TakenHints hints;
  Knowledge knowledge;
  HlcTime reserved;
  Ballot floor;
  bool filled = true;
  Operations operations;
  Epoch entered;
};

}  // namespace quorate::quorum
