#include "replica/counted_scans.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "quorum/session.h"

namespace quorate {
namespace {

// The ids of single reads and writes, and of other scans, are below.
constexpr uint64_t kFirstId = uint64_t{3} << 61;
// Values of the largest size, so many at once, fit into memory.
constexpr size_t kKeysAtOnce = 64;

uint32_t LimitOf(const kv::Range& range) {
  return range.limit == 0 ? limits::kScanRecordsMax
                          : std::min(range.limit, limits::kScanRecordsMax);
}
uint64_t BytesOf(const kv::Range& range) {
  return range.bytes_max == 0 ? limits::kScanBytesMax
                              : std::min<uint64_t>(range.bytes_max, limits::kScanBytesMax);
}

// What holds for both.
void Join(const Receipt& other, Receipt& receipt) {
  std::erase_if(receipt.acked_by, [&](NodeId node) {
    return std::find(other.acked_by.begin(), other.acked_by.end(), node) == other.acked_by.end();
  });
  receipt.durable = static_cast<uint32_t>(receipt.acked_by.size());
  receipt.version = std::max(receipt.version, other.version);
  if (!receipt.staleness || !other.staleness) {
    receipt.staleness.reset();
  } else {
    receipt.staleness = std::max(*receipt.staleness, *other.staleness);
  }
  auto seen = quorum::DecodeSessionPart(receipt.seen);
  auto more = quorum::DecodeSessionPart(other.seen);
  if (!seen.ok() || !more.ok()) return;  // this replica wrote both
  seen->dots.Merge(more->dots);
  seen->time = std::max(seen->time, more->time);
  receipt.seen = quorum::EncodeSessionPart(*seen);
}

}  // namespace

CountedScans::CountedScans(QuorumCalls& calls) : calls_(calls), next_id_(kFirstId) {}

void CountedScans::Start(Request request, ReplyFn reply, Receipt receipt, quorum::Core& core,
                         const quorum::Now& now) {
  auto scan = std::make_shared<Scan>();
  scan->request = std::move(request);
  scan->reply = std::move(reply);
  scan->answer.receipt = std::move(receipt);
  scan->answer.timings.queued = scan->request.taken - scan->request.arrived;
  List(scan, std::get<kv::Range>(scan->request.op).start, core, now);
}

void CountedScans::List(const SharedScan& scan, std::string start, quorum::Core& core,
                        const quorum::Now& now) {
  const auto& range = std::get<kv::Range>(scan->request.op);
  quorum::ListRequest list;
  list.id = next_id_++;
  list.start = std::move(start);
  list.end = range.end;
  list.limit = LimitOf(range);
  const bool linearizable = scan->request.level == Level::kLinearizable;
  list.level = linearizable ? Level::kQuorum : scan->request.level;
  list.deadline = scan->request.deadline;
  listing_.emplace(list.id, scan);
  core.List(list, now);
}

bool CountedScans::Answer(const quorum::Reply& reply, quorum::Core& core, const quorum::Now& now) {
  const auto found = listing_.find(reply.id);
  if (found == listing_.end()) return false;
  const SharedScan scan = std::move(found->second);
  listing_.erase(found);
  if (!reply.status.ok()) {
    Fail(*scan, reply.status);
    return true;
  }
  scan->keys = reply.keys.keys;
  scan->more = reply.keys.more;
  scan->looked_up = 0;
  Next(scan, core, now);
  return true;
}

void CountedScans::Next(const SharedScan& scan, quorum::Core& core, const quorum::Now& now) {
  const bool all = scan->looked_up == scan->keys.size();
  if (IsFull(*scan)) return Finish(*scan, !all || scan->more);
  if (!all) return LookUp(scan, core, now);
  // All that was listed is dead: a page of nothing would say that this is the end.
  if (scan->more && scan->answer.page.records.empty()) {
    return List(scan, scan->keys.back() + '\0', core, now);
  }
  Finish(*scan, scan->more);
}

void CountedScans::LookUp(const SharedScan& scan, quorum::Core& core, const quorum::Now& now) {
  Request look;
  look.partition = scan->request.partition;
  look.level = scan->request.level;
  look.deadline = scan->request.deadline;
  look.session = scan->request.session;
  look.arrived = look.taken = now.monotonic;
  const auto first = scan->keys.begin() + static_cast<std::ptrdiff_t>(scan->looked_up);
  const size_t count = std::min(kKeysAtOnce, scan->keys.size() - scan->looked_up);
  scan->looked_up += count;
  look.op = Lookup{{first, first + static_cast<std::ptrdiff_t>(count)}};
  const Receipt receipt = scan->answer.receipt;
  calls_.Start(
      std::move(look),
      [this, scan](Reply found) {
        if (!found.status.ok()) return Fail(*scan, found.status);
        Take(*scan, std::move(found));
        ready_.push_back(scan);
      },
      receipt, core, now);
}

void CountedScans::Take(Scan& scan, Reply found) {
  if (std::exchange(scan.receipted, true)) {
    Join(found.receipt, scan.answer.receipt);
  } else {
    scan.answer.receipt = std::move(found.receipt);
  }
  const auto& range = std::get<kv::Range>(scan.request.op);
  size_t unread = found.found.size();
  for (std::optional<kv::Record>& record : found.found) {
    if (IsFull(scan)) break;
    --unread;
    if (!record) continue;
    scan.bytes += record->key.size() + record->value.size();
    if (range.keys_only) *record = {record->key, "", record->version, record->expires_at_us};
    scan.answer.page.records.push_back(*std::move(record));
  }
  scan.looked_up -= unread;
}

bool CountedScans::IsFull(const Scan& scan) {
  const auto& range = std::get<kv::Range>(scan.request.op);
  return scan.answer.page.records.size() >= LimitOf(range) || scan.bytes >= BytesOf(range);
}

void CountedScans::GoOn(quorum::Core& core, const quorum::Now& now) {
  for (const SharedScan& scan : std::exchange(ready_, {})) Next(scan, core, now);
}

void CountedScans::Finish(Scan& scan, bool more) {
  scan.answer.page.more = more;
  std::move(scan.reply)(std::move(scan.answer));
}

void CountedScans::Fail(Scan& scan, absl::Status status) {
  Reply answer;
  answer.status = std::move(status);
  std::move(scan.reply)(std::move(answer));
}

void CountedScans::FailAll(std::string_view reason, std::string_view message) {
  const absl::Status status = MakeError(absl::StatusCode::kUnavailable, reason, message);
  for (const auto& [id, scan] : std::exchange(listing_, {})) Fail(*scan, status);
  for (const SharedScan& scan : std::exchange(ready_, {})) Fail(*scan, status);
}

}  // namespace quorate
