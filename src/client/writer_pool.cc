#include "client/writer_pool.h"

#include <functional>

#include "base/error.h"
#include "base/hash.h"
#include "client/call.h"
#include "client/core.h"
#include "client/refresh.h"

namespace quorate::client {
namespace {

// Beyond it the oldest write of unknown outcome can no longer be asked for.
constexpr size_t kWindowMax = 1024;

using Opening = absl::AnyInvocable<void(absl::StatusOr<std::shared_ptr<Writer>>) &&>;

void Open(Core& core, const std::string& keyspace, std::string key, absl::Duration deadline,
          Opening opened) {
  v1::OpenWriterRequest request;
  request.set_keyspace(keyspace);
  // As a read: an attempt too many leaves a writer that nobody uses.
  Target target{.keyspace = keyspace, .key_hash = KeyHash(key), .level = Level::kQuorum};
  request.set_key(std::move(key));
  StartCall<v1::OpenWriterResponse>(
      core, std::move(target), deadline, std::move(request),
      [](NodeLink& link, grpc::ClientContext* context, const v1::OpenWriterRequest* sent,
         v1::OpenWriterResponse* response, std::function<void(grpc::Status)> on_end) {
        link.kv().async()->OpenWriter(context, sent, response, std::move(on_end));
      },
      [&core, keyspace,
       opened = std::move(opened)](absl::StatusOr<v1::OpenWriterResponse> response) mutable {
        if (!response.ok()) return std::move(opened)(response.status());
        LearnFrom(core, keyspace, response->receipt(), /*serving=*/true);
        const bool leaderless = response->receipt().mode() == v1::MODE_QUORUM;
        std::move(opened)(std::make_shared<Writer>(keyspace, response->receipt().partition_id(),
                                                   response->writer(), leaderless));
      });
}

void Give(const absl::StatusOr<std::shared_ptr<Writer>>& writer, WriterPool::Done done) {
  // A keyspace that was not known to be one of mode quorum.
  if (ReasonOf(writer.status()) == "NOT_IN_THIS_MODE") return std::move(done)(Ticket{});
  if (!writer.ok()) return std::move(done)(writer.status());
  std::move(done)(Ticket{*writer, (*writer)->Next()});
}

}  // namespace

v1::Identity Writer::Next() {
  absl::MutexLock lock(&mutex_);
  window_.push_back(State::kUnderWay);
  if (window_.size() > kWindowMax && window_.front() == State::kOpen) {
    window_.front() = State::kSettled;
    Drop();
  }
  v1::Identity identity;
  identity.set_writer(id_);
  identity.set_sequence(settled_below_ + window_.size() - 1);
  identity.set_settled_below(settled_below_);
  identity.set_partition_id(partition_id_);
  return identity;
}

void Writer::Drop() {
  while (!window_.empty() && window_.front() == State::kSettled) {
    window_.pop_front();
    ++settled_below_;
  }
}

void Writer::Settle(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  if (sequence < settled_below_ || sequence - settled_below_ >= window_.size()) return;
  window_[sequence - settled_below_] = State::kSettled;
  Drop();
}

void Writer::LeaveOpen(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  if (sequence < settled_below_ || sequence - settled_below_ >= window_.size()) return;
  window_[sequence - settled_below_] = State::kOpen;
}

void WriterPool::Take(Core& core, const std::string& keyspace, std::optional<uint32_t> arc,
                      std::string key, absl::Duration deadline, Done done) {
  if (!arc) {
    return Open(core, keyspace, std::move(key), deadline,
                [done = std::move(done)](absl::StatusOr<std::shared_ptr<Writer>> writer) mutable {
                  Give(writer, std::move(done));
                });
  }
  Place place(keyspace, *arc);
  std::shared_ptr<Writer> writer;
  {
    absl::MutexLock lock(&mutex_);
    const auto [it, absent] = slots_.try_emplace(place);
    writer = it->second.writer;
    if (writer == nullptr) it->second.waiting.push_back(std::move(done));
    if (writer == nullptr && !absent) return;
  }
  if (writer != nullptr) return Give(writer, std::move(done));
  Open(core, keyspace, std::move(key), deadline,
       [this, place = std::move(place)](absl::StatusOr<std::shared_ptr<Writer>> opened) {
         Opened(place, std::move(opened));
       });
}

void WriterPool::Opened(const Place& place, absl::StatusOr<std::shared_ptr<Writer>> writer) {
  std::vector<Done> waiting;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = slots_.find(place);
    waiting = std::exchange(it->second.waiting, {});
    if (writer.ok()) {
      it->second.writer = *writer;
    } else {
      slots_.erase(it);
    }
  }
  for (Done& done : waiting) Give(writer, std::move(done));
}

void WriterPool::Forget(const std::shared_ptr<Writer>& writer) {
  absl::MutexLock lock(&mutex_);
  for (auto it = slots_.begin(); it != slots_.end(); ++it) {
    if (it->second.writer == writer && writer != nullptr) {
      slots_.erase(it);
      return;
    }
  }
}

std::shared_ptr<Writer> WriterPool::Find(const OperationId& operation) const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [place, slot] : slots_) {
    if (slot.writer != nullptr && slot.writer->Operation(operation.sequence) == operation) {
      return slot.writer;
    }
  }
  return nullptr;
}

}  // namespace quorate::client
