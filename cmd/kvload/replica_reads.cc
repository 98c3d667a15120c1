#include "replica_reads.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::load {
namespace {

constexpr size_t kAtOnce = 64;
constexpr absl::Duration kDeadline = absl::Seconds(5);

// Many gets, so many at a time; the first that fails ends it.
class Gets {
 public:
  Gets(Keyspace keyspace, ReadOptions options)
      : keyspace_(std::move(keyspace)), options_(std::move(options)) {}

  absl::StatusOr<std::map<std::string, GetResult>> Run(const std::vector<std::string>& keys)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    for (const std::string& key : keys) {
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &Gets::MayBegin));
        if (!status_.ok()) break;
        ++under_way_;
      }
      keyspace_.Get(key, options_,
                    [this, key](absl::StatusOr<GetResult> got) { Take(key, std::move(got)); });
    }
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Gets::Over));
    if (!status_.ok()) return status_;
    return std::move(results_);
  }

 private:
  bool MayBegin() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ < kAtOnce; }
  bool Over() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; }

  void Take(const std::string& key, absl::StatusOr<GetResult> got) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    --under_way_;
    if (got.ok()) {
      results_.emplace(key, *std::move(got));
    } else {
      status_.Update(got.status());
    }
  }

  quorate::Keyspace keyspace_;
  const ReadOptions options_;
  absl::Mutex mutex_;
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, GetResult> results_ ABSL_GUARDED_BY(mutex_);
};

bool IsReplica(const KeyspaceDescription& keyspace, const std::string& key, NodeId node) {
  const PartitionDescription* partition = keyspace.PartitionOf(key);
  if (partition == nullptr) return false;
  const auto& replicas = partition->replicas;
  return std::find(replicas.begin(), replicas.end(), node) != replicas.end();
}

absl::Status Unread(const std::string& node, std::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable, "REPLICA_NOT_READ", StrCat(node, ": ", why));
}

absl::StatusOr<ReplicaRead> ReadReplica(Connections& connections, size_t position,
                                        const KeyspaceDescription& keyspace,
                                        const std::set<std::string>& keys) {
  const NodeId node = connections.id(position);
  ReplicaRead read = {.node = connections.name(position), .held = {}};
  std::vector<std::string> its;
  for (const std::string& key : keys) {
    if (IsReplica(keyspace, key, node)) its.push_back(key);
  }
  Gets gets(connections.node(position).Keyspace(keyspace.name),
            {.level = Level::kOne, .deadline = kDeadline});
  auto results = gets.Run(its);
  if (!results.ok()) return Unread(read.node, ToStd(results.status().message()));
  for (auto& [key, got] : *results) {
    if (got.receipt.served_by != node) {
      return Unread(read.node, StrCat("a read of ", PrintableBytes(key), " was passed on to ",
                                      got.receipt.served_by.ToString()));
    }
    Told told;
    told.found = got.found();
    told.value = got.value.value_or("");
    told.version = got.version;
    told.merged = std::move(got.merged);
    read.held.emplace(key, std::move(told));
  }
  return read;
}

std::string MergedText(const Merged& merged) {
  std::vector<std::string> siblings;
  for (const Sibling& one : merged.siblings) siblings.push_back(one.value);
  std::sort(siblings.begin(), siblings.end());
  std::string text;
  for (const std::string& one : siblings) StrAppend(&text, " sibling ", PrintableBytes(one));
  for (const std::string& one : merged.elements) StrAppend(&text, " has ", PrintableBytes(one));
  for (const Field& field : merged.fields) {
    StrAppend(&text, " ", PrintableBytes(field.name), "=");
    if (const auto* value = std::get_if<std::string>(&field.content)) StrAppend(&text, *value);
    if (const auto* sum = std::get_if<int64_t>(&field.content)) StrAppend(&text, *sum);
    if (const auto* elements = std::get_if<Field::Elements>(&field.content)) {
      for (const std::string& one : *elements) StrAppend(&text, "+", PrintableBytes(one));
    }
  }
  return text;
}

}  // namespace

std::string TextOf(const Told& told) {
  if (!told.found.value_or(false)) return "nothing";
  std::string text = StrCat("\"", PrintableBytes(told.value), "\" version ", told.version);
  if (told.merged) text += MergedText(*told.merged);
  return text;
}

absl::StatusOr<std::vector<ReplicaRead>> ReadReplicas(Connections& connections,
                                                      const KeyspaceDescription& keyspace,
                                                      const std::set<std::string>& keys) {
  std::vector<ReplicaRead> all;
  for (size_t i = 0; i < connections.size(); ++i) {
    auto one = ReadReplica(connections, i, keyspace, keys);
    if (!one.ok()) return one.status();
    all.push_back(*std::move(one));
  }
  return all;
}

absl::Status ReadThrough(Connections& connections, const KeyspaceDescription& keyspace,
                         const std::set<std::string>& keys) {
  Gets gets(connections.routing().Keyspace(keyspace.name),
            {.level = Level::kLinearizable, .deadline = kDeadline});
  return gets.Run({keys.begin(), keys.end()}).status();
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
  for (const auto& [key, held] : by_key) {
    const auto same = [&](const auto& one) { return one.second == held.front().second; };
    if (std::all_of(held.begin(), held.end(), same) || ++differ > kShown) continue;
    std::string line = StrCat("key \"", PrintableBytes(key), "\":");
    for (const auto& [node, text] : held) StrAppend(&line, " ", node, " has ", text, ";");
    lines.push_back(std::move(line));
  }
  if (differ > kShown) lines.push_back(StrCat("and ", differ - kShown, " more keys"));
  return lines;
}

}  // namespace quorate::load
