#include "cluster.h"

#include <gtest/gtest.h>

#include "base/boot.h"
#include "base/hash.h"
#include "quorum/lww.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kCalendarStartUs = 1'700'000'000'000'000;
const LastWriteWins kLww;

std::vector<NodeId> FirstNodes(uint64_t count) {
  std::vector<NodeId> nodes;
  for (uint64_t id = 1; id <= count; ++id) nodes.push_back(NodeId(id));
  return nodes;
}

}  // namespace

Cluster::Cluster(ClusterOptions options)
    : options_(std::move(options)),
      invariants_(FirstNodes(options_.replicas),
                  options_.policy != nullptr && options_.policy->ByRounds()) {
  if (options_.policy == nullptr) options_.policy = &kLww;
  for (uint64_t id = 1; id <= options_.replicas; ++id) {
    const std::string zone = options_.zones.empty() ? "" : options_.zones[id - 1];
    options_.config.members.push_back({NodeId(id), zone});
  }
  for (uint64_t id = 1; id <= nodes(); ++id) {
    nodes_[id].self.node = NodeId(id);
    nodes_[id].boot = id > options_.replicas ? 1 : 0;
    nodes_[id].members.replicas = options_.config.members;
    nodes_[id].known = {nodes_[id].members};
    if (id <= options_.replicas) Start(nodes_[id]);
  }
}

Cluster::~Cluster() {
  if (violations_expected_) return;
  for (const std::string& violation : invariants_.violations()) ADD_FAILURE() << violation;
}

Cluster::Node& Cluster::Find(uint64_t id) {
  const auto found = nodes_.find(id);
  EXPECT_TRUE(found != nodes_.end()) << "no replica n" << id;
  return found->second;
}

Now Cluster::At(const Node& node) const {
  const int64_t calendar_us = absl::ToInt64Microseconds(now_) + node.calendar_offset_us;
  return {now_, kCalendarStartUs + static_cast<uint64_t>(calendar_us), node.confirmed};
}

void Cluster::Start(Node& node) {
  if (!options_.keep_boot || node.boot == 0) ++node.boot;
  StartInBoot(node);
}

void Cluster::StartInBoot(Node& node) {
  node.self.boot = node.joined == Epoch()
                       ? Boot(node.boot)
                       : BootOfCopy(Boot(node.boot << kBootChanceBits), node.joined);
  Restored restored = node.disk.Restore();
  // A copy that joined begins with nothing, until its disk says otherwise.
  if (restored.entered < node.joined) {
    restored = Restored();
    restored.filled = false;
    node.disk = MapStore();
  }
  Begin(node, std::move(restored));
}

void Cluster::Begin(Node& node, Restored restored) {
  node.store = node.disk;
  node.handed_out = node.durable = 0;
  Config config = options_.config;
  config.self = node.self;
  config.members = node.members.replicas;
  config.members_since = node.members.epoch;
  config.joining = node.members.joining;
  config.leaving = node.members.leaving;
  Knowledge known = restored.checkpoint;
  known.seen.Merge(restored.logged);
  invariants_.Started(node.self, known, node.store);
  node.core = std::make_unique<Core>(config, *options_.policy, node.store, std::move(restored));
  for (auto& [id, other] : nodes_) {
    const bool reachable = other.core && !cut_.contains({id, node.self.node.value()});
    if (&other != &node && !reachable) node.core->PeerGone(other.self.node, At(node));
  }
  Pump(node);
}

std::vector<uint64_t> Cluster::living() const {
  std::vector<uint64_t> ids;
  for (const auto& [id, node] : nodes_) {
    if (node.core) ids.push_back(id);
  }
  return ids;
}

std::string Cluster::Value(uint64_t node, const std::string& key) {
  const std::optional<Record> record = store(node).Lookup(key);
  return record && !record->Dead(NowAt(node).calendar_us) ? record->body : "";
}

void Cluster::Tick(uint64_t id) {
  Node& node = Find(id);
  node.core->Tick(At(node));
  Pump(node);
}

void Cluster::Write(uint64_t id, WriteRequest request) {
  Node& node = Find(id);
  node.core->Write(request, At(node));
  Pump(node);
}

void Cluster::WriteRun(uint64_t id, RunRequest request) {
  Node& node = Find(id);
  runs_[request.id] = request.writes.size();
  node.core->WriteRun(std::move(request), At(node));
  Pump(node);
}

