#include "report.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

std::string Name(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

// What to type next.
std::string Hint(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "NODE_UNREACHABLE") return "is kvd running there? try: --endpoints HOST:PORT,...";
  if (reason == "KEYSPACE_NOT_FOUND") return "try: kvctl keyspace list";
  if (reason == "CONDITION_FAILED") return "try: kvctl get, to see what is there";
  if (reason == "LEVEL_UNSUPPORTED") return "try: kvctl level list";
  if (reason == "CONTEXT_NEEDED" || reason == "SIBLINGS_FULL" || reason == "BAD_CONTEXT" ||
      reason == "FOREIGN_CONTEXT") {
    return "try: kvctl get KEYSPACE KEY --output json, and the context that it tells by --context";
  }
  if (reason == "WRONG_POLICY" || reason == "NEEDS_ONE_ORDER") {
    return StrCat("try: kvctl explain ", reason);
  }
  switch (ExitCodeOf(status)) {
    case kOutcomeUnknown:
      if (const auto operation = OperationOf(status)) {
        return StrCat("try: kvctl resolve ", OperationText(*operation));
      }
      return "try: kvctl get, to see whether it was, before doing it again";
    case kUnavailable:
      // Time alone brings nobody back.
      if (ErrorDetailsOf(status).contains("missing") || reason == "REPLICAS_MISSING") {
        return StrCat("try: kvctl cluster status | a lower --level | kvctl explain ", reason);
      }
      return "try: kvctl cluster status | a longer --timeout";
    default:
      return "";
  }
}

std::string LastLine(const absl::Status& status) {
  std::string line;
  switch (AppliedOf(status)) {
    case Applied::kNo:
      line = ExitCodeOf(status) == kUnavailable ? "not applied" : "";
      break;
    case Applied::kYes:
      line = "applied";
      break;
    case Applied::kUnknown:
      line = "may have been applied";
      break;
  }
  const std::string hint = Hint(status);
  return StrCat(line, line.empty() || hint.empty() ? "" : ". ", hint);
}

json ErrorJson(const absl::Status& status, const std::string& message) {
  json error = {{"code", absl::StatusCodeToString(status.code())},
                {"reason", Name(status)},
                {"message", ToText(message)},
                {"applied", std::string(AppliedName(AppliedOf(status)))},
                {"details", json::object()}};
  if (const auto delay = RetryAfterOf(status)) {
    error["retry_after_ms"] = absl::ToInt64Milliseconds(*delay);
  }
  for (const auto& [name, value] : ErrorDetailsOf(status)) {
    error["details"][ToText(name)] = ToText(value);
  }
  return {{"error", error}};
}

json TimingsJson(const Timings& timings) {
  return {{"queued_us", absl::ToInt64Microseconds(timings.queued)},
          {"agreed_us", absl::ToInt64Microseconds(timings.agreed)},
          {"logged_us", absl::ToInt64Microseconds(timings.logged)},
          {"forwarded_us", absl::ToInt64Microseconds(timings.forwarded)},
          {"total_us", absl::ToInt64Microseconds(timings.total)}};
}

template <class Receipt>
json ReceiptJson(const Receipt& receipt) {
  json acked = json::array();
  for (const NodeId node : receipt.acked_by) acked.push_back(node.value());
  json shown = {{"asked", std::string(LevelName(receipt.asked))},
                {"achieved", std::string(LevelName(receipt.achieved))},
                {"version", receipt.version},
                {"mode", std::string(ModeName(receipt.mode))},
                {"epoch", receipt.epoch.value()},
                {"served_by", receipt.served_by.value()},
                {"acked_by", acked},
                {"durable", receipt.durable},
                {"partition", receipt.partition},
                {"staleness_us", nullptr}};
  if (receipt.staleness) shown["staleness_us"] = absl::ToInt64Microseconds(*receipt.staleness);
  if (receipt.timings) shown["timings"] = TimingsJson(*receipt.timings);
  return shown;
}

// Of the parts only those that took any time.
std::string TimingsLine(const std::optional<Timings>& timings) {
  if (!timings) return "";
  std::string line = StrCat("; took ", absl::FormatDuration(timings->total));
  const auto add = [&line](std::string_view name, absl::Duration took) {
    if (took > absl::ZeroDuration()) StrAppend(&line, ", ", name, " ", absl::FormatDuration(took));
  };
  add("queued", timings->queued);
  add("agreed", timings->agreed);
  add("own log", timings->logged);
  add("forwarded", timings->forwarded);
  return line;
}

std::string Nodes(const std::vector<NodeId>& nodes) {
  std::string line;
  for (const NodeId node : nodes) StrAppend(&line, line.empty() ? "" : " ", node.ToString());
  return line;
}

}  // namespace

int ReportError(const Session& session, const absl::Status& status, const std::string& doing) {
  std::string message(status.message());
  if (!doing.empty()) message = StrCat(doing, ": ", message);
  if (session.output() == Output::kJson) {
    std::cerr << ErrorJson(status, message).dump() << '\n';
    return ExitCodeOf(status);
  }
  const bool color = session.color_on_stderr();
  std::cerr << (color ? "\x1b[1;31merror:\x1b[0m " : "error: ") << Name(status) << ": "
            << ToLine(message) << '\n';
  for (const auto& [name, value] : ErrorDetailsOf(status)) {
    if (message.find(name + ": " + value) != std::string::npos) continue;
    std::cerr << "  " << ToLine(name) << ": " << ToLine(value) << '\n';
  }
  if (const std::string last = LastLine(status); !last.empty()) std::cerr << "  " << last << '\n';
  return ExitCodeOf(status);
}

int ReportUsage(const Session& session, const std::string& message, const std::string& help) {
  const auto status = MakeError(absl::StatusCode::kInvalidArgument, "USAGE", message);
  ReportError(session, status);
  if (session.output() != Output::kJson) std::cerr << "  see: " << help << '\n';
  return kUsage;
}

json ToJson(const WriteReceipt& receipt) { return ReceiptJson(receipt); }
json ToJson(const ReadReceipt& receipt) {
  json shown = ReceiptJson(receipt);
  shown["rung"] = receipt.rung;
  return shown;
}

std::string ToLine(const WriteReceipt& receipt) {
  return StrCat(LevelName(receipt.achieved), ", served by ", receipt.served_by.ToString(), ", on ",
                Nodes(receipt.acked_by), " (", receipt.durable, " on disk)",
                receipt.hinted ? ", kept there until a replica can be reached" : "",
                TimingsLine(receipt.timings));
}

std::string ToLine(const ReadReceipt& receipt) {
  std::string line = StrCat(LevelName(receipt.achieved), ", served by ",
                            receipt.served_by.ToString(), ", epoch ", receipt.epoch.value());
  if (receipt.staleness) {
    StrAppend(&line, ", at most ", absl::FormatDuration(*receipt.staleness), " old");
  }
  if (receipt.rung > 0) StrAppend(&line, ", rung ", receipt.rung, " of the ladder");
  return line + TimingsLine(receipt.timings);
}

}  // namespace quorate::kvctl
