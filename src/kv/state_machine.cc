#include "kv/state_machine.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"
#include "kv/apply.h"
#include "kv/bundle.h"
#include "kv/command_codec.h"
#include "kv/layout.h"
#include "kv/outcome.h"

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

}  // namespace

StateMachine::StateMachine(PartitionId partition, Engine& engine, StateMachineBugs bugs)
    : partition_(partition),
      engine_(engine),
      bugs_(std::move(bugs)),
      writers_(partition),
      expiry_(partition) {}

absl::Status StateMachine::Load() {
  auto applied = DecodeApplied(engine_.Get(AppliedKey(partition_)));
  if (!applied.ok()) return applied.status();
  applied_ = *std::move(applied);
  absl::Status loaded = writers_.Load(engine_, applied_.busy_writers);
  if (!loaded.ok()) return loaded;
  return expiry_.Load(engine_);
}

absl::StatusOr<std::vector<std::vector<CommandResult>>> StateMachine::Apply(
    absl::Span<const LogEntry> entries, std::string configuration) {
  std::vector<Results> results;
  if (entries.empty()) return results;
  results.reserve(entries.size());
  Applier applier(partition_, engine_, expiry_, applied_.last_version);
  AppliedState next = applied_;
  for (const LogEntry& entry : entries) {
    QUORATE_CHECK(entry.index == next.index.next(), "entries are applied in order, none left out");
    auto entry_results = ApplyEntry(entry, applier, next);
    if (!entry_results.ok()) return entry_results.status();
    results.push_back(*std::move(entry_results));
  }
  next.last_version = applier.last_version();
  next.configuration = std::move(configuration);
  EngineBatch batch = applier.TakeBatch();
  next.busy_writers = writers_.Stage(batch);
  next.by_entries = true;
  absl::Status status = expiry_.Stage(next.time_us, engine_, batch);
  if (!status.ok()) return status;
  StageApplied(next, batch);
  status = engine_.Write(batch);
  if (!status.ok()) return status;
  applied_ = std::move(next);
  return results;
}

absl::StatusOr<StateMachine::Results> StateMachine::ApplyEntry(const LogEntry& entry,
                                                               Applier& applier,
                                                               AppliedState& next) {
  next.index = entry.index;
  next.term = entry.term;
  Results results;
  if (entry.kind != EntryKind::kCommand) return results;
  const auto bundle = SplitBundle(entry.data.view());
  // Stopping is the one answer that cannot let replicas drift apart.
  if (!bundle.ok()) return UnreadableEntry(entry, bundle.status());
  next.time_us = std::max(next.time_us, bundle->time_us);
  applier.SetTime(next.time_us, bugs_.local_clock_us ? bugs_.local_clock_us() : next.time_us);
  results.reserve(bundle->commands.size());
  for (std::string_view bytes : bundle->commands) {
    if (const auto put = PlainPutIn(bytes)) {
      results.push_back(applier.Apply(*put));
      continue;
    }
    auto command = DecodeCommand(bytes);
    if (!command.ok()) return UnreadableEntry(entry, command.status());
    auto result = ApplyCommand(*std::move(command), applier, next);
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
  }
  return results;
}

absl::StatusOr<CommandResult> StateMachine::ApplyCommand(Command command, Applier& applier,
                                                         AppliedState& next) {
  switch (command.action) {
    case Command::Action::kMutate:
      if (command.identity.writer == 0) return applier.Apply(std::move(command));
      return ApplyOnce(std::move(command), applier, next.time_us);
    case Command::Action::kOpenWriter: {
      CommandResult opened;
      opened.writer = ++next.writers_opened;
      writers_.Open(opened.writer, next.time_us);
      return opened;
    }
    case Command::Action::kFence:
      return Fence(command.identity, next.time_us);
    case Command::Action::kLook:
      return writers_.Resolve(command.identity, /*fence=*/false, next.time_us);
  }
  return CommandResult();
}

absl::StatusOr<CommandResult> StateMachine::Fence(const Identity& identity, uint64_t now_us) {
  auto told = writers_.Resolve(identity, /*fence=*/!bugs_.forget_fences, now_us);
  if (told.ok() && told->fate == Fate::kPossible) told->fate = Fate::kNever;
  return told;
}

absl::StatusOr<CommandResult> StateMachine::ApplyOnce(Command command, Applier& applier,
                                                      uint64_t now_us) {
  const Identity identity = command.identity;
  const uint32_t body = ComputeBodyHash(command);
  auto known = writers_.Begin(identity, body, now_us);
  if (!known.ok()) return known.status();
  const bool again = *known && (*known)->status.ok() && bugs_.apply_known_writes_again;
  if (*known && !again) return **std::move(known);
  auto result = applier.Apply(std::move(command));
  if (result.ok() && !again) writers_.Record(identity, body, *result);
  return result;
}

void StateMachine::StageApplied(const AppliedState& next, EngineBatch& batch) const {
  const bool skip =
      bugs_.apply_twice_after_restart &&
      next.index.value() / kBuggyAppliedEvery == applied_.index.value() / kBuggyAppliedEvery;
  if (!skip) batch.PutKey(AppliedKey(partition_), next.Encode());
}

absl::StatusOr<AppliedState> StateMachine::Durable() const {
  auto durable = DecodeApplied(engine_.GetDurable(AppliedKey(partition_)));
  // On disk there may still be what a former copy left.
  if (durable.ok() && durable->member_since != applied_.member_since) return AppliedState{};
  return durable;
}

absl::Status StateMachine::Initialise(std::string configuration, uint64_t member_since) {
  QUORATE_CHECK(applied_ == AppliedState{}, "only an empty partition is initialised");
  AppliedState first;
  first.configuration = std::move(configuration);
  first.member_since = member_since;
  EngineBatch batch;
  batch.PutKey(AppliedKey(partition_), first.Encode());
  absl::Status status = engine_.Write(batch);
  if (status.ok()) applied_ = std::move(first);
  return status;
}

void StateMachine::AwaitFilling(std::string configuration, uint64_t member_since) {
  QUORATE_CHECK(applied_ == AppliedState{}, "only an empty partition is filled");
  applied_.configuration = std::move(configuration);
  applied_.member_since = member_since;
}

}  // namespace quorate::kv
