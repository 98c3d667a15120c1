// Requests to keyspaces of policy `register`, in the words of the core, and what
// comes of them in those of clients. A value's version is the time of the ballot
// that wrote it.
#pragma once

#include <optional>
#include <string>

#include "kv/command.h"
#include "quorum/config.h"
#include "quorum/record.h"
#include "quorum/register_op.h"
#include "replica/request.h"

namespace quorate::register_calls {

quorum::RegisterOp OpOf(kv::Mutation mutation, const quorum::Now& now);

// Of an outcome that is OK: into `answer`, as of a partition of mode raft.
void TakeWrite(const std::string& key, const kv::Condition& condition,
               const quorum::RegisterOutcome& outcome, Reply& answer);

// Of a read at LINEARIZABLE.
std::optional<kv::Record> Found(const std::string& key, quorum::RegisterOutcome outcome);
// Of one at a weaker level: what a replica has accepted.
std::optional<kv::Record> PlainRecord(const std::string& key, const quorum::Record& record);

}  // namespace quorate::register_calls
