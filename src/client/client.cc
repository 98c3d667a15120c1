#include "client/client.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/strings.h"
#include "client/core.h"
#include "client/kv_calls.h"
#include "client/session_state.h"
#include "client/wait.h"

namespace quorate {
namespace {

absl::Status BadEndpoint(std::string_view endpoint) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "BAD_ENDPOINT",
      StrCat("\"", endpoint, "\" is no endpoint: host:port is wanted, as in ", "127.0.0.1:7400"));
}

bool IsEndpoint(std::string_view endpoint) {
  const size_t colon = endpoint.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = endpoint.substr(colon + 1);
  return !port.empty() && port.size() <= 5 &&
         port.find_first_not_of("0123456789") == std::string_view::npos;
}

absl::StatusOr<std::vector<std::string>> ParseEndpoints(std::string_view endpoints) {
  std::vector<std::string> parsed;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(endpoints), ',')) {
    const std::string endpoint(absl::StripAsciiWhitespace(part));
    if (!IsEndpoint(endpoint)) return BadEndpoint(endpoint);
    parsed.push_back(endpoint);
  }
  return parsed;
}

}  // namespace

Client::Client(std::shared_ptr<client::Handle> handle) : handle_(std::move(handle)) {}

absl::StatusOr<Client> Client::Connect(std::string_view endpoints, ClientOptions options) {
  auto seeds = ParseEndpoints(endpoints);
  if (!seeds.ok()) return seeds.status();
  if (options.deadline <= absl::ZeroDuration()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_DEADLINE",
                     StrCat("the deadline is ", absl::FormatDuration(options.deadline),
                            "; it must be positive"));
  }
  auto core = std::make_unique<client::Core>(*std::move(seeds), std::move(options));
  Client client(std::make_shared<client::Handle>(std::move(core)));
  auto topology = client.Topology();
  if (!topology.ok()) return topology.status();
  client.handle_->core().router().Install(*std::move(topology));
  return client;
}

Keyspace Client::Keyspace(std::string name) const {
  return quorate::Keyspace(handle_, std::move(name));
}

absl::StatusOr<Resolution> Client::Resolve(const OperationId& operation, ResolveOptions options) {
  return client::WaitFor<Resolution>(
      [&](auto done) { client::StartResolve(handle_->core(), operation, options, done); });
}

Session Client::NewSession() const {
  return Session(std::make_shared<client::SessionState>(handle_->core().router().cluster_id()));
}

absl::StatusOr<Session> Client::ResumeSession(std::string_view token) const {
  auto state = std::make_shared<client::SessionState>(handle_->core().router().cluster_id());
  if (absl::Status resumed = state->Resume(token); !resumed.ok()) return resumed;
  return Session(std::move(state));
}

}  // namespace quorate
