#include "redis_server.h"

#include <filesystem>
#include <utility>

#include "base/strings.h"
#include "redis_connection.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kServesMax = absl::Seconds(30);

bool Answers(const std::string& address) {
  auto connection = RedisConnection::To(address);
  return connection.ok() && connection->Ask({"PING"}).ok();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start(const Surroundings& surroundings,
                                                                const std::string& name) {
  std::unique_ptr<RedisServer> server(new RedisServer());
  const std::string folder = StrCat(surroundings.folder, "/", name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto address = surroundings.ports->Next();
  if (!address.ok()) return address.status();
  server->address_ = *address;
  const size_t colon = address->rfind(':');
  const std::string log = StrCat(folder, "/log");
  auto process =
      Process::Start({surroundings.redis, "--bind", address->substr(0, colon), "--port",
                      address->substr(colon + 1), "--dir", folder, "--save", "", "--appendonly",
                      "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"},
                     log);
  if (!process.ok()) return process.status();
  server->process_ = *std::move(process);
  const bool serves = WaitUntil(
      kServesMax, [&] { return !server->process_->running() || Answers(server->address_); });
  if (serves && server->process_->running()) return server;
  return absl::UnavailableError(StrCat("redis-server does not serve; its log: ", log));
}

}  // namespace quorate::bench
