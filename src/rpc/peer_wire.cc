#include "rpc/peer_wire.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"
#include "base/limits.h"
#include "base/status_codec.h"
#include "base/strings.h"

namespace quorate::rpc::wire {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic("\x93QRPEER\n", 8);
constexpr uint32_t kVersion = 1;
constexpr size_t kVersionAt = 8;
constexpr size_t kCallerAt = 16;
// What an HTTP/2 client says first, gRPC's among them.
constexpr std::string_view kHttp2 = "PRI * HTTP/2";

template <class Number>
Number Read(std::string_view bytes, size_t at) {
  Number number;
  std::memcpy(&number, &bytes[at], sizeof(number));
  return number;
}

// As far as there is something of both.
bool BeginsAs(std::string_view bytes, std::string_view expected) {
  const size_t shared = std::min(bytes.size(), expected.size());
  return bytes.substr(0, shared) == expected.substr(0, shared);
}

absl::Status NotAPeer(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "NOT_A_PEER",
                   StrCat("who calls the peer port is no node: ", what,
                          "; only kvd nodes of the same cluster may use this port"));
}

}  // namespace

std::string Hello(NodeId caller) {
  std::string hello(kMagic);
  hello.resize(kHelloBytes);
  const uint64_t id = caller.value();
  std::memcpy(&hello[kVersionAt], &kVersion, sizeof(kVersion));
  std::memcpy(&hello[kCallerAt], &id, sizeof(id));
  return hello;
}

absl::StatusOr<std::optional<NodeId>> ReadHello(std::string_view bytes) {
  if (!BeginsAs(bytes, kMagic)) {
    if (BeginsAs(bytes, kHttp2)) {
      return NotAPeer(
          "it speaks HTTP/2, as clients do, whose port is another (listen), and builds that "
          "are too old to be in one cluster with this one");
    }
    return NotAPeer(StrCat("it began with \"", PrintableBytes(bytes), "\""));
  }
  if (bytes.size() < kHelloBytes) return std::nullopt;
  const auto version = Read<uint32_t>(bytes, kVersionAt);
  const auto caller = Read<uint64_t>(bytes, kCallerAt);
  if (version != kVersion) {
    return MakeError(absl::StatusCode::kInvalidArgument, "PEER_VERSION",
                     StrCat("n", caller, " calls in version ", version,
                            " of what nodes say to one another, and this build knows ", kVersion));
  }
  if (caller == 0) return NotAPeer("it does not say which");
  return NodeId(caller);
}

std::array<char, kSizeBytes> SizeOf(size_t message) {
  const auto size = static_cast<uint32_t>(message);
  std::array<char, kSizeBytes> bytes;
  std::memcpy(bytes.data(), &size, sizeof(size));
  return bytes;
}

uint32_t ReadSize(std::string_view bytes) { return Read<uint32_t>(bytes, 0); }

std::string Refusal(const absl::Status& why) {
  const std::string details = EncodeStatusDetails(why);
  const auto size = SizeOf(details.size());
  return std::string(size.data(), size.size()) + details;
}

absl::Status ReadRefusal(std::string_view bytes) {
  if (auto why = DecodeStatusDetails(bytes)) return *std::move(why);
  return absl::UnavailableError("it refuses without saying why");
}

}  // namespace quorate::rpc::wire
