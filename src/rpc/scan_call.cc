#include "rpc/scan_call.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "rpc/convert.h"
#include "rpc/gather.h"
#include "rpc/reply_error.h"
#include "rpc/scan_cursor.h"
#include "rpc/scan_merge.h"

namespace quorate::rpc {
namespace {

ScanBounds BoundsOf(const v1::ScanRequest& in) {
  ScanBounds bounds;
  bounds.limit =
      in.limit() == 0 ? limits::kScanRecordsDefault : std::min(in.limit(), limits::kScanRecordsMax);
  bounds.bytes_max =
      in.max_bytes() == 0 ? limits::kScanBytesMax : std::min(in.max_bytes(), limits::kScanBytesMax);
  return bounds;
}

void FinishScan(UnaryCall* call, v1::ScanResponse* out, std::vector<Reply> replies,
                const ScanBounds& bounds, uint64_t mark) {
  for (const Reply& reply : replies) call->Took(reply);
  if (const Reply* failed = FirstFailure(replies)) return call->Fail(ErrorOf(*failed));
  std::vector<kv::Page> pages;
  for (size_t arc = 0; arc < replies.size(); ++arc) {
    v1::Receipt* receipt = out->add_receipts();
    FillReceipt(replies[arc].receipt, static_cast<uint32_t>(arc), receipt);
    call->TellTimings(replies[arc].timings, receipt);
    pages.push_back(std::move(replies[arc].page));
  }
  kv::Page merged = MergePages(std::move(pages), bounds);
  if (merged.more && !merged.records.empty()) {
    out->set_cursor(EncodeCursor(mark, merged.records.back().key));
  }
  out->mutable_records()->Reserve(static_cast<int>(merged.records.size()));
  for (kv::Record& record : merged.records) FillRecord(std::move(record), out->add_records());
  call->Succeed();
}

}  // namespace

absl::Status StartScan(Node& node, const Route& route, UnaryCall* call, const v1::ScanRequest* in,
                       v1::ScanResponse* out) {
  const uint64_t mark = ScanMark(route.keyspace->id.value(), in->prefix(), in->end());
  std::optional<std::string> last_key;
  if (!in->cursor().empty()) {
    absl::StatusOr<std::string> decoded = DecodeCursor(in->cursor(), mark);
    if (!decoded.ok()) return decoded.status();
    last_key = *std::move(decoded);
  }
  std::optional<kv::Range> range = ScanRange(in->start(), in->end(), in->prefix(), last_key);
  if (!range) {
    call->Succeed();
    return absl::OkStatus();
  }
  const ScanBounds bounds = BoundsOf(*in);
  const auto arcs = static_cast<uint32_t>(route.keyspace->partitions.size());
  const ScanBounds share = ShareOf(bounds, arcs);
  range->limit = share.limit;
  range->bytes_max = share.bytes_max;
  range->keys_only = in->keys_only();
  std::vector<Request> requests;
  for (uint32_t arc = 0; arc < arcs; ++arc) {
    requests.push_back(route.ToArc(arc, call->deadline));
    requests.back().op = *range;
  }
  Gather::Start(node, std::move(requests), [=](std::vector<Reply> replies) {
    FinishScan(call, out, std::move(replies), bounds, mark);
  });
  return absl::OkStatus();
}

}  // namespace quorate::rpc