void Cluster::Read(uint64_t id, ReadRequest request) {
  Node& node = Find(id);
  node.core->Read(request, At(node));
  Pump(node);
}

void Cluster::Operate(uint64_t id, RegisterCall call) {
  Node& node = Find(id);
  node.core->Operate(call, At(node));
  Pump(node);
}

uint64_t Cluster::Operate(uint64_t node, const std::string& key, RegisterOp op) {
  RegisterCall call;
  call.id = next_id_++;
  call.key = key;
  call.op = std::move(op);
  call.deadline = now_ + absl::Seconds(2);
  Operate(node, call);
  return call.id;
}

void Cluster::PeerGone(uint64_t id, uint64_t peer) {
  Node& node = Find(id);
  if (!node.core) return;
  node.core->PeerGone(NodeId(peer), At(node));
  Pump(node);
}

void Cluster::PeerBack(uint64_t id, uint64_t peer) {
  Node& node = Find(id);
  if (!node.core) return;
  node.core->PeerBack(NodeId(peer), At(node));
  Pump(node);
}

uint64_t Cluster::Put(uint64_t node, const std::string& key, const std::string& value,
                      Level level) {
  WriteRequest request;
  request.id = next_id_++;
  request.key = key;
  request.change.argument = value;
  request.level = level;
  request.deadline = now_ + absl::Seconds(2);
  Write(node, request);
  return request.id;
}

uint64_t Cluster::OpenWriter(uint64_t id) {
  Node& node = Find(id);
  const uint64_t request = next_id_++;
  node.core->OpenWriter(request, At(node));
  Pump(node);
  const Reply* reply = Find(id, request);
  EXPECT_NE(reply, nullptr);
  return reply == nullptr ? 0 : reply->writer;
}

uint64_t Cluster::PutOnce(uint64_t node, const std::string& key, const std::string& value,
                          Level level, OperationId operation, uint64_t settled_below) {
  WriteRequest request;
  request.id = next_id_++;
  request.key = key;
  request.change.argument = value;
  request.level = level;
  request.deadline = now_ + absl::Seconds(2);
  request.operation = OperationAsk{operation, settled_below, static_cast<uint32_t>(Hash64(value))};
  Write(node, request);
  return request.id;
}

void Cluster::Resolve(uint64_t id, ResolveRequest request) {
  Node& node = Find(id);
  node.core->Resolve(request, At(node));
  Pump(node);
}

uint64_t Cluster::Resolve(uint64_t node, OperationId operation, bool fence, Level level) {
  ResolveRequest request;
  request.id = next_id_++;
  request.operation = operation;
  request.fence = fence;
  request.level = level;
  request.deadline = now_ + absl::Seconds(2);
  Resolve(node, request);
  return request.id;
}

uint64_t Cluster::Delete(uint64_t node, const std::string& key, Level level) {
  WriteRequest request;
  request.id = next_id_++;
  request.key = key;
  request.change.remove = true;
  request.level = level;
  request.deadline = now_ + absl::Seconds(2);
  Write(node, request);
  return request.id;
}

uint64_t Cluster::Get(uint64_t node, const std::string& key, Level level) {
  ReadRequest request;
  request.id = next_id_++;
  request.key = key;
  request.level = level;
  request.deadline = now_ + absl::Seconds(2);
  Read(node, request);
  return request.id;
}

const Reply* Cluster::Find(uint64_t node, uint64_t id) const {
  const auto found = replies_.find({node, id});
  return found == replies_.end() ? nullptr : &found->second;
}

void Cluster::Settle(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    Pass(absl::Milliseconds(50));
    for (uint64_t id : living()) Tick(id);
    DeliverAll();
  }
}

// The turn's output: state first, then what may leave at once, then what waits.
void Cluster::Pump(Node& node) {
  while (node.core->has_output()) {
    Output output = node.core->TakeOutput();
    for (const Effect& effect : output.effects) {
      const absl::StatusOr<Effect> read = DecodeEffect(EncodeEffect(effect));
      EXPECT_TRUE(read.ok() && *read == effect);
      node.store.Apply(effect);
      node.unsynced.push_back(effect);
    }
    node.handed_out += output.effects.size();
    invariants_.Emitted(node.self, output.effects, node.store);
    SendAll(std::move(output.messages));
    node.waiting.push_back({0, {}, Answers(node, output.replies)});
    node.waiting.push_back({node.handed_out, std::move(output.messages_after_sync),
                            Answers(node, output.replies_after_sync)});
    for (const Effect& effect : output.effects) {
      if (const auto* discard = std::get_if<Discard>(&effect)) discards_.push_back(*discard);
    }
    LetGo(node);
    if (options_.sync_at_once) SyncAll(node.self.node.value());
  }
}

