// How verbs print what a call gave.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "client/types.h"
#include "session.h"

namespace quorate::kvctl {

// What a write did: its version and receipt; "key" and more from `extra`.
// `tells_existed`: it was of a kind that is told whether there was a value before.
void PrintWrite(const Session& session, const std::string& line, const WriteReceipt& receipt,
                const nlohmann::json& extra, bool tells_existed = true);

// On stderr, when --verbose asks for it.
void PrintReceipt(const Session& session, const ReadReceipt& receipt);

// put "user:42" at QUORUM
std::string Doing(const Session& session, const std::string& verb, const std::string& key);

// An error of a call in a keyspace; where there is no such keyspace, it says
// which was probably meant.
int ReportCallError(Session& session, const std::string& keyspace, const absl::Status& status,
                    const std::string& doing);

}  // namespace quorate::kvctl
