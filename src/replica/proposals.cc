#include "replica/proposals.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/probe.h"
#include "kv/bundle.h"

namespace quorate {
namespace {

void Answer(Proposals::Waiting& waiting, absl::Status status, StageTimings timings = {}) {
  if (!waiting.reply) return;
  Reply reply;
  reply.timings = timings;
  reply.status = std::move(status);
  std::exchange(waiting.reply, nullptr)(std::move(reply));
}

absl::Status Unknown(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, message, Applied::kUnknown);
}

size_t CommandBytes(const kv::Command& command) {
  size_t bytes = 0;
  for (const kv::Mutation& mutation : command.mutations) {
    bytes += mutation.key.size() + mutation.value.size() + 16;
  }
  return bytes;
}

}  // namespace

void Proposals::Queue(Request request, ReplyFn reply) {
  auto& command = std::get<kv::Command>(request.op);
  const size_t mutations = command.mutations.size();
  const bool once = command.identity.writer != 0;
  queued_.push_back(Queued{std::move(command), Waiting{.level = request.level,
                                                       .deadline = request.deadline,
                                                       .reply = std::move(reply),
                                                       .mutations = mutations,
                                                       .once = once,
                                                       .queued = request.taken - request.arrived,
                                                       .taken = request.taken,
                                                       .logged = {}}});
}

void Proposals::Flush(raft::Raft& raft, absl::Duration now, uint64_t time_us) {
  std::vector<Queued> bundle;
  size_t bytes = 0;
  for (Queued& write : std::exchange(queued_, {})) {
    if (write.waiting.deadline <= now) {
      Answer(write.waiting,
             MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXPIRED_IN_QUEUE",
                       "the deadline passed before the write was begun"));
      continue;
    }
    const size_t size = CommandBytes(write.command);
    if (!bundle.empty() &&
        (bytes + size > limits::kBundleBytesMax || bundle.size() >= limits::kBundleCommandsMax)) {
      ProposeBundle(raft, std::exchange(bundle, {}), time_us);
      bytes = 0;
    }
    bytes += size;
    bundle.push_back(std::move(write));
  }
  if (!bundle.empty()) ProposeBundle(raft, std::move(bundle), time_us);
}

LogIndex Proposals::ProposeTime(raft::Raft& raft, uint64_t time_us) {
  const auto position = raft.Propose(Payload(kv::EncodeBundle({}, time_us)));
  return position.ok() ? position->index : LogIndex();
}

void Proposals::ProposeBundle(raft::Raft& raft, std::vector<Queued> bundle, uint64_t time_us) {
  std::vector<kv::Command> commands;
  commands.reserve(bundle.size());
  for (Queued& write : bundle) commands.push_back(std::move(write.command));
  const auto position = raft.Propose(Payload(kv::EncodeBundle(commands, time_us)));
  if (!position.ok()) {
    for (Queued& write : bundle) Answer(write.waiting, position.status());
    return;
  }
  Entry entry{*position, {}};
  entry.writes.reserve(bundle.size());
  for (Queued& write : bundle) entry.writes.push_back(std::move(write.waiting));
  // A new leader may reuse positions that an older leadership of ours took
  // and lost; those older entries can then never commit at that index.
  durable_seen_ = std::min(durable_seen_, position->index.prev());
  while (!entries_.empty() && entries_.back().position.index >= position->index) {
    for (Waiting& waiting : entries_.back().writes) {
      Answer(waiting,
             Unknown("LEADER_CHANGED", "the leader changed while the write was under way"));
    }
    entries_.pop_back();
  }
  entries_.push_back(std::move(entry));
}

std::vector<Proposals::Durable> Proposals::TakeDurable(LogIndex durable, absl::Duration now) {
  std::vector<Durable> taken;
  for (Entry& entry : entries_) {
    if (entry.position.index > durable) break;
    if (entry.position.index <= durable_seen_) continue;
    for (Waiting& write : entry.writes) {
      write.logged = now - write.taken;
      if (write.level != Level::kOne || write.once || !write.reply) continue;
      taken.push_back({entry.position, std::move(write)});
      write.reply = nullptr;
    }
  }
  durable_seen_ = durable;
  return taken;
}

std::vector<Proposals::Waiting> Proposals::TakeApplied(LogIndex index, Term term) {
  SkipTo(index.prev());
  if (entries_.empty() || entries_.front().position.index != index) return {};
  Entry entry = std::move(entries_.front());
  entries_.pop_front();
  if (entry.position.term == term) return std::move(entry.writes);
  Reached<"replica: another leader's entry took a write's place">();
  for (Waiting& waiting : entry.writes) {
    Answer(waiting, MakeError(absl::StatusCode::kUnavailable, "LEADER_CHANGED",
                              "another leader's entry took the write's place in the log; "
                              "it was not applied and may be sent again"));
  }
  return {};
}

void Proposals::SkipTo(LogIndex index) {
  while (!entries_.empty() && entries_.front().position.index <= index) {
    for (Waiting& waiting : entries_.front().writes) {
      Answer(waiting, Unknown("LEADER_CHANGED",
                              "this replica was brought up to date by a snapshot "
                              "while the write was under way"));
    }
    entries_.pop_front();
  }
}

void Proposals::Expire(absl::Duration now) {
  for (Entry& entry : entries_) {
    for (Waiting& waiting : entry.writes) {
      if (waiting.reply && waiting.deadline <= now) {
        Answer(waiting,
               MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                         "the write was not committed within its deadline; it may still be",
                         Applied::kUnknown),
               waiting.TimingsAt(now));
      }
    }
  }
}

void Proposals::FailAll(std::string_view reason, std::string_view message) {
  for (Queued& write : std::exchange(queued_, {})) {
    Answer(write.waiting, MakeError(absl::StatusCode::kUnavailable, reason, message));
  }
  FailBegun(reason, message);
}

void Proposals::FailBegun(std::string_view reason, std::string_view message) {
  for (Entry& entry : std::exchange(entries_, {})) {
    for (Waiting& waiting : entry.writes) Answer(waiting, Unknown(reason, message));
  }
}

size_t Proposals::waiting() const {
  size_t count = queued_.size();
  for (const Entry& entry : entries_) count += entry.writes.size();
  return count;
}

}  // namespace quorate
