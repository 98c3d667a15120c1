#include "replica/quorum_scans.h"

#include <algorithm>

#include "base/error.h"

namespace quorate {
namespace {

// The ids of single reads and writes are below.
constexpr uint64_t kFirstId = uint64_t{1} << 62;

void Fail(ReplyFn& reply, absl::Status status) {
  Reply answer;
  answer.status = std::move(status);
  std::move(reply)(std::move(answer));
}

}  // namespace

QuorumScans::QuorumScans(const QuorumStore& store, const QuorumValues& values)
    : store_(store), values_(values), next_id_(kFirstId) {}

void QuorumScans::Start(Request request, ReplyFn reply, Receipt receipt, quorum::Core& core,
                        const quorum::Now& now) {
  const Level level = request.level;
  Scan scan{std::move(request), std::move(reply), std::move(receipt)};
  auto session = quorum::DecodeSessionPart(scan.request.session);
  if (!session.ok()) return Fail(scan.reply, session.status());
  quorum::ReadRequest proof;
  proof.id = next_id_++;
  proof.level = level;
  proof.deadline = scan.request.deadline;
  proof.bound = scan.request.bound;
  proof.session = *std::move(session);
  proof.here = true;
  waiting_.emplace(proof.id, std::move(scan));
  core.Read(proof, now);
}

bool QuorumScans::Answer(const quorum::Reply& reply, const quorum::Core& core,
                         const quorum::Now& now) {
  const auto found = waiting_.find(reply.id);
  if (found == waiting_.end()) return false;
  Scan scan = std::move(found->second);
  waiting_.erase(found);
  if (reply.status.ok()) {
    ReadPage(std::move(scan), core, now);
  } else {
    Fail(scan.reply, reply.status);
  }
  return true;
}

void QuorumScans::ReadPage(Scan scan, const quorum::Core& core, const quorum::Now& now) {
  const auto& range = std::get<kv::Range>(scan.request.op);
  Reply answer;
  answer.receipt = std::move(scan.receipt);
  answer.timings.queued = scan.request.taken - scan.request.arrived;
  auto items = store_.Scan(range, now.calendar_us);
  if (!items.ok()) return Fail(scan.reply, items.status());
  absl::Status filled = Fill(*std::move(items), range.keys_only, core, now, answer);
  if (!filled.ok()) return Fail(scan.reply, std::move(filled));
  answer.receipt.acked_by = {answer.receipt.served_by};
  answer.receipt.durable = 1;
  answer.receipt.staleness = core.Staleness(now);
  fresh_.push_back({std::move(scan.reply), std::move(answer)});
}

absl::Status QuorumScans::Fill(QuorumStore::Items items, bool keys_only, const quorum::Core& core,
                               const quorum::Now& now, Reply& answer) const {
  quorum::SessionPart seen;
  answer.page.more = items.more;
  // That they are gone was read as well.
  for (const quorum::Record& record : items.dead) {
    for (const quorum::Dot& dot : values_.policy().NewestIn(record)) seen.Note(dot, record.time);
  }
  for (QuorumStore::Item& item : items.items) {
    const uint64_t version = item.record.time.value();
    for (const quorum::Dot& dot : values_.policy().NewestIn(item.record)) {
      seen.Note(dot, item.record.time);
    }
    answer.receipt.version = std::max(answer.receipt.version, version);
    if (keys_only) {
      answer.page.records.push_back({std::move(item.key), "", version, item.record.expires_at_us});
      continue;
    }
    auto shown = values_.Show(std::move(item.key), std::move(item.record), now.calendar_us);
    if (!shown.ok()) return shown.status();
    answer.page.records.push_back(*std::move(shown));
  }
  seen.Compact(core.knowledge().seen);
  answer.receipt.seen = quorum::EncodeSessionPart(seen);
  return absl::OkStatus();
}

void QuorumScans::Release(uint64_t out, uint64_t durable) {
  for (Read& read : std::exchange(fresh_, {})) unsynced_.emplace_back(out, std::move(read));
  while (!unsynced_.empty() && unsynced_.front().first <= durable) {
    Read read = std::move(unsynced_.front().second);
    unsynced_.pop_front();
    std::move(read.reply)(std::move(read.answer));
  }
}

void QuorumScans::FailAll(std::string_view reason, std::string_view message) {
  const absl::Status status = MakeError(absl::StatusCode::kUnavailable, reason, message);
  for (auto& [id, scan] : std::exchange(waiting_, {})) Fail(scan.reply, status);
  for (Read& read : std::exchange(fresh_, {})) Fail(read.reply, status);
  for (auto& [at, read] : std::exchange(unsynced_, {})) Fail(read.reply, status);
}

}  // namespace quorate
