#include "quorum_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "quorum/message_batch.h"

namespace quorate {
namespace {

constexpr PartitionId kPartition{7};
constexpr absl::Duration kTick = absl::Milliseconds(20);
// Replicas at rest ask each other every ten seconds.
constexpr absl::Duration kLongTick = absl::Milliseconds(50);

bool HasRun(std::string_view payload) {
  const auto messages = quorum::DecodeBatch(NodeId(), NodeId(), payload);
  return messages.ok() && std::any_of(messages->begin(), messages->end(), [](const auto& one) {
           return std::holds_alternative<quorum::RunAsk>(one.body);
         });
}

}  // namespace

QuorumWorld::QuorumWorld(Conflict conflict, uint32_t nodes, std::string scope)
    : conflict_(conflict), scope_(std::move(scope)) {
  for (uint32_t id = 1; id <= nodes; ++id) members_.insert(id);
  for (uint32_t id = 1; id <= nodes; ++id) {
    nodes_[id].engine = std::make_unique<MemEngine>(MemEngineOptions{});
    Open(id);
  }
  Settle();
}

void QuorumWorld::Open(uint32_t id) {
  QuorumReplicaOptions options;
  options.partition = kPartition;
  options.core.self = {NodeId(id), Boot(1)};
  for (uint32_t member : members_) options.core.members.push_back({NodeId(member), ""});
  options.conflict = conflict_;
  options.context_scope = scope_;
  Node& node = nodes_.at(id);
  auto opened = QuorumReplica::Open(std::move(options), *node.engine, nullptr,
                                    LogClock(now_, absl::FromUnixSeconds(1'000'000)));
  ASSERT_TRUE(opened.ok()) << opened.status();
  node.replica = *std::move(opened);
}

void QuorumWorld::TakeAway(uint32_t id) {
  Node& node = nodes_.at(id);
  node.replica->Shutdown();
  node.former = std::make_unique<FormerCopy>(std::move(node.replica));
  members_.erase(id);
  epoch_ = epoch_.next();
  Move move;
  move.leaderless.epoch = epoch_;
  for (uint32_t member : members_) move.leaderless.replicas.push_back({NodeId(member), ""});
  for (uint32_t member : members_) nodes_.at(member).replica->SetMove(move, now_);
  Deliver();
}

void QuorumWorld::HandOverAgain(uint32_t id) {
  Node& node = nodes_.at(id);
  node.former.reset();
  Open(id);
  node.former = std::make_unique<FormerCopy>(std::move(node.replica));
}

std::vector<quorum::Discard> QuorumWorld::Journal(uint32_t id) const {
  const auto entries = nodes_.at(id).replica->conflicts()->List("", ~size_t{0});
  EXPECT_TRUE(entries.ok()) << entries.status();
  std::vector<quorum::Discard> discards;
  for (const JournalEntry& entry : *entries) discards.push_back(entry.discard);
  return discards;
}

void QuorumWorld::SendOf(uint32_t id, std::vector<PeerMessage> messages) {
  messages_of_former_ += messages.size();
  for (PeerMessage& message : messages) messages_.emplace_back(id, std::move(message));
}

// Each turn is durable at its end.
void QuorumWorld::Collect() {
  bool more = true;
  while (std::exchange(more, false)) {
    for (auto& [id, node] : nodes_) {
      if (node.former != nullptr) continue;
      Turn turn;
      const auto collected = node.replica->Collect(turn, now_);
      ASSERT_TRUE(collected.ok()) << collected.status();
      more = more || *collected;
      for (PeerMessage& message : turn.sends) messages_.emplace_back(id, std::move(message));
      if (turn.persist_token != 0) node.replica->Persisted(turn.persist_token, now_);
      for (PeerMessage& message : turn.sends_after_sync) {
        messages_.emplace_back(id, std::move(message));
      }
    }
  }
}

void QuorumWorld::Deliver() {
  Collect();
  while (!messages_.empty()) {
    const auto [from, message] = std::move(messages_.front());
    messages_.pop_front();
    const auto to = static_cast<uint32_t>(message.to.value());
    if (cut_.contains({from, to})) continue;
    if (HasRun(message.payload)) ++runs_told_;
    Node& node = nodes_.at(to);
    if (node.former != nullptr) {
      std::vector<PeerMessage> answers;
      EXPECT_TRUE(node.former->Receive(NodeId(from), message.payload, now_, answers).ok());
      SendOf(to, std::move(answers));
      continue;
    }
    node.replica->Receive(NodeId(from), message.payload, now_);
    Collect();
  }
}

void QuorumWorld::Advance(absl::Duration by) {
  now_ += by;
  for (auto& [id, node] : nodes_) {
    if (node.former == nullptr) {
      node.replica->Tick(now_);
      continue;
    }
    std::vector<NodeId> heard;
    for (uint32_t member : members_) {
      if (!cut_.contains({id, member})) heard.emplace_back(member);
    }
    std::vector<PeerMessage> messages;
    EXPECT_TRUE(node.former->Tick(heard, now_, messages).ok());
    SendOf(id, std::move(messages));
  }
  Deliver();
}

void QuorumWorld::Settle() {
  for (int i = 0; i < 300; ++i) Advance(kLongTick);
}

Reply QuorumWorld::Ask(uint32_t node, Request request) {
  std::vector<Request> one;
  one.push_back(std::move(request));
  return AskTogether(node, std::move(one)).front();
}

std::vector<Reply> QuorumWorld::AskTogether(uint32_t node, std::vector<Request> requests) {
  std::vector<Reply> answers(requests.size());
  size_t missing = requests.size();
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].partition = kPartition;
    requests[i].deadline = now_ + absl::Seconds(2);
    const auto take = [&answers, &missing, i](Reply reply) {
      answers[i] = std::move(reply);
      --missing;
    };
    nodes_.at(node).replica->Execute(std::move(requests[i]), take, now_);
  }
  Deliver();
  for (int i = 0; i < 200 && missing > 0; ++i) Advance(kTick);
  EXPECT_EQ(missing, 0u);
  return answers;
}

void QuorumWorld::AllowRuns(bool allowed) {
  for (auto& [id, node] : nodes_) node.replica->AllowRuns(allowed);
}

Reply QuorumWorld::Write(uint32_t node, kv::Mutation mutation, Level level) {
  Request request;
  request.level = level;
  request.op.emplace<kv::Command>().mutations.push_back(std::move(mutation));
  return Ask(node, std::move(request));
}

Reply QuorumWorld::Read(uint32_t node, std::string key, Level level) {
  Request request;
  request.level = level;
  request.op = Lookup{{std::move(key)}};
  return Ask(node, std::move(request));
}

kv::Mutation Mutate(kv::Mutation::Action action, std::string value, std::string context) {
  kv::Mutation mutation;
  mutation.key.push_back('k');
  mutation.action = action;
  mutation.value = std::move(value);
  mutation.context = std::move(context);
  return mutation;
}

kv::Mutation MutateField(kv::FieldAction action, std::string field, std::string value,
                         std::string context, int64_t delta) {
  kv::Mutation mutation =
      Mutate(kv::Mutation::Action::kChangeField, std::move(value), std::move(context));
  mutation.field = std::move(field);
  mutation.field_action = action;
  mutation.delta = delta;
  return mutation;
}

kv::Mutation AddTo(int64_t delta) {
  kv::Mutation mutation = Mutate(kv::Mutation::Action::kAdd);
  mutation.delta = delta;
  return mutation;
}

}  // namespace quorate
