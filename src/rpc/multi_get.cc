#include "rpc/multi_get.h"

#include <map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/gather.h"
#include "rpc/limits.h"
#include "rpc/reply_error.h"

namespace quorate::rpc {
namespace {

// Where key number `position` of the call went.
struct Place {
  size_t request = 0;
  size_t index = 0;
};

struct Plan {
  std::vector<Request> requests;
  std::vector<uint32_t> arcs;  // of each request
  std::vector<Place> places;   // of each key, in the order asked
};

Plan MakePlan(const Route& route, absl::Duration deadline, v1::MultiGetRequest* in) {
  Plan plan;
  std::map<uint32_t, size_t> request_of_arc;
  for (std::string& key : *in->mutable_keys()) {
    const uint32_t arc = route.keyspace->ArcOfKey(key);
    const auto [known, fresh] = request_of_arc.emplace(arc, plan.requests.size());
    if (fresh) {
      plan.requests.push_back(route.ToArc(arc, deadline));
      plan.requests.back().op.emplace<Lookup>();
      plan.arcs.push_back(arc);
    }
    auto& keys = std::get<Lookup>(plan.requests[known->second].op).keys;
    plan.places.push_back({known->second, keys.size()});
    keys.push_back(std::move(key));
  }
  return plan;
}

size_t BytesIn(const std::vector<Reply>& replies) {
  size_t bytes = 0;
  for (const Reply& reply : replies) {
    for (const auto& found : reply.found) {
      if (found) bytes += kv::BytesOf(*found);
    }
  }
  return bytes;
}

// Room for the frame around the records.
constexpr size_t kAnswerBytesMax = limits::kMessageBytesMax - limits::kMessageBytesMax / 16;

}  // namespace

absl::Status StartMultiGet(Node& node, const Route& route, UnaryCall* call, v1::MultiGetRequest* in,
                           v1::MultiGetResponse* out) {
  if (absl::Status count = CheckKeyCount(static_cast<size_t>(in->keys_size())); !count.ok()) {
    return count;
  }
  for (const std::string& key : in->keys()) {
    if (absl::Status one = CheckKey(key); !one.ok()) return one;
  }
  Plan plan = MakePlan(route, call->deadline, in);
  Gather::Start(node, std::move(plan.requests),
                [call, out, arcs = std::move(plan.arcs),
                 places = std::move(plan.places)](std::vector<Reply> replies) {
                  for (const Reply& reply : replies) call->Took(reply);
                  if (const Reply* failed = FirstFailure(replies)) {
                    return call->Fail(ErrorOf(*failed));
                  }
                  if (const size_t bytes = BytesIn(replies); bytes > kAnswerBytesMax) {
                    return call->Fail(MakeError(
                        absl::StatusCode::kResourceExhausted, "ANSWER_TOO_LARGE",
                        StrCat("the values found have ", bytes, " bytes; at most ", kAnswerBytesMax,
                               " fit one answer: ask for fewer keys at once")));
                  }
                  for (size_t i = 0; i < replies.size(); ++i) {
                    v1::Receipt* receipt = out->add_receipts();
                    FillReceipt(replies[i].receipt, arcs[i], receipt);
                    call->TellTimings(replies[i].timings, receipt);
                  }
                  for (const Place& place : places) {
                    auto& found = replies[place.request].found[place.index];
                    if (found) FillRecord(*std::move(found), out->add_records());
                  }
                  call->Succeed();
                });
  return absl::OkStatus();
}

}  // namespace quorate::rpc
