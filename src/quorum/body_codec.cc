#include "quorum/body_codec.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kHeadBytes = 2;

}  // namespace

std::string_view BodyKindName(BodyKind kind) {
  switch (kind) {
    case BodyKind::kRegister:
      return "register";
    case BodyKind::kSiblings:
      return "siblings";
    case BodyKind::kCounter:
      return "counter";
    case BodyKind::kSet:
      return "set";
    case BodyKind::kMap:
      return "map";
  }
  return "unknown";
}

std::string BeginBody(BodyKind kind) {
  return {static_cast<char>(kFormat), static_cast<char>(kind)};
}

absl::StatusOr<std::string_view> OpenBody(BodyKind kind, std::string_view bytes) {
  if (bytes.size() < kHeadBytes) return BodyDamaged(kind, StrCat("has ", bytes.size(), " bytes"));
  const auto format = static_cast<uint8_t>(bytes[0]);
  const auto found = static_cast<uint8_t>(bytes[1]);
  if (format > kFormat) {
    return MakeError(
        absl::StatusCode::kDataLoss, "NEWER_FORMAT",
        StrCat("the stored ", BodyKindName(kind), " has format ", int{format},
               ", this build reads up to ", int{kFormat}, "; run the build that wrote it"));
  }
  if (format != kFormat || found == 0 || found > static_cast<uint8_t>(BodyKind::kMap)) {
    return BodyDamaged(kind, StrCat("begins with ", int{format}, " ", int{found}));
  }
  if (found != static_cast<uint8_t>(kind)) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "WRONG_POLICY",
        StrCat("this is for the policy ", BodyKindName(static_cast<BodyKind>(found)),
               ", and the keyspace's is ", BodyKindName(kind), "; ask for what that one can do"));
  }
  return bytes.substr(kHeadBytes);
}

absl::Status BodyDamaged(BodyKind kind, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "BODY_DAMAGED",
                   StrCat("the stored ", BodyKindName(kind), " ", what,
                          "; read it from another node, and keep this one's data folder"));
}

}  // namespace quorate::quorum
