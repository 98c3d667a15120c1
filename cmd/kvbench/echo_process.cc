#include "echo_process.h"

#include "base/strings.h"
#include "call.h"
#include "wait.h"

namespace quorate::bench {

absl::StatusOr<std::unique_ptr<EchoProcess>> EchoProcess::Start(const Surroundings& surroundings,
                                                                size_t value_bytes) {
  const auto address = surroundings.ports->Next();
  if (!address.ok()) return address.status();
  auto process = Process::Start(
      {OwnPath(), "echo-server", "--listen", *address, "--value-bytes", StrCat(value_bytes)},
      surroundings.folder + "/echo.log");
  if (!process.ok()) return process.status();
  constexpr absl::Duration kStartMax = absl::Seconds(10);
  if (!Connect(*address)->WaitForConnected(absl::ToChronoTime(absl::Now() + kStartMax))) {
    return absl::InternalError("the echo server did not start");
  }
  return std::unique_ptr<EchoProcess>(new EchoProcess(*std::move(process), *address));
}

}  // namespace quorate::bench
