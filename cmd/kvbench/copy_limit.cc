#include "copy_limit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "kv/layout.h"
#include "kv/record.h"
#include "kv/snapshot.h"
#include "kv/state_machine.h"
#include "storage/rocks_engine.h"
#include "versioned_keys.h"

namespace quorate::bench {
namespace {

constexpr uint64_t kBatchRecords = 1024;

absl::Status Broken(const char* what) { return absl::UnavailableError(what); }

// Both ends of a connection on loopback.
class Loopback {
 public:
  Loopback() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (bind(listener, address, size) == 0 && listen(listener, 1) == 0 &&
        getsockname(listener, address, &size) == 0) {
      near_ = socket(AF_INET, SOCK_STREAM, 0);
      if (connect(near_, address, size) == 0) far_ = accept(listener, nullptr, nullptr);
    }
    close(listener);
  }
  ~Loopback() {
    if (near_ >= 0) close(near_);
    if (far_ >= 0) close(far_);
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  bool Write(const void* bytes, size_t size) const {
    const char* at = static_cast<const char*>(bytes);
    while (size > 0) {
      const ssize_t written = send(near_, at, size, MSG_NOSIGNAL);
      if (written <= 0) return false;
      at += written;
      size -= static_cast<size_t>(written);
    }
    return true;
  }
  bool Read(void* bytes, size_t size) const {
    return recv(far_, bytes, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }
  // Whoever reads or writes fails from now on.
  void Break() const {
    shutdown(near_, SHUT_RDWR);
    shutdown(far_, SHUT_RDWR);
  }

 private:
  int near_ = -1, far_ = -1;
};

absl::Status Fill(Engine& engine, PartitionId partition, uint64_t keys) {
  kv::StateMachine state(partition, engine);
  if (absl::Status made = state.Initialise("copied"); !made.ok()) return made;
  for (uint64_t first = 0; first < keys; first += kBatchRecords) {
    EngineBatch batch;
    for (uint64_t key = first; key < std::min(keys, first + kBatchRecords); ++key) {
      const std::string name = VersionedKeys::Name(key);
      const std::string value = VersionedKeys::Value(key, partition.value());
      batch.PutKey(kv::RecordKey(partition, name), kv::EncodeStored(name, {1, value}));
    }
    if (absl::Status written = engine.Write(batch); !written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status Send(const Engine& from, PartitionId partition, const Loopback& way) {
  auto reader = kv::SnapshotReader::Open(partition, from, kv::kSnapshotChunkBytesDefault);
  if (!reader.ok()) return reader.status();
  while (true) {
    const auto chunk = (*reader)->Next();
    if (!chunk.ok()) return chunk.status();
    const uint64_t size = chunk->data.size();
    if (!way.Write(&size, sizeof(size)) || !way.Write(chunk->data.data(), size)) {
      return Broken("the connection broke under the sender");
    }
    if (chunk->last) return absl::OkStatus();
  }
}

absl::Status Receive(const Loopback& way, Engine& to, PartitionId partition) {
  auto writer = kv::SnapshotWriter::Begin(partition, to);
  if (!writer.ok()) return writer.status();
  std::string chunk;
  for (bool last = false; !last;) {
    uint64_t size = 0;
    if (!way.Read(&size, sizeof(size))) return Broken("the connection broke under the receiver");
    chunk.resize(size);
    if (!way.Read(chunk.data(), size)) return Broken("the connection broke under the receiver");
    if (absl::Status added = (*writer)->Add(chunk); !added.ok()) return added;
    last = chunk[1] == 1;
  }
  return (*writer)->Commit(LogIndex(), Term());
}

class Copy {
 public:
  Copy(const Engine& from, Engine& to, uint32_t partitions)
      : from_(from), to_(to), partitions_(partitions) {}

  absl::Status Run(unsigned pairs) {
    std::vector<std::thread> threads;
    for (unsigned pair = 0; pair < pairs; ++pair) threads.emplace_back([this] { RunPair(); });
    for (std::thread& thread : threads) thread.join();
    absl::MutexLock lock(&mutex_);
    return failed_;
  }

 private:
  void RunPair() {
    Loopback way;
    for (uint32_t number = next_++; number <= partitions_; number = next_++) {
      const PartitionId partition(number);
      absl::Status sent;
      std::thread sender([&] {
        sent = Send(from_, partition, way);
        if (!sent.ok()) way.Break();
      });
      absl::Status received = Receive(way, to_, partition);
      if (!received.ok()) way.Break();
      sender.join();
      absl::MutexLock lock(&mutex_);
      failed_.Update(sent);
      failed_.Update(received);
      if (!failed_.ok()) return;
    }
  }

  const Engine& from_;
  Engine& to_;
  const uint32_t partitions_;
  std::atomic<uint32_t> next_ = 1;
  absl::Mutex mutex_;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<double> CopyBytesPerSecond(const std::string& folder, const CopyWork& work) {
  std::filesystem::create_directories(folder);
  auto from = OpenRocksEngine(folder + "/from");
  if (!from.ok()) return from.status();
  auto to = OpenRocksEngine(folder + "/to");
  if (!to.ok()) return to.status();
  for (uint32_t number = 1; number <= work.partitions; ++number) {
    absl::Status filled = Fill(**from, PartitionId(number), work.keys_each);
    if (!filled.ok()) return filled;
  }
  if (absl::Status flushed = (*from)->Flush(); !flushed.ok()) return flushed;
  const absl::Time began = absl::Now();
  Copy copy(**from, **to, work.partitions);
  absl::Status copied = copy.Run(std::max(1u, std::thread::hardware_concurrency()));
  if (!copied.ok()) return copied;
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  const uint64_t each = VersionedKeys::Name(0).size() + VersionedKeys::kValueBytes;
  from->reset();
  to->reset();
  std::filesystem::remove_all(folder);
  return static_cast<double>(work.partitions * work.keys_each * each) / seconds;
}

}  // namespace quorate::bench
