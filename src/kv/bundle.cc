#include "kv/bundle.h"

#include <optional>
#include <utility>

#include "base/strings.h"
#include "base/varint.h"
#include "kv/command_codec.h"

namespace quorate::kv {
namespace {

// Number and wire type of the fields; what else a newer build may have added is passed over.
constexpr uint64_t kCommandsTag = 0x0a;
constexpr uint64_t kTimeTag = 0x10;
constexpr uint64_t kWireTypeMask = 7;
enum WireType : uint64_t { kVarint = 0, kEightBytes = 1, kSized = 2, kFourBytes = 5 };

// About what a command takes beside its keys and values.
constexpr size_t kCommandRoom = 24;

size_t RoomFor(const Command& command) {
  size_t bytes = kCommandRoom;
  for (const Mutation& mutation : command.mutations) {
    bytes += mutation.key.size() + mutation.value.size();
  }
  return bytes;
}

bool Skip(std::optional<uint64_t> bytes, std::string_view& from) {
  if (!bytes || *bytes > from.size()) return false;
  from.remove_prefix(*bytes);
  return true;
}

// Takes the field behind `tag` off the front; false: it isn't whole.
bool TakeField(uint64_t tag, std::string_view& from, BundleParts& parts) {
  switch (tag & kWireTypeMask) {
    case kVarint: {
      const std::optional<uint64_t> number = TakeVarint(from);
      if (number && tag == kTimeTag) parts.time_us = *number;
      return number.has_value();
    }
    case kSized: {
      const std::optional<uint64_t> size = TakeVarint(from);
      const char* begin = from.data();
      if (!Skip(size, from)) return false;
      if (tag == kCommandsTag) parts.commands.emplace_back(begin, *size);
      return true;
    }
    case kEightBytes:
      return Skip(8, from);
    case kFourBytes:
      return Skip(4, from);
    default:
      return false;
  }
}

}  // namespace

std::string EncodeBundle(absl::Span<const Command> commands, uint64_t time_us) {
  size_t room = kCommandRoom;
  for (const Command& command : commands) room += RoomFor(command);
  std::string out;
  out.reserve(room);
  for (const Command& command : commands) {
    out.push_back(static_cast<char>(kCommandsTag));
    AppendCommand(command, out);
  }
  if (time_us != 0) {
    out.push_back(static_cast<char>(kTimeTag));
    AppendVarint(time_us, out);
  }
  return out;
}

absl::StatusOr<BundleParts> SplitBundle(std::string_view bytes) {
  BundleParts parts;
  for (std::string_view left = bytes; !left.empty();) {
    const std::optional<uint64_t> tag = TakeVarint(left);
    if (!tag || !TakeField(*tag, left, parts)) {
      return MalformedCommand(StrCat(bytes.size(), " bytes that are no bundle of commands"));
    }
  }
  return parts;
}

absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes) {
  auto parts = SplitBundle(bytes);
  if (!parts.ok()) return parts.status();
  Bundle bundle;
  bundle.time_us = parts->time_us;
  bundle.commands.reserve(parts->commands.size());
  for (std::string_view one : parts->commands) {
    auto command = DecodeCommand(one);
    if (!command.ok()) return command.status();
    bundle.commands.push_back(*std::move(command));
  }
  return bundle;
}

}  // namespace quorate::kv
