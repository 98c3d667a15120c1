// What several kinds of message have: their codec's building blocks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quorum/bytes.h"
#include "quorum/message.h"

namespace quorate::quorum {

void AppendFlag(bool flag, std::string& out);

// A record of that key behind its length; none: nothing of length 0. `promises`: one
// without a dot, a register's promise alone, is taken as well; else it spoils the reader.
void AppendOptional(std::string_view key, const std::optional<Record>& record, std::string& out);
std::optional<Record> TakeOptional(std::string_view key, Reader& reader, bool promises = false);
Record TakeRecord(std::string_view key, Reader& reader);

// The last boot heard of each node.
void AppendLives(const std::map<NodeId, Boot>& lives, std::string& out);
std::map<NodeId, Boot> TakeLives(Reader& reader);

void AppendRecords(const std::vector<SyncRecord>& records, std::string& out);
std::vector<SyncRecord> TakeRecords(Reader& reader, bool promises = false);

}  // namespace quorate::quorum
