#include "report_json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "check/format.h"
#include "check/history_json.h"
#include "nlohmann/json.hpp"

namespace quorate {
namespace {

using Json = nlohmann::ordered_json;

Json Line(const Judged& judged, const check::PromiseVerdict& line) {
  Json json = {{"job", BytesToJson(judged.job.job)},
               {"mode", judged.job.mode},
               {"policy", judged.job.policy},
               {"read", line.read},
               {"write", line.write},
               {"promise", line.promise},
               {"checked", line.checked},
               {"anomalies", line.anomalies},
               {"allowed", line.allowed},
               {"allowed_what", line.allowed_what},
               {"verdict", check::VerdictName(line.verdict)},
               {"seconds", std::round(line.seconds * 1e4) / 1e4}};
  if (!line.why.empty()) json["why"] = line.why;
  if (!line.note.empty()) json["note"] = line.note;
  return json;
}

Json Found(const Judged& judged, const check::PromiseVerdict& line, const check::Anomaly& anomaly) {
  Json json = {{"job", BytesToJson(judged.job.job)},
               {"read", line.read},
               {"write", line.write},
               {"kind", anomaly.kind},
               {"key", BytesToJson(anomaly.key)},
               {"text", anomaly.text}};
  int64_t begin_us = INT64_MAX;
  int64_t end_us = INT64_MIN;
  Json operations = Json::array();
  for (const check::Operation& op : anomaly.operations) {
    operations.push_back(check::OperationToJson(op));
    if (op.invoke_us == INT64_MAX) continue;  // a final read is at no moment
    begin_us = std::min(begin_us, op.invoke_us);
    end_us = std::max(end_us, op.return_us.value_or(op.invoke_us));
  }
  if (begin_us <= end_us) {
    json["begin_us"] = begin_us;
    json["end_us"] = end_us;
  }
  json["operations"] = std::move(operations);
  if (anomaly.wrong < anomaly.operations.size()) json["wrong"] = anomaly.wrong;
  return json;
}

}  // namespace

std::string ReportAsJson(const std::vector<Judged>& all) {
  Json json = {{"verdict", check::VerdictName(Sum(all))}};
  Json levels = Json::array();
  Json anomalies = Json::array();
  Json histories = Json::array();
  for (const Judged& judged : all) {
    for (const check::PromiseVerdict& line : judged.lines) {
      levels.push_back(Line(judged, line));
      for (const check::Anomaly& anomaly : line.found) {
        anomalies.push_back(Found(judged, line, anomaly));
      }
    }
    histories.push_back({{"file", BytesToJson(judged.file)},
                         {"job", BytesToJson(judged.job.job)},
                         {"workload", BytesToJson(judged.job.workload)},
                         {"operations", judged.operations},
                         {"read_seconds", std::round(judged.read_seconds * 1e4) / 1e4}});
  }
  json["levels"] = std::move(levels);
  json["anomalies"] = std::move(anomalies);
  json["histories"] = std::move(histories);
  // Texts for people may hold a replica's name that is not UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace quorate
