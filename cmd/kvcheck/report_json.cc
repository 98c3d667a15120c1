#include "report_json.h"

#include "base/text.h"
#include "check/format.h"
#include "check/history_json.h"
#include "nlohmann/json.hpp"

namespace quorate {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const check::Window& window) {
  Json operations = Json::array();
  for (const check::Operation& op : window.operations) {
    operations.push_back(check::OperationToJson(op));
  }
  return {{"smallest", window.smallest},
          {"operations", operations},
          {"stuck", window.stuck},
          {"possible", window.possible}};
}

Json ToJson(const check::KeyReport& key) {
  Json json = {{"key", BytesToJson(key.key)},
               {"verdict", check::VerdictName(key.verdict)},
               {"operations", key.operations},
               {"steps", key.steps}};
  if (!key.window.operations.empty()) json["window"] = ToJson(key.window);
  return json;
}

Json ToJson(const check::LinearizabilityReport& report) {
  using check::Verdict;
  Json json = {{"verdict", check::VerdictName(report.verdict)}};
  if (report.verdict == Verdict::kNothingChecked) json["why"] = report.why_nothing;
  json["operations"] = {{"done", report.done},
                        {"failed", report.failed},
                        {"unknown", report.unknown},
                        {"observed", report.observations},
                        {"overlapped", report.overlapping}};
  json["keys"] = {{"passed", report.Count(Verdict::kPassed)},
                  {"violated", report.Count(Verdict::kViolated)},
                  {"undecided", report.Count(Verdict::kUndecided)},
                  {"nothing_checked", report.Count(Verdict::kNothingChecked)}};
  Json found = Json::array();
  for (const check::KeyReport& key : report.keys) {
    if (key.verdict == Verdict::kViolated || key.verdict == Verdict::kUndecided) {
      found.push_back(ToJson(key));
    }
  }
  json["found"] = std::move(found);
  return json;
}

Json ToJson(const check::LostWrite& lost) {
  Json json = {{"replica", BytesToJson(lost.replica)},
               {"key", BytesToJson(lost.key)},
               {"found", lost.found}};
  if (lost.last_write) json["last_write"] = check::OperationToJson(*lost.last_write);
  return json;
}

Json ToJson(const check::FinalStateReport& report) {
  Json json = {{"verdict", check::VerdictName(report.verdict)}};
  if (report.verdict == check::Verdict::kNothingChecked) json["why"] = report.why_nothing;
  json["replicas"] = report.replicas;
  json["writes"] = report.writes;
  json["keys_judged"] = report.keys_judged;
  json["keys_not_judged"] = report.keys_not_judged;
  json["lost"] = Json::array();
  for (const check::LostWrite& lost : report.lost) json["lost"].push_back(ToJson(lost));
  json["differences"] = Json::array();
  for (const check::ReplicaDifference& difference : report.differences) {
    json["differences"].push_back(
        {{"key", BytesToJson(difference.key)}, {"found", difference.found}});
  }
  return json;
}

}  // namespace

std::string ReportAsJson(std::string_view input, std::string_view verdict,
                         const check::LinearizabilityReport& order,
                         const check::FinalStateReport& final_state) {
  const Json json = {{"input", BytesToJson(input)},
                     {"verdict", verdict},
                     {"linearizability", ToJson(order)},
                     {"final_state", ToJson(final_state)}};
  // Texts for people may hold a replica's name that is not UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace quorate
