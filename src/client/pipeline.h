// Many operations in flight at once, over one stream to each node.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/options.h"
#include "client/types.h"

namespace quorate {

namespace client {
class Handle;
class PipelineCore;
}  // namespace client

// Operations are answered in any order, by callback. What queues while a
// message is being sent goes out together as the next one; nothing ever waits
// for company. Thread-safe.
//
// An operation blocks its caller while max_in_flight are unanswered, except in
// a callback of this client, where it never blocks.
//
// Operations under way at the same time may take effect in any order, on the
// same key too: where order matters, wait for the answer of the first.
class Pipeline {
 public:
  Pipeline(std::shared_ptr<client::Handle> handle, std::shared_ptr<client::PipelineCore> core);
  Pipeline(Pipeline&&) = default;
  Pipeline& operator=(Pipeline&&) = delete;
  // Drains. Not from a callback.
  ~Pipeline();

  void Put(std::string key, std::string value, Callback<WriteReceipt> done);
  // `ttl`: see WriteOptions.
  void Put(std::string key, std::string value, std::optional<absl::Duration> ttl,
           Callback<WriteReceipt> done);
  void Delete(std::string key, Callback<WriteReceipt> done);
  void CompareAndSet(std::string key, Condition condition, std::string value,
                     Callback<WriteReceipt> done);
  void Add(std::string key, int64_t delta, Callback<AddResult> done);
  // See Keyspace::Mutate.
  void Mutate(Mutation mutation, Callback<WriteReceipt> done);
  // Keys of one partition, see Keyspace::Batch.
  void Batch(std::vector<Mutation> mutations, Callback<BatchResult> done);
  void Get(std::string key, Callback<GetResult> done);

  // Waits until every operation has been answered, by its deadline at the
  // latest, and its callback has run. Not from a callback.
  void Drain();
  size_t in_flight() const;

 private:
  std::shared_ptr<client::Handle> handle_;
  std::shared_ptr<client::PipelineCore> core_;  // null once moved from
};

}  // namespace quorate
