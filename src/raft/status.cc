// Construction from what storage had, and looking in.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "raft/impl.h"

namespace quorate::raft {
namespace {

ConfigurationHistory HistoryOf(const Restored& restored) {
  ConfigurationHistory history(restored.applied, restored.base.configuration);
  for (const LogEntry& entry : restored.entries) {
    if (entry.kind != EntryKind::kConfiguration || entry.index <= restored.applied) continue;
    auto configuration = DecodeConfiguration(entry.data.view());
    QUORATE_CHECK(configuration.ok(), "the log holds a configuration that cannot be read");
    history.Append(entry.index, *std::move(configuration));
  }
  return history;
}

// It has voted or answered a leader before, and may have promised something.
bool HasPast(const Restored& restored) {
  return restored.hard_state.term || restored.applied || !restored.entries.empty();
}

LogIndex LastOf(const Restored& restored) { return restored.base.index + restored.entries.size(); }

}  // namespace

Raft::Impl::Impl(Config config, Restored restored)
    : config_(std::move(config)),
      random_(config_.seed),
      hard_state_(restored.hard_state),
      handed_out_hard_state_(restored.hard_state),
      log_(restored.base.index, restored.base.term, restored.entries, restored.applied),
      durability_(restored.hard_state, LastOf(restored)),
      history_(HistoryOf(restored)),
      delivered_(restored.applied),
      applied_(restored.applied),
      forwarded_reads_(random_.Next()) {
  QUORATE_CHECK(config_.Validate().ok(), "a raft configuration that makes no sense");
  QUORATE_CHECK(restored.applied >= restored.base.index && restored.applied <= LastOf(restored),
                "the state and the log do not meet");
  QUORATE_CHECK(hard_state_.term >= log_.last_term(), "the log is of a term not yet known");
  if (config_.promise_us > 0 && HasPast(restored)) {
    promised_ticks_ = config_.election_ticks;
  }
  ConfigurationChanged();
  RestartElectionTimer();
}

Status Raft::Impl::status() const {
  Status status;
  status.role = role_;
  status.leader = leader_;
  status.hard_state = hard_state_;
  status.first_index = log_.first_index();
  status.last_index = log_.last_index();
  status.last_term = log_.last_term();
  status.durable_index = durability_.index();
  status.commit_index = log_.commit_index();
  status.applied_index = applied_;
  status.quiet = quiet_;
  status.transferring_to = transferring_to_;
  status.configuration = history_.newest();
  status.configuration_index = history_.newest_index();
  for (const Progress& peer : peers_.all()) {
    status.peers.push_back({peer.node, peer.state, peer.match, peer.next, peer.recently_active});
  }
  return status;
}

}  // namespace quorate::raft
