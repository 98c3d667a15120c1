#include "kv/state_machine.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"
#include "kv/apply.h"
#include "kv/layout.h"

namespace quorate::kv {
namespace {

// How often the position is written under apply_twice_after_restart.
constexpr uint64_t kBuggyAppliedEvery = 16;

absl::Status UnreadableEntry(const LogEntry& entry, const absl::Status& why) {
  return MakeError(absl::StatusCode::kDataLoss, "ENTRY_UNREADABLE",
                   StrCat("committed entry ", entry.index.ToString(), " of ", entry.term.ToString(),
                          ": ", why.message(), "; run the newest build on every node"));
}

absl::StatusOr<AppliedState> DecodeApplied(
    const absl::StatusOr<std::optional<std::string>>& stored) {
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return AppliedState{};
  return AppliedState::Decode(**stored);
}

absl::StatusOr<std::vector<CommandResult>> ApplyEntry(const LogEntry& entry, Applier& applier) {
  std::vector<CommandResult> results;
  if (entry.kind != EntryKind::kCommand) return results;
  auto commands = DecodeBundle(entry.data.view());
  // Stopping is the one answer that cannot let replicas drift apart.
  if (!commands.ok()) return UnreadableEntry(entry, commands.status());
  results.reserve(commands->size());
  for (Command& command : *commands) {
    auto result = applier.Apply(std::move(command));
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
  }
  return results;
}

}  // namespace

StateMachine::StateMachine(PartitionId partition, Engine& engine, StateMachineBugs bugs)
    : partition_(partition), engine_(engine), bugs_(bugs) {}

absl::Status StateMachine::Load() {
  auto applied = DecodeApplied(engine_.Get(AppliedKey(partition_)));
  if (applied.ok()) applied_ = *std::move(applied);
  return applied.status();
}

absl::StatusOr<std::vector<std::vector<CommandResult>>> StateMachine::Apply(
    absl::Span<const LogEntry> entries, std::string configuration) {
  std::vector<std::vector<CommandResult>> results;
  if (entries.empty()) return results;
  results.reserve(entries.size());
  Applier applier(partition_, engine_, applied_.last_version);
  LogIndex expected = applied_.index;
  for (const LogEntry& entry : entries) {
    expected = expected.next();
    QUORATE_CHECK(entry.index == expected, "entries are applied in order, none left out");
    auto entry_results = ApplyEntry(entry, applier);
    if (!entry_results.ok()) return entry_results.status();
    results.push_back(*std::move(entry_results));
  }

  AppliedState next{entries.back().index, entries.back().term, applier.last_version(),
                    std::move(configuration)};
  EngineBatch batch = applier.TakeBatch();
  StageApplied(next, batch);
  absl::Status status = engine_.Write(batch);
  if (!status.ok()) return status;
  applied_ = std::move(next);
  return results;
}

void StateMachine::StageApplied(const AppliedState& next, EngineBatch& batch) const {
  const bool skip =
      bugs_.apply_twice_after_restart &&
      next.index.value() / kBuggyAppliedEvery == applied_.index.value() / kBuggyAppliedEvery;
  if (!skip) batch.PutKey(AppliedKey(partition_), next.Encode());
}

absl::StatusOr<LogIndex> StateMachine::DurableIndex() const {
  auto durable = DecodeApplied(engine_.GetDurable(AppliedKey(partition_)));
  if (!durable.ok()) return durable.status();
  return durable->index;
}

absl::Status StateMachine::Initialise(std::string configuration) {
  QUORATE_CHECK(applied_ == AppliedState{}, "only an empty partition is initialised");
  AppliedState first;
  first.configuration = std::move(configuration);
  EngineBatch batch;
  batch.PutKey(AppliedKey(partition_), first.Encode());
  absl::Status status = engine_.Write(batch);
  if (status.ok()) applied_ = std::move(first);
  return status;
}

}  // namespace quorate::kv
