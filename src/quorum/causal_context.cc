#include "quorum/causal_context.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr size_t kHashBytes = 8;
constexpr uint64_t kSeed = 0x6374787431;  // tells a context from other hashed bytes

uint64_t Place(std::string_view scope, std::string_view key) {
  return Hash64(key, Hash64(scope, kSeed));
}

absl::Status Bad(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_CONTEXT",
                   StrCat("the context ", what,
                          "; give back the one of a read of this key, as it was, or none"));
}

}  // namespace

std::string SealContext(std::string_view scope, std::string_view key, const VersionVector& seen) {
  std::string rest;
  AppendFixed(Place(scope, key), kHashBytes, rest);
  rest += seen.Encode();
  std::string out;
  AppendFixed(Hash64(rest, kSeed), kHashBytes, out);
  return out + rest;
}

absl::StatusOr<VersionVector> OpenContext(std::string_view scope, std::string_view key,
                                          std::string_view bytes, const Dot& own) {
  Reader reader(bytes);
  const uint64_t checksum = reader.Fixed(kHashBytes);
  if (!reader.ok()) return Bad(StrCat("has only ", bytes.size(), " bytes"));
  if (checksum != Hash64(reader.left(), kSeed)) return Bad("does not match its checksum");
  if (reader.Fixed(kHashBytes) != Place(scope, key)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "FOREIGN_CONTEXT",
                     StrCat("the context is not of key \"", PrintableBytes(key),
                            "\" in this keyspace; read this key and give back what that read "
                            "told"));
  }
  absl::StatusOr<VersionVector> seen = VersionVector::Decode(reader.left());
  if (!seen.ok()) {
    if (ReasonOf(seen.status()) == "NEWER_FORMAT") return seen.status();
    return Bad("holds no version vector");
  }
  if (seen->CounterOf(own.identity) > own.counter) {
    return Bad(StrCat("knows write ", seen->CounterOf(own.identity), " of ",
                      own.identity.ToString(), ", which has written only ", own.counter));
  }
  return seen;
}

}  // namespace quorate::quorum
