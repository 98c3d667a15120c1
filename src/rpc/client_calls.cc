#include "rpc/client_calls.h"

#include <utility>

#include "rpc/relayed_call.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

std::shared_ptr<http2::Call> ClientCalls::MakeCall(std::shared_ptr<ClientConnection> connection,
                                                   http2::CallId id, http2::CallHead head) {
  if (const UnaryMethod* method = kv_.FindMethod(head.path)) {
    return UnaryCall::Make(*method, std::move(connection), id, head, kv_.watch(),
                           kv_.default_deadline());
  }
  if (auto stream = kv_.StreamAt(head.path, connection, id)) return stream;
  return RelayCall(others_, std::move(connection), id, std::move(head));
}

}  // namespace quorate::rpc
