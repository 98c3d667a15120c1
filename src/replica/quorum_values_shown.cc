// From stored records to what reads and writes are told.
#include <algorithm>
#include <utility>

#include "quorum/causal_context.h"
#include "quorum/counter.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/siblings.h"
#include "replica/quorum_values.h"
#include "replica/register_calls.h"

namespace quorate {
namespace {

using quorum::Dot;
using quorum::ElementSet;
using quorum::FieldMap;
using quorum::ObservedSet;
using quorum::Siblings;
using quorum::VersionVector;

std::vector<std::string> ElementsOf(const ElementSet& set) {
  std::vector<std::string> elements;
  elements.reserve(set.size());
  for (const auto& [element, additions] : set.elements()) elements.push_back(element);
  return elements;
}

// Those that live, newest first.
std::vector<kv::Sibling> ShownSiblings(const Siblings& body, uint64_t calendar_us) {
  std::vector<quorum::Sibling> living;
  for (const quorum::Sibling& one : body.siblings()) {
    if (one.expires_at_us == 0 || one.expires_at_us > calendar_us) living.push_back(one);
  }
  std::sort(living.begin(), living.end(), [](const auto& a, const auto& b) {
    return a.time != b.time ? a.time > b.time : b.dot < a.dot;
  });
  std::vector<kv::Sibling> shown;
  for (quorum::Sibling& one : living) {
    shown.push_back({std::move(one.value), one.time.value(), one.expires_at_us});
  }
  return shown;
}

absl::StatusOr<std::vector<kv::Field>> ShownFields(const FieldMap& body) {
  std::vector<kv::Field> fields;
  for (const auto& [name, values] : body.registers()) {
    fields.push_back({name, body.Find(name)->value});
  }
  for (const auto& [name, counter] : body.counters()) {
    const absl::StatusOr<int64_t> sum = counter.Value();
    if (!sum.ok()) return sum.status();
    fields.push_back({name, *sum});
  }
  for (const auto& [name, set] : body.sets()) fields.push_back({name, ElementsOf(set)});
  // Those of one name in the order of their types.
  std::stable_sort(fields.begin(), fields.end(),
                   [](const kv::Field& a, const kv::Field& b) { return a.name < b.name; });
  return fields;
}

// --- what lives in a body, by the writes that put it there ---

template <class Visit>
void VisitLiving(const Siblings& body, Visit visit) {
  for (const quorum::Sibling& one : body.siblings()) visit(one.dot);
}
template <class Visit>
void VisitLiving(const ElementSet& set, Visit visit) {
  for (const auto& [element, additions] : set.elements()) {
    for (const ElementSet::Addition& addition : additions) visit(addition.dot);
  }
}
template <class Visit>
void VisitLiving(const ObservedSet& body, Visit visit) {
  VisitLiving(body.elements(), visit);
}
// Counters can't be removed, so that who has not read one does it no harm.
template <class Visit>
void VisitLiving(const FieldMap& body, Visit visit) {
  for (const auto& [name, values] : body.registers()) {
    for (const FieldMap::Written& written : values) visit(written.dot);
  }
  for (const auto& [name, set] : body.sets()) VisitLiving(set, visit);
}

// `body`'s vector, or, with `own`, only if the writer of `own`, which had `known`,
// knows all that lives.
template <class Body>
std::optional<VersionVector> ContextIn(std::string_view bytes, const VersionVector* known,
                                       const Dot& own) {
  const absl::StatusOr<Body> body = Body::Decode(bytes);
  if (!body.ok()) return std::nullopt;
  bool knows_all = true;
  if (known != nullptr) {
    VisitLiving(*body, [&](const Dot& dot) {
      knows_all = knows_all && (dot == own || known->Covers(dot));
    });
  }
  if (!knows_all) return std::nullopt;
  return body->Context();
}

std::optional<VersionVector> ContextIn(Conflict conflict, std::string_view bytes,
                                       const VersionVector* known, const Dot& own) {
  switch (conflict) {
    case Conflict::kSiblings:
      return ContextIn<Siblings>(bytes, known, own);
    case Conflict::kSet:
      return ContextIn<ObservedSet>(bytes, known, own);
    case Conflict::kMap:
      return ContextIn<FieldMap>(bytes, known, own);
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::Status QuorumValues::Fill(const quorum::Record& record, uint64_t calendar_us,
                                kv::Record& out) const {
  if (conflict_ == Conflict::kCounter) {
    const auto body = quorum::Counter::Decode(record.body);
    if (!body.ok()) return body.status();
    const absl::StatusOr<int64_t> sum = body->Value();
    if (!sum.ok()) return sum.status();
    out.value = std::to_string(*sum);
    return absl::OkStatus();
  }
  out.merged = std::make_shared<kv::Merged>();
  if (conflict_ == Conflict::kSiblings) {
    const auto body = Siblings::Decode(record.body);
    if (!body.ok()) return body.status();
    out.merged->siblings = ShownSiblings(*body, calendar_us);
    if (!out.merged->siblings.empty()) out.value = out.merged->siblings.front().value;
  } else if (conflict_ == Conflict::kSet) {
    const auto body = ObservedSet::Decode(record.body);
    if (!body.ok()) return body.status();
    out.merged->elements = ElementsOf(body->elements());
  } else {
    const auto body = FieldMap::Decode(record.body);
    if (!body.ok()) return body.status();
    auto fields = ShownFields(*body);
    if (!fields.ok()) return fields.status();
    out.merged->fields = *std::move(fields);
  }
  const auto context = ContextIn(conflict_, record.body, nullptr, {});
  out.merged->context = quorum::SealContext(scope_, out.key, *context);
  return absl::OkStatus();
}

absl::StatusOr<kv::Record> QuorumValues::Show(std::string key, quorum::Record record,
                                              uint64_t calendar_us) const {
  kv::Record shown;
  shown.key = std::move(key);
  shown.version = record.time.value();
  shown.expires_at_us = record.expires_at_us;
  if (conflict_ == Conflict::kRegister) {
    auto plain = register_calls::PlainRecord(shown.key, record);
    return plain ? *std::move(plain) : shown;
  }
  if (policy_->NewestWins()) {
    shown.value = std::move(record.body);
    return shown;
  }
  if (absl::Status filled = Fill(record, calendar_us, shown); !filled.ok()) return filled;
  return shown;
}

kv::MutationResult QuorumValues::ResultOf(std::string_view key, std::string_view context,
                                          const quorum::Dot& own,
                                          const quorum::Record& left) const {
  kv::MutationResult result;
  result.version = left.time.value();
  if (conflict_ == Conflict::kCounter) {
    const auto body = quorum::Counter::Decode(left.body);
    if (body.ok()) result.counter = body->Value().value_or(0);  // an addition that left none failed
    return result;
  }
  VersionVector known;
  if (!context.empty()) {
    auto opened = quorum::OpenContext(scope_, key, context, {});
    if (opened.ok()) known = *std::move(opened);
  }
  if (const auto after = ContextIn(conflict_, left.body, &known, own)) {
    result.context = quorum::SealContext(scope_, key, *after);
  }
  return result;
}

}  // namespace quorate
