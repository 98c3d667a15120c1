#include "kv/outcome.h"

#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/varint.h"
#include "kv/bytes.h"
#include "quorate/v1/storage.pb.h"

namespace quorate::kv {
namespace {

constexpr char kPlainPut = 1;
constexpr char kAnything = 2;
constexpr char kFenced = 3;
constexpr size_t kBodyAt = 1;
constexpr size_t kRestAt = kBodyAt + sizeof(uint32_t);

bool IsPlainPut(const CommandResult& result) {
  return result.status.ok() && result.results.size() == 1 && !result.results[0].existed &&
         result.results[0].counter == 0 && result.results[0].version == result.version;
}

std::string Begin(char kind, uint32_t body) {
  std::string out(1, kind);
  AppendFixed<uint32_t>(out, body);
  return out;
}

void EncodeResults(const CommandResult& result, v1::WriteOutcome& out) {
  out.set_version(result.version);
  for (const MutationResult& one : result.results) {
    v1::MutationResult* to = out.add_results();
    to->set_version(one.version);
    to->set_existed(one.existed);
    to->set_counter(one.counter);
  }
}

absl::Status Damaged() {
  return MakeError(absl::StatusCode::kDataLoss, "WRITER_DAMAGED",
                   "the stored outcome of a writer's write cannot be read; leave this node stopped "
                   "and keep its data folder: the others go on, and none is rebuilt from them yet");
}

CommandResult ResultOf(const v1::WriteOutcome& in) {
  CommandResult result;
  if (in.code() != 0) {
    result.status = MakeError(static_cast<absl::StatusCode>(in.code()), in.reason(), in.message());
  }
  result.version = in.version();
  for (const v1::MutationResult& one : in.results()) {
    result.results.push_back({one.version(), one.existed(), one.counter()});
  }
  return result;
}

uint64_t Mix(uint64_t hash, std::string_view bytes) { return Hash64(bytes, hash + bytes.size()); }

template <class Integer>
uint64_t MixNumber(uint64_t hash, Integer number) {
  std::string bytes;
  AppendFixed<uint64_t>(bytes, static_cast<uint64_t>(number));
  return Mix(hash, bytes);
}

}  // namespace

uint32_t ComputeBodyHash(const Command& command) {
  uint64_t hash = command.mutations.size();
  for (const Mutation& mutation : command.mutations) {
    hash = Mix(Mix(hash, mutation.key), mutation.value);
    const uint64_t kinds = static_cast<uint64_t>(mutation.action) << 8 |
                           static_cast<uint64_t>(mutation.condition.kind);
    hash = MixNumber(hash, kinds);
    if (mutation.delta != 0) hash = MixNumber(hash, mutation.delta);
    if (mutation.ttl_us != 0) hash = MixNumber(hash, mutation.ttl_us);
    if (!mutation.context.empty()) hash = Mix(hash, mutation.context);
    if (mutation.action == Mutation::Action::kChangeField) {
      hash = MixNumber(Mix(hash, mutation.field), static_cast<uint64_t>(mutation.field_action));
    }
    if (mutation.condition.kind == Condition::Kind::kNone) continue;
    hash = MixNumber(Mix(hash, mutation.condition.value), mutation.condition.version);
  }
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

std::string EncodeOutcome(uint32_t body, const CommandResult& result) {
  if (IsPlainPut(result)) {
    std::string out = Begin(kPlainPut, body);
    AppendVarint(result.version, out);
    return out;
  }
  v1::WriteOutcome outcome;
  EncodeResults(result, outcome);
  if (!result.status.ok()) {
    outcome.set_code(static_cast<int32_t>(result.status.code()));
    outcome.set_reason(ReasonOf(result.status));
    outcome.set_message(std::string(result.status.message()));
  }
  return Begin(kAnything, body) + outcome.SerializeAsString();
}

std::string EncodeFenced() { return Begin(kFenced, 0); }

absl::StatusOr<Outcome> DecodeOutcome(std::string_view bytes) {
  if (bytes.size() < kRestAt) return Damaged();
  Outcome outcome;
  outcome.body = LoadFixed<uint32_t>(bytes.substr(kBodyAt));
  std::string_view rest = bytes.substr(kRestAt);
  switch (bytes[0]) {
    case kPlainPut: {
      MutationResult put;
      const auto version = TakeVarint(rest);
      if (!version) return Damaged();
      put.version = outcome.result.version = *version;
      outcome.result.results.push_back(put);
      return outcome;
    }
    case kAnything: {
      v1::WriteOutcome stored;
      if (!stored.ParseFromArray(rest.data(), static_cast<int>(rest.size()))) return Damaged();
      outcome.result = ResultOf(stored);
      return outcome;
    }
    case kFenced:
      outcome.fenced = true;
      return outcome;
    default:
      return Damaged();
  }
}

}  // namespace quorate::kv