std::vector<Answered> Cluster::Answers(const Node& node, std::vector<Reply>& replies) {
  std::vector<Answered> answers;
  for (Reply& reply : replies) {
    const auto run = runs_.find(reply.id);
    const size_t count = run == runs_.end() ? 1 : run->second;
    for (size_t i = 0; i < count; ++i) {
      answers.push_back({node.self.node.value(), reply, now_});
      ++reply.id;
      if (!reply.receipt.dot) continue;
      ++reply.receipt.dot.counter;
      reply.receipt.time = reply.receipt.time.next();
    }
  }
  return answers;
}

void Cluster::LetGo(Node& node) {
  std::deque<Waiting> still;
  for (Waiting& waiting : std::exchange(node.waiting, {})) {
    if (waiting.effects > node.durable) {
      still.push_back(std::move(waiting));
      continue;
    }
    SendAll(std::move(waiting.messages));
    for (Answered& answer : waiting.answers) {
      replies_[{answer.node, answer.reply.id}] = answer.reply;
      answers_.push_back(std::move(answer));
    }
  }
  for (Waiting& waiting : still) node.waiting.push_back(std::move(waiting));
}

void Cluster::SendAll(std::vector<Message> messages) {
  for (Message& message : messages) {
    invariants_.Sent(message);
    if (cut_.contains({message.from.node.value(), message.to.value()})) continue;
    in_flight_.push_back(std::move(message));
  }
}

void Cluster::Deliver(const Message& message) {
  const uint64_t from = message.from.node.value();
  if (cut_.contains({from, message.to.value()})) return;
  Node& node = Find(message.to.value());
  if (!node.core) return;
  const absl::StatusOr<Message> read =
      DecodeMessage(message.from.node, message.to, EncodeMessage(message));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(*read, message);
  node.core->Receive(*read, At(node));
  Pump(node);
}

void Cluster::DeliverAt(size_t position) {
  const Message message = std::move(in_flight_[position]);
  in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(position));
  Deliver(message);
}

void Cluster::DeliverAll() {
  int left = 100'000;
  while (!in_flight_.empty() && --left > 0) DeliverAt(0);
  EXPECT_TRUE(in_flight_.empty()) << "the replicas talk without end";
}

std::vector<Message> Cluster::Take(const Filter& filter) {
  std::vector<Message> taken;
  std::deque<Message> rest;
  for (Message& message : in_flight_) {
    const bool chosen = filter(message);
    if (chosen) {
      taken.push_back(std::move(message));
    } else {
      rest.push_back(std::move(message));
    }
  }
  in_flight_ = std::move(rest);
  return taken;
}

void Cluster::Isolate(uint64_t id) {
  for (const auto& [other, node] : nodes_) {
    if (other == id) continue;
    Cut(id, other);
    Cut(other, id);
    PeerGone(other, id);
    PeerGone(id, other);
  }
}

void Cluster::Heal() {
  cut_.clear();
  for (const auto& [id, node] : nodes_) {
    for (const auto& [other, peer] : nodes_) {
      if (id != other && peer.core) PeerBack(id, other);
    }
  }
}

bool Cluster::Sync(uint64_t id, size_t count) {
  Node& node = Find(id);
  bool any = false;
  for (; count > 0 && !node.unsynced.empty(); --count) {
    node.disk.Apply(node.unsynced.front());
    invariants_.Persisted(node.self.node, node.unsynced.front());
    node.unsynced.pop_front();
    ++node.durable;
    any = true;
  }
  if (!any) return false;
  LetGo(node);
  node.core->Persisted(node.durable, At(node));
  Pump(node);
  return true;
}

void Cluster::SyncAll(uint64_t id) {
  while (!Find(id).unsynced.empty()) Sync(id, Find(id).unsynced.size());
}

}  // namespace quorate::quorum
