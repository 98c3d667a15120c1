#include "quorum/register_body.h"

#include "quorum/body_codec.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kPresent = 1;
constexpr uint8_t kJudged = 2;
constexpr uint8_t kInherited = 4;

}  // namespace

std::string EncodeRegisterBody(const RegisterBody& body) {
  const RegisterValue& value = body.value;
  std::string out = BeginBody(BodyKind::kRegister);
  out.push_back(static_cast<char>((value.present ? kPresent : 0) | (value.judged ? kJudged : 0) |
                                  (body.inherited ? kInherited : 0)));
  for (const Ballot& ballot : {body.promised, value.accepted, value.origin, value.base}) {
    AppendBallot(ballot, out);
  }
  if (value.present) out.append(value.bytes);
  return out;
}

absl::StatusOr<RegisterBody> DecodeRegisterBody(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenBody(BodyKind::kRegister, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  const uint8_t flags = reader.Byte();
  RegisterBody body;
  body.value.present = (flags & kPresent) != 0;
  body.value.judged = (flags & kJudged) != 0;
  body.inherited = (flags & kInherited) != 0;
  body.promised = ReadBallot(reader);
  body.value.accepted = ReadBallot(reader);
  body.value.origin = ReadBallot(reader);
  body.value.base = ReadBallot(reader);
  if (!reader.ok()) return BodyDamaged(BodyKind::kRegister, "ends within its ballots");
  if (flags > (kPresent | kJudged | kInherited))
    return BodyDamaged(BodyKind::kRegister, "has unknown flags");
  if (!body.value.present && !reader.left().empty()) {
    return BodyDamaged(BodyKind::kRegister, "has a value though it is deleted");
  }
  if (body.promised < body.value.accepted) {
    return BodyDamaged(BodyKind::kRegister, "has accepted more than it promised");
  }
  if (body.inherited && body.promised == body.value.accepted) {
    return BodyDamaged(BodyKind::kRegister, "has inherited what it could accept");
  }
  body.value.bytes = reader.left();
  return body;
}

}  // namespace quorate::quorum
