// The data calls, as requests under way. Each calls `done` exactly once, on
// any thread, also the caller's; `done` must not block.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/core.h"
#include "client/operation.h"
#include "client/options.h"
#include "client/types.h"

namespace quorate::client {

void StartPut(Core& core, const std::string& keyspace, std::string key, std::string value,
              const WriteOptions& options, Callback<WriteReceipt> done);
void StartDelete(Core& core, const std::string& keyspace, std::string key,
                 const WriteOptions& options, Callback<WriteReceipt> done);
// Without a value: deletes.
void StartCompareAndSet(Core& core, const std::string& keyspace, std::string key,
                        const Condition& condition, std::optional<std::string> value,
                        const WriteOptions& options, Callback<WriteReceipt> done);
void StartAdd(Core& core, const std::string& keyspace, std::string key, int64_t delta,
              const WriteOptions& options, Callback<AddResult> done);
void StartMutate(Core& core, const std::string& keyspace, Mutation mutation,
                 const WriteOptions& options, Callback<WriteReceipt> done);
void StartBatch(Core& core, const std::string& keyspace, std::vector<Mutation> mutations,
                const WriteOptions& options, Callback<BatchResult> done);
void StartResolve(Core& core, const OperationId& operation, const ResolveOptions& options,
                  Callback<Resolution> done);
void StartGet(Core& core, const std::string& keyspace, std::string key, const ReadOptions& options,
              Callback<GetResult> done);
void StartMultiGet(Core& core, const std::string& keyspace, std::vector<std::string> keys,
                   const ReadOptions& options, Callback<MultiGetResult> done);
void StartReadPage(Core& core, const std::string& keyspace, const ScanOptions& options,
                   std::string cursor, Callback<ScanPage> done);

// A callback that runs `callback` on the client's own threads.
template <class T>
Callback<T> PostTo(Core& core, Callback<T> callback) {
  return [&core, callback = std::move(callback)](absl::StatusOr<T> result) mutable {
    core.PostCallback([callback = std::move(callback), result = std::move(result)]() mutable {
      std::move(callback)(std::move(result));
    });
  };
}

}  // namespace quorate::client
