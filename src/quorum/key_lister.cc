#include "quorum/key_lister.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/readable.h"

namespace quorate::quorum {
namespace {

// In one answer: several of these make a page of the largest size.
constexpr size_t kKeysMax = 4096;
constexpr size_t kBytesMax = 1 << 20;

KeyList Cut(std::vector<std::string> keys, size_t limit) {
  KeyList list;
  size_t bytes = 0;
  for (std::string& key : keys) {
    if (list.keys.size() >= limit || bytes >= kBytesMax) {
      list.more = true;
      break;
    }
    bytes += key.size();
    list.keys.push_back(std::move(key));
  }
  return list;
}

}  // namespace

KeyList KeyLister::Own(const ListRequest& request) const {
  const size_t limit = std::clamp<size_t>(request.limit, 1, kKeysMax);
  return Cut(local_.Keys(request.start, request.end, limit + 1), limit);
}

void KeyLister::Start(const ListRequest& request, const Now& now) {
  List list;
  list.request = request;
  if (absl::Status status = CheckReadable(request.level, local_, peers_); !status.ok()) {
    return Answer(list, std::move(status));
  }
  list.answers[local_.self().node] = Own(request);
  if (Done(list)) return Answer(list, absl::OkStatus(), Union(list));
  const uint64_t id = next_id_++;
  AskEnough(id, list, now);
  lists_.emplace(id, std::move(list));
}

void KeyLister::AskEnough(uint64_t id, List& list, const Now& now) {
  Nodes enough = Responders(list);
  for (NodeId node : peers_.LivingByDistance()) {
    if (peers_.Enough(list.request.level, enough)) break;
    enough.insert(node);
    Ask(node, id, list, now);
  }
}

void KeyLister::OnMembers(const Now& now) {
  for (auto at = lists_.begin(); at != lists_.end();) {
    List& list = at->second;
    list.asked.clear();
    list.answers.clear();
    list.answers[local_.self().node] = Own(list.request);
    if (Done(list)) {
      Answer(list, absl::OkStatus(), Union(list));
      at = lists_.erase(at);
      continue;
    }
    AskEnough(at->first, list, now);
    ++at;
  }
  OnPeerGone(now);
}

void KeyLister::Ask(NodeId node, uint64_t id, List& list, const Now& now) {
  list.asked[node] = now.monotonic;
  const ListRequest& request = list.request;
  local_.Send(node, Boot(), KeysAsk{id, request.start, request.end, request.limit});
}

// From one whose disk was empty nothing can be concluded: it says nothing. Of one that
// joins nothing is concluded, for enough others are asked besides.
void KeyLister::OnAsk(const Identity& from, const KeysAsk& ask) {
  if (!local_.filled() && local_.joining()) {
    return local_.Send(from.node, from.boot, KeysAnswer{ask.id, KeyList()});
  }
  if (!local_.filled()) return;
  ListRequest request;
  request.start = ask.start;
  request.end = ask.end;
  request.limit = ask.limit;
  local_.Send(from.node, from.boot, KeysAnswer{ask.id, Own(request)});
}

void KeyLister::OnAnswer(NodeId from, KeysAnswer answer) {
  const auto at = lists_.find(answer.id);
  if (at == lists_.end() || !at->second.asked.contains(from)) return;
  at->second.answers[from] = std::move(answer.list);
  if (!Done(at->second)) return;
  Answer(at->second, absl::OkStatus(), Union(at->second));
  lists_.erase(at);
}

Nodes KeyLister::Responders(const List& list) const {
  Nodes nodes;
  for (const auto& [node, answer] : list.answers) nodes.insert(node);
  return nodes;
}

bool KeyLister::Done(const List& list) const {
  return peers_.Enough(list.request.level, Responders(list));
}

bool KeyLister::Hopeless(const List& list) const {
  Nodes possible = Responders(list);
  possible.merge(peers_.Living());
  return !peers_.Enough(list.request.level, possible);
}

KeyList KeyLister::Union(const List& list) {
  KeyList all;
  const std::string* horizon = nullptr;  // beyond it somebody's keys are not known
  std::set<std::string> keys;
  for (const auto& [node, answer] : list.answers) {
    keys.insert(answer.keys.begin(), answer.keys.end());
    if (!answer.more || answer.keys.empty()) continue;
    all.more = true;
    if (horizon == nullptr || answer.keys.back() < *horizon) horizon = &answer.keys.back();
  }
  for (const std::string& key : keys) {
    if (horizon == nullptr || key <= *horizon) all.keys.push_back(key);
  }
  return all;
}

void KeyLister::Remind(uint64_t id, List& list, const Now& now) {
  bool one_more = false;
  for (NodeId node : peers_.LivingByDistance()) {
    if (list.answers.contains(node)) continue;
    const bool fresh = !list.asked.contains(node);
    if (fresh && std::exchange(one_more, true)) continue;
    Ask(node, id, list, now);
  }
}

void KeyLister::OnPeerGone(const Now& now) {
  for (auto at = lists_.begin(); at != lists_.end();) {
    if (Hopeless(at->second)) {
      Answer(at->second, CheckReadable(at->second.request.level, local_, peers_));
      at = lists_.erase(at);
      continue;
    }
    Remind(at->first, at->second, now);
    ++at;
  }
}

void KeyLister::Tick(const Now& now) {
  for (auto at = lists_.begin(); at != lists_.end();) {
    List& list = at->second;
    if (now.monotonic >= list.request.deadline) {
      Answer(list, MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                             StrCat("only ", list.answers.size(), " replicas told their keys at ",
                                    LevelName(list.request.level), " in time; try again"),
                             Applied::kNo));
      at = lists_.erase(at);
      continue;
    }
    const auto lost = [&](const auto& asked) {
      return !list.answers.contains(asked.first) &&
             now.monotonic - asked.second >= local_.config().resend_interval;
    };
    if (std::any_of(list.asked.begin(), list.asked.end(), lost)) Remind(at->first, list, now);
    ++at;
  }
}

void KeyLister::Shutdown() {
  for (const auto& [id, list] : std::exchange(lists_, {})) {
    Answer(list,
           MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                     StrCat(local_.self().node.ToString(), " is going down; ask another node")));
  }
}

void KeyLister::Answer(const List& list, absl::Status status, KeyList keys) {
  Reply reply;
  reply.id = list.request.id;
  reply.status = std::move(status);
  reply.keys = std::move(keys);
  local_.Answer(std::move(reply));
}

}  // namespace quorate::quorum
