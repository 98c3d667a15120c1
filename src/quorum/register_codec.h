// What proposers and acceptors say to one another, as bytes within a message.
#pragma once

#include <string>

#include "quorum/acceptor.h"
#include "quorum/bytes.h"

namespace quorate::quorum {

void AppendRegisterRequest(const RegisterRequest& request, std::string& out);
// Spoils the reader where the bytes are none; likewise below.
RegisterRequest TakeRegisterRequest(Reader& reader);

void AppendRegisterReply(const RegisterReply& reply, std::string& out);
RegisterReply TakeRegisterReply(Reader& reader);

}  // namespace quorate::quorum
