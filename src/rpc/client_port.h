// Where clients call.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/metrics.h"
#include "rpc/address.h"
#include "rpc/client_connection.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

class ClientPort {
 public:
  // Which one is to watch the next connection; the port itself is watched by one as well.
  using NextSockets = std::function<SocketPoll&()>;

  // Listens when it returns. Has no more connections than half as many as the process may have
  // files; more are closed. `sockets` and `calls` outlive it. Errors: see ListenAt.
  static absl::StatusOr<std::unique_ptr<ClientPort>> Open(const Address& address,
                                                          std::string_view setting,
                                                          NextSockets sockets, CallMaker& calls);
  // Not while its connections are watched by a thread.
  ~ClientPort();

  // Takes no more connections, nor calls on those that there are.
  void Refuse();
  // That are under way.
  size_t calls() const;
  // That are open. Once refused, clients close theirs as they hear it.
  size_t connections() const;
  // Soon there is none.
  void Break();
  void WriteTo(MetricsPage& page) const;

 private:
  class Door;
  class Guests;
  ClientPort();

  std::vector<std::shared_ptr<Door>> doors_;
  std::shared_ptr<Guests> guests_;
};

}  // namespace quorate::rpc
