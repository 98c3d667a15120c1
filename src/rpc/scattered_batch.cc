#include "rpc/scattered_batch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/gather.h"
#include "rpc/reply_error.h"
#include "rpc/write_command.h"

namespace quorate::rpc {
namespace {

// Details travel in a header of few kilobytes.
constexpr size_t kRangesBytesMax = 1024;

// 0-3,7 of a rising list.
std::string RangesOf(const std::vector<size_t>& places) {
  std::string text;
  for (size_t i = 0; i < places.size();) {
    size_t last = i;
    while (last + 1 < places.size() && places[last + 1] == places[last] + 1) ++last;
    if (text.size() > kRangesBytesMax) return text + ",...";
    StrAppend(&text, text.empty() ? "" : ",", places[i]);
    if (last > i) StrAppend(&text, "-", places[last]);
    i = last + 1;
  }
  return text;
}

// What holds for all of them; the session's part where all lie in one partition.
void FillTogether(const std::vector<Reply>& replies, const std::vector<uint32_t>& arcs,
                  v1::WriteResponse* out) {
  Receipt receipt = replies.front().receipt;
  quorum::SessionPart seen;
  for (const Reply& reply : replies) {
    FillResults(reply, out);
    const Receipt& one = reply.receipt;
    receipt.version = std::max(receipt.version, one.version);
    receipt.durable = std::min(receipt.durable, one.durable);
    receipt.hinted = receipt.hinted || one.hinted;
    if (one.position.index > receipt.position.index) receipt.position = one.position;
    std::erase_if(receipt.acked_by, [&one](NodeId node) {
      return std::find(one.acked_by.begin(), one.acked_by.end(), node) == one.acked_by.end();
    });
    if (const auto part = quorum::DecodeSessionPart(one.seen); part.ok()) seen.Merge(*part);
  }
  const bool together = std::count(arcs.begin(), arcs.end(), arcs.front()) ==
                        static_cast<std::ptrdiff_t>(arcs.size());
  if (together) {
    receipt.seen = quorum::EncodeSessionPart(seen);
  } else {
    receipt.partition = PartitionId();
    receipt.position = {};
    receipt.seen.clear();
  }
  FillReceipt(receipt, arcs.front(), out->mutable_receipt());
}

}  // namespace

absl::Status PartlyDone(const std::vector<Reply>& replies) {
  std::vector<size_t> done;
  std::vector<size_t> not_done;
  std::vector<size_t> unknown;
  const Reply* first = nullptr;
  for (size_t i = 0; i < replies.size(); ++i) {
    const absl::Status& status = replies[i].status;
    if (!status.ok() && first == nullptr) first = &replies[i];
    const Applied applied = status.ok() ? Applied::kYes : AppliedOf(status);
    auto& list = applied == Applied::kYes ? done : applied == Applied::kNo ? not_done : unknown;
    list.push_back(i);
  }
  absl::Status cause = ErrorOf(*first);
  if (done.empty() && unknown.empty()) return cause;
  absl::Status status =
      MakeError(cause.code(), "BATCH_PARTLY_DONE",
                StrCat("of ", replies.size(), " writes that were each for itself ", done.size(),
                       " were done, ", not_done.size(), " not, and of ", unknown.size(),
                       " it is unknown; first ", ReasonOf(cause), ": ", cause.message()),
                Applied::kUnknown);
  if (!done.empty()) SetErrorDetail(status, "done", RangesOf(done));
  if (!not_done.empty()) SetErrorDetail(status, "not_done", RangesOf(not_done));
  if (!unknown.empty()) SetErrorDetail(status, "unknown", RangesOf(unknown));
  return status;
}

absl::Status StartScatteredBatch(Node& node, const Route& route, const RequestLimits& limits,
                                 UnaryCall* call, v1::BatchRequest* in, v1::WriteResponse* out) {
  if (in->has_identity()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "IDENTITY_INVALID",
                     "writes that are each for itself can't share one identity: send them "
                     "without, or one by one");
  }
  absl::StatusOr<kv::Command> all = ManyMutations(in->mutable_mutations());
  if (!all.ok()) return all.status();
  for (kv::Mutation& mutation : all->mutations) {
    if (mutation.ttl_us == kTtlDefault) mutation.ttl_us = route.keyspace->default_ttl_us;
  }
  if (absl::Status within = CheckBatch(all->mutations, limits); !within.ok()) return within;
  std::vector<Request> requests;
  std::vector<uint32_t> arcs;
  for (kv::Mutation& mutation : all->mutations) {
    kv::Command command;
    command.mutations.push_back(std::move(mutation));
    const absl::StatusOr<uint32_t> arc = PrepareCommand(command, *route.keyspace, limits);
    if (!arc.ok()) return arc.status();
    arcs.push_back(*arc);
    requests.push_back(route.ToArc(*arc, call->deadline));
    requests.back().op = std::move(command);
    if (route.session && *arc != arcs.front()) {
      return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_SPANS_PARTITIONS",
                       "a session can't note a batch over several partitions: give its keys a "
                       "common {tag}, or write them one by one");
    }
  }
  Gather::Start(node, std::move(requests),
                [call, out, arcs = std::move(arcs)](std::vector<Reply> replies) {
                  for (const Reply& reply : replies) call->Took(reply);
                  if (FirstFailure(replies) != nullptr) return call->Fail(PartlyDone(replies));
                  FillTogether(replies, arcs, out);
                  call->Succeed();
                });
  return absl::OkStatus();
}

}  // namespace quorate::rpc
