#include "quorum/message_text.h"

#include <array>
#include <cstddef>
#include <vector>

#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr std::array<const char*, 19> kKinds = {
    "write",   "write-ok",   "read",      "read-ok",   "sync",     "sync-ok", "fill",
    "fill-ok", "verify",     "verify-ok", "round",     "round-ok", "keys",    "keys-ok",
    "resolve", "resolve-ok", "legacy",    "legacy-ok", "run"};
static_assert(kKinds.size() == std::variant_size_v<decltype(Message::body)>);

constexpr std::array<const char*, 5> kStandings = {"not here", "applied", "fenced", "settled",
                                                   "forgotten"};

std::string Held(const std::optional<Record>& record) {
  if (!record) return "nothing";
  return StrCat(record->dot.ToString(), record->tombstone ? " deleted" : "");
}

std::string Keys(const std::vector<SyncRecord>& records, bool complete) {
  return StrCat(records.size(), " keys", complete ? "" : ", more to come");
}

std::string Clock(const SeenClock& clock) { return clock.empty() ? "nothing" : clock.ToString(); }

std::string Of(const OperationId& operation) {
  return operation ? StrCat(" for ", operation.ToString()) : "";
}

// One overload for each kind: what stands behind its name and number.
std::string Text(const WriteAsk& ask) {
  const std::string operation = ask.operation ? Of(ask.operation->id) : "";
  return StrCat(ask.key, " ", Held(ask.record), operation);
}
std::string Text(const RunAsk& ask) {
  return StrCat("of ", ask.run.count, ask.run.whole() ? " from " + ask.run.first.ToString() : "");
}
std::string Text(const WriteAnswer& answer) {
  const std::string of = answer.count == 1 ? "" : StrCat("of ", answer.count);
  return answer.refused ? StrCat("REFUSED ", of) : of;
}
std::string Text(const ReadAsk& ask) {
  const std::string demand = ask.demand.empty() ? "" : StrCat(" if ", ask.demand.ToString());
  return StrCat(ask.key, ask.data ? " data" : "", demand);
}
std::string Text(const ReadAnswer& answer) {
  if (!answer.covered) return "NOT COVERED";
  return answer.version.dot ? answer.version.dot.ToString() : "nothing";
}
std::string Text(const SyncAsk& ask) { return Clock(ask.knowledge.seen); }
std::string Text(const SyncAnswer& answer) {
  return StrCat(Keys(answer.records, answer.complete), " of ", Clock(answer.knowledge.seen));
}
std::string Text(const FillAsk& ask) { return StrCat("after '", ask.after, "'"); }
std::string Text(const FillAnswer& answer) { return Keys(answer.records, answer.complete); }
std::string Text(const VerifyAsk& ask) {
  return StrCat("after '", ask.after, "' to '", ask.last, "'");
}
std::string Text(const VerifyAnswer& answer) {
  return answer.same ? "same" : StrCat("OTHER, ", answer.records.size(), " keys");
}
std::string Text(const RegisterAsk& ask) {
  constexpr std::array<const char*, 3> kPhases = {"query", "prepare", "accept"};
  const RegisterRequest& request = ask.request;
  const bool accept = request.kind == RegisterRequest::Kind::kAccept;
  const Ballot& ballot = accept ? request.value.accepted : request.ballot;
  const bool query = request.kind == RegisterRequest::Kind::kQuery;
  return StrCat(kPhases[static_cast<size_t>(request.kind)], " ", ask.key,
                query ? "" : StrCat(" ", ballot.ToString()), Of(ask.operation));
}
std::string Text(const RegisterAnswer& answer) {
  if (answer.too_far_ahead) return "TOO FAR AHEAD";
  const RegisterReply& reply = answer.reply;
  return StrCat(reply.granted ? "granted" : "REFUSED", " promised ", reply.promised.ToString(),
                " holds ", reply.value.accepted.ToString());
}
std::string Text(const KeysAsk& ask) { return StrCat("from '", ask.start, "'"); }
std::string Text(const KeysAnswer& answer) {
  return StrCat(answer.list.keys.size(), " keys", answer.list.more ? ", and more" : "");
}
std::string Text(const ResolveAsk& ask) {
  return StrCat(ask.operation.ToString(), ask.fence ? " fence" : "");
}
std::string Text(const ResolveAnswer& answer) {
  return StrCat(kStandings[static_cast<size_t>(answer.standing)], " ", answer.key);
}
std::string Text(const LegacyAsk& ask) {
  return StrCat(ask.records.size(), " keys, ", ask.discards.size(), " discarded");
}
std::string Text(const LegacyAnswer& answer) { return Clock(answer.seen); }

}  // namespace

const char* KindName(const Message& message) { return kKinds[message.body.index()]; }

std::string DescribeMessage(const Message& message) {
  return std::visit(
      [&message](const auto& body) {
        const std::string number = body.id == 0 ? "" : StrCat(" #", body.id);
        const std::string text = Text(body);
        return StrCat(KindName(message), number, text.empty() ? "" : " ", text);
      },
      message.body);
}

}  // namespace quorate::quorum
