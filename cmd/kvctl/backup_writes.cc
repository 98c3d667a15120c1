#include "backup_writes.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "bytes.h"

namespace quorate::kvctl {
namespace {

absl::Status Differs(const v1::Record& record) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "RESTORE_DIFFERS",
                   StrCat("key \"", ToLine(record.key()),
                          "\" holds what the backup has not; somebody else writes to this "
                          "keyspace: restore into another one (--as)"));
}

// Zero is for ever, whatever the keyspace's default.
absl::Duration TtlOf(uint64_t expires_at_us, uint64_t now_us) {
  if (expires_at_us == 0) return absl::ZeroDuration();
  return absl::Microseconds(static_cast<int64_t>(expires_at_us - now_us));
}

using Writes = absl::StatusOr<std::vector<Mutation>>;

Writes OfValue(const v1::Record& record, uint64_t now_us, const Record* there) {
  if (there != nullptr && there->value != record.value()) return Differs(record);
  std::vector<Mutation> writes;
  if (there == nullptr) {
    writes.push_back(
        Mutation::Put(record.key(), record.value(), {}, TtlOf(record.expires_at_us(), now_us)));
  }
  return writes;
}

Writes OfCounter(const v1::Record& record, uint64_t now_us, const Record* there) {
  if (there != nullptr && there->value != record.value()) return Differs(record);
  int64_t sum = 0;
  const std::string& text = record.value();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sum);
  if (error != std::errc() || end != text.data() + text.size()) return Differs(record);
  std::vector<Mutation> writes;
  if (there == nullptr) {
    writes.push_back(Mutation::Add(record.key(), sum, TtlOf(record.expires_at_us(), now_us)));
  }
  return writes;
}

// Oldest first: so the newest is the newest again.
Writes OfSiblings(const v1::Record& record, uint64_t now_us, const Record* there) {
  std::multiset<std::string> held;
  if (there != nullptr && there->merged) {
    for (const Sibling& one : there->merged->siblings) held.insert(one.value);
  }
  std::vector<Mutation> writes;
  const auto& siblings = record.merged().siblings();
  for (auto one = siblings.rbegin(); one != siblings.rend(); ++one) {
    if (const auto found = held.find(one->value()); found != held.end()) {
      held.erase(found);
      continue;
    }
    writes.push_back(
        Mutation::Put(record.key(), one->value(), {}, TtlOf(one->expires_at_us(), now_us)));
  }
  return held.empty() ? Writes(std::move(writes)) : Writes(Differs(record));
}

using Texts = google::protobuf::RepeatedPtrField<std::string>;

// Calls `add` with those that `held` lacks; false: it has some that are not wanted.
template <class Add>
bool AddMissing(const Texts& wanted, const std::vector<std::string>& held, Add add) {
  const std::set<std::string> there(held.begin(), held.end());
  size_t found = 0;
  for (const std::string& element : wanted) {
    if (there.contains(element)) {
      ++found;
    } else {
      add(element);
    }
  }
  return found == there.size();
}

Writes OfSet(const v1::Record& record, const Record* there) {
  std::vector<std::string> held;
  if (there != nullptr && there->merged) held = there->merged->elements;
  std::vector<Mutation> writes;
  const bool within = AddMissing(record.merged().elements(), held, [&](const std::string& element) {
    writes.push_back(Mutation::AddElement(record.key(), element));
  });
  return within ? Writes(std::move(writes)) : Writes(Differs(record));
}

bool IsKind(const Field& field, const v1::Field& wanted) {
  return field.name == wanted.name() &&
         field.content.index() == static_cast<size_t>(wanted.kind_case() - v1::Field::kValue);
}

bool AddField(const std::string& key, const v1::Field& wanted, const Field* held,
              std::vector<Mutation>& writes) {
  switch (wanted.kind_case()) {
    case v1::Field::kValue:
      if (held != nullptr) return std::get<std::string>(held->content) == wanted.value();
      writes.push_back(Mutation::PutField(key, wanted.name(), wanted.value()));
      return true;
    case v1::Field::kCounter:
      if (held != nullptr) return std::get<int64_t>(held->content) == wanted.counter();
      writes.push_back(Mutation::AddToField(key, wanted.name(), wanted.counter()));
      return true;
    case v1::Field::kElements:
      return AddMissing(
          wanted.elements().elements(),
          held == nullptr ? std::vector<std::string>() : std::get<Field::Elements>(held->content),
          [&](const std::string& element) {
            writes.push_back(Mutation::AddFieldElement(key, wanted.name(), element));
          });
    case v1::Field::KIND_NOT_SET:
      return false;
  }
  return false;
}

Writes OfMap(const v1::Record& record, const Record* there) {
  std::vector<Field> held;
  if (there != nullptr && there->merged) held = there->merged->fields;
  std::vector<Mutation> writes;
  size_t found = 0;
  for (const v1::Field& wanted : record.merged().fields()) {
    const auto same = std::find_if(held.begin(), held.end(),
                                   [&](const Field& one) { return IsKind(one, wanted); });
    found += same == held.end() ? 0 : 1;
    if (!AddField(record.key(), wanted, same == held.end() ? nullptr : &*same, writes)) {
      return Differs(record);
    }
  }
  return found == held.size() ? Writes(std::move(writes)) : Writes(Differs(record));
}

bool Past(uint64_t expires_at_us, uint64_t now_us) {
  return expires_at_us != 0 && expires_at_us <= now_us;
}

}  // namespace

bool DropExpired(uint64_t now_us, v1::Record& record, bool& changed) {
  changed = false;
  if (record.merged().siblings().empty()) return !Past(record.expires_at_us(), now_us);
  auto& siblings = *record.mutable_merged()->mutable_siblings();
  const auto living = std::remove_if(siblings.begin(), siblings.end(), [&](const auto& one) {
    return Past(one.expires_at_us(), now_us);
  });
  changed = living != siblings.end();
  siblings.erase(living, siblings.end());
  return !siblings.empty();
}

Writes WritesOf(const v1::Record& record, Conflict conflict, uint64_t now_us, const Record* there) {
  switch (conflict) {
    case Conflict::kCounter:
      return OfCounter(record, now_us, there);
    case Conflict::kSiblings:
      return OfSiblings(record, now_us, there);
    case Conflict::kSet:
      return OfSet(record, there);
    case Conflict::kMap:
      return OfMap(record, there);
    default:
      return OfValue(record, now_us, there);
  }
}

}  // namespace quorate::kvctl
