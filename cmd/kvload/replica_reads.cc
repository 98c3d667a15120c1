#include "replica_reads.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "send.h"
#include "shape.h"

namespace quorate::load {
namespace {

constexpr size_t kAtOnce = 64;
constexpr absl::Duration kDeadline = absl::Seconds(2);

using Replies = std::map<std::string, Reply>;

// Many reads, so many at a time; the first that fails ends it.
class Reads {
 public:
  Reads(Keyspace keyspace, const PreparedJob& job, Level level)
      : keyspace_(std::move(keyspace)), job_(job.job), place_(job.place) {
    job_.read = {.level = level};
    job_.timeout = kDeadline;
  }

  absl::StatusOr<Replies> Run(const std::set<std::string>& keys) ABSL_LOCKS_EXCLUDED(mutex_) {
    for (const std::string& key : keys) {
      if (!Begin()) break;
      Send(keyspace_, job_, place_, std::nullopt, Request::Get(key),
           [this, key](Reply reply) { Take(key, std::move(reply)); });
    }
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Reads::Over));
    if (!status_.ok()) return status_;
    return std::move(replies_);
  }

 private:
  bool MayBegin() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ < kAtOnce; }
  bool Over() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; }

  bool Begin() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Reads::MayBegin));
    if (!status_.ok()) return false;
    ++under_way_;
    return true;
  }

  void Take(const std::string& key, Reply reply) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    --under_way_;
    status_.Update(reply.status);
    replies_.emplace(key, std::move(reply));
  }

  quorate::Keyspace keyspace_;
  Job job_;
  const Place place_;
  absl::Mutex mutex_;
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  Replies replies_ ABSL_GUARDED_BY(mutex_);
};

std::set<std::string> StoredKeys(const PreparedJob& job) {
  std::set<std::string> keys;
  for (const std::string& key : job.recorder->keys()) {
    keys.insert(StoredKey(job.place.shape, key));
  }
  return keys;
}

// A set whose elements are keys lies where they do, which is where it would lie itself.
PartitionDescription PartitionOf(const PreparedJob& job, const std::string& key) {
  const PartitionDescription* partition = job.keyspace.PartitionOf(StoredKey(job.place.shape, key));
  return partition == nullptr ? PartitionDescription() : *partition;
}

// Of one node's replica.
std::set<std::string> StoredKeysAt(const PreparedJob& job, NodeId node) {
  std::set<std::string> keys;
  for (const auto& [key, partition] : PartitionsOfKeys(job)) {
    const auto& replicas = partition.replicas;
    if (std::find(replicas.begin(), replicas.end(), node) == replicas.end()) continue;
    keys.insert(StoredKey(job.place.shape, key));
  }
  return keys;
}

absl::Status Unread(const std::string& node, std::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable, "REPLICA_NOT_READ", StrCat(node, ": ", why));
}

// Each replica can be asked.
absl::Status CheckEndpoints(const Connections& connections, const PreparedJob& job) {
  std::set<NodeId> known;
  for (size_t i = 0; i < connections.size(); ++i) known.insert(connections.id(i));
  for (const PartitionDescription& partition : job.keyspace.partitions) {
    for (const NodeId node : partition.replicas) {
      if (!known.contains(node)) return Unread(node.ToString(), "it is no endpoint of the plan");
    }
  }
  return absl::OkStatus();
}

void TakeHeld(Shape shape, const std::string& key, Reply reply, ReplicaRead& read) {
  if (shape != Shape::kMap) {
    read.held.emplace(key, std::move(reply.told.front()));
    return;
  }
  for (size_t i = 0; i < kMapFields.size(); ++i) {
    read.held.emplace(FieldKey(key, kMapFields[i].name), std::move(reply.told[i]));
  }
}

absl::StatusOr<ReplicaRead> ReadReplica(Connections& connections, size_t position,
                                        const PreparedJob& job) {
  const NodeId node = connections.id(position);
  auto client = connections.node(position);
  if (!client.ok()) return client.status();
  ReplicaRead read = {.node = connections.name(position), .held = {}};
  Reads reads(client->Keyspace(job.keyspace.name), job, Level::kOne);
  auto replies = reads.Run(StoredKeysAt(job, node));
  if (!replies.ok()) return Unread(read.node, ToStd(replies.status().message()));
  for (auto& [key, reply] : *replies) {
    if (reply.served_by != node) {
      return Unread(read.node, StrCat("a read of ", PrintableBytes(key), " was passed on to ",
                                      reply.served_by.ToString()));
    }
    TakeHeld(job.place.shape, key, std::move(reply), read);
  }
  return read;
}

std::string ListText(std::string_view what, std::vector<std::string> members) {
  std::sort(members.begin(), members.end());
  std::string text(what);
  for (const std::string& one : members) StrAppend(&text, " ", PrintableBytes(one));
  return text;
}

}  // namespace

std::string TextOf(const Told& told) {
  if (!told.found.value_or(false)) return "nothing";
  const std::string version = told.version == 0 ? "" : StrCat(" version ", told.version);
  if (told.elements) return ListText("elements", *told.elements) + version;
  if (told.values) return ListText("siblings", *told.values) + version;
  return StrCat("\"", PrintableBytes(told.value), "\"", version);
}

std::map<std::string, PartitionDescription> PartitionsOfKeys(const PreparedJob& job) {
  std::map<std::string, PartitionDescription> all;
  for (const std::string& key : job.recorder->keys()) all.emplace(key, PartitionOf(job, key));
  return all;
}

absl::StatusOr<std::vector<ReplicaRead>> ReadReplicas(Connections& connections,
                                                      const PreparedJob& job) {
  if (absl::Status status = CheckEndpoints(connections, job); !status.ok()) return status;
  std::vector<ReplicaRead> all;
  for (size_t i = 0; i < connections.size(); ++i) {
    auto one = ReadReplica(connections, i, job);
    if (!one.ok()) return one.status();
    all.push_back(*std::move(one));
  }
  return all;
}

absl::Status ReadThrough(Connections& connections, const PreparedJob& job) {
  Reads reads(connections.routing().Keyspace(job.keyspace.name), job, Level::kLinearizable);
  return reads.Run(StoredKeys(job)).status();
}

std::vector<std::string> Differences(const std::vector<ReplicaRead>& replicas) {
  constexpr size_t kShown = 10;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> by_key;
  for (const ReplicaRead& replica : replicas) {
    for (const auto& [key, told] : replica.held) {
      by_key[key].emplace_back(replica.node, TextOf(told));
    }
  }
  std::vector<std::string> lines;
  size_t differ = 0;
  for (const auto& one : by_key) {
    const auto& held = one.second;
    const auto same = [&](const auto& other) { return other.second == held.front().second; };
    if (std::all_of(held.begin(), held.end(), same) || ++differ > kShown) continue;
    std::string line = StrCat("key \"", PrintableBytes(one.first), "\":");
    for (const auto& [node, text] : held) StrAppend(&line, " ", node, " has ", text, ";");
    lines.push_back(std::move(line));
  }
  if (differ > kShown) lines.push_back(StrCat("and ", differ - kShown, " more keys"));
  return lines;
}

}  // namespace quorate::load
