#include "quorum/removal.h"

#include "base/error.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;

}  // namespace

std::string EncodeRemoval(const Removal& removal) {
  std::string out(1, static_cast<char>(kFormat));
  AppendSized(removal.op, out);
  removal.had.Append(out);
  return out;
}

absl::StatusOr<Removal> DecodeRemoval(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Byte() != kFormat) reader.Spoil();
  Removal removal;
  removal.op = reader.Sized();
  removal.had = VersionVector::Read(reader);
  if (reader.done()) return removal;
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_POLICY_OP",
                   "what was removed cannot be read; a later build may have written it");
}

}  // namespace quorate::quorum
