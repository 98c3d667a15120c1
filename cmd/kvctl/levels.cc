#include "levels.h"

#include <cctype>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/ladder.h"
#include "base/strings.h"
#include "suggest.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

std::string_view ShareName(ring::Share share) {
  switch (share) {
    case ring::Share::kNone:
      return "none";
    case ring::Share::kOne:
      return "one";
    case ring::Share::kTwo:
      return "two";
    case ring::Share::kMajority:
      return "majority";
    case ring::Share::kZoneMajority:
      return "majority of one zone";
    case ring::Share::kEachZoneMajority:
      return "majority of each zone";
    case ring::Share::kAll:
      break;
  }
  return "all";
}

json ToJson(const LossDescription& loss) {
  json shown = {{"stopped_partitions", loss.stopped}, {"worst", nullptr}};
  if (!loss.worst.empty()) shown["worst"] = loss.worst;
  return shown;
}

json ToJson(const LevelDescription& level) {
  json shown = {{"level", std::string(LevelName(level.level))},
                {"promise", level.promise},
                {"answers", level.answers},
                {"needs", level.needs},
                {"one_node", ToJson(level.one_node)},
                {"one_zone", nullptr},
                {"latency", json::array()},
                {"zones", json::array()}};
  if (level.one_zone) shown["one_zone"] = ToJson(*level.one_zone);
  for (const LatencyDescription& one : level.latencies) {
    shown["latency"].push_back({{"operation", one.operation},
                                {"requests", one.requests},
                                {"p50_us", absl::ToInt64Microseconds(one.p50)},
                                {"p99_us", absl::ToInt64Microseconds(one.p99)}});
  }
  for (const ZoneDescription& one : level.zones) {
    shown["zones"].push_back(
        {{"zone", one.zone}, {"replicas", one.replicas}, {"needs", one.needs}});
  }
  return shown;
}

}  // namespace

std::vector<std::string> LevelNames() {
  std::vector<std::string> names;
  for (int level = 1; level <= static_cast<int>(Level::kLinearizable); ++level) {
    names.emplace_back(LevelName(static_cast<Level>(level)));
  }
  return names;
}

absl::StatusOr<Level> ParseLevel(std::string_view flag, std::string_view text) {
  const auto ladder = ParseLadder(text);
  if (ladder.ok() && ladder->size() == 1 && ladder->front().level != Level::kDefault) {
    return ladder->front().level;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat(flag, " \"", text, "\": no such level", DidYouMean(text, LevelNames())));
}

std::string_view AccessName(ring::Access access) {
  return access == ring::Access::kRead ? "read" : "write";
}

std::string_view SupportOf(const KeyspaceKind& kind, ring::Access access, Level level) {
  const ring::Guarantee* guarantee = ring::FindGuarantee(kind.mode, access, level, kind.conflict);
  if (guarantee == nullptr) return "no";
  return ring::IsHonoured(*guarantee) ? "yes" : "not yet";
}

std::string StopsAsItMay(const ring::Guarantee* guarantee, std::string_view stops) {
  if (guarantee == nullptr || guarantee->until.empty()) return std::string(stops);
  return StrCat(stops, " once ", guarantee->until, " has run out");
}

std::string Sentence(std::string_view promise) {
  std::string sentence(promise);
  if (sentence.empty()) return sentence;
  sentence[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence[0])));
  return sentence + ".";
}

json ToJson(const ring::Guarantee& guarantee) {
  return {{"level", std::string(LevelName(guarantee.level))},
          {"mode", std::string(ModeName(guarantee.mode))},
          {"registers", guarantee.registers},
          {"access", std::string(AccessName(guarantee.access))},
          {"supported", ring::IsHonoured(guarantee)},
          {"promise", std::string(guarantee.promise)},
          {"answers", std::string(ShareName(guarantee.answers))},
          {"needs", std::string(ShareName(guarantee.needs))}};
}

json ToJson(const Explanation& explanation) {
  json curve = json::array();
  for (const StalenessDescription& one : explanation.staleness) {
    curve.push_back({{"since_write_us", absl::ToInt64Microseconds(one.since_write)},
                     {"probability", one.probability}});
  }
  return {{"keyspace", explanation.keyspace},
          {"mode", std::string(ModeName(explanation.mode))},
          {"replicas", explanation.replicas},
          {"partitions", explanation.partitions},
          {"epoch", explanation.epoch.value()},
          {"node", explanation.node.value()},
          {"promise", Sentence(StrCat(explanation.write.promise, "; ", explanation.read.promise))},
          {"read", ToJson(explanation.read)},
          {"write", ToJson(explanation.write)},
          {"staleness", curve},
          {"staleness_note", explanation.staleness_note}};
}

}  // namespace quorate::kvctl
