#include "check/format.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "check/names.h"
#include "check/quote.h"

namespace quorate::check {
namespace {

// Of a window, of lost writes, of differences.
constexpr size_t kLinesMax = 40;
// Of a list or set.
constexpr size_t kElementsMax = 12;

std::string DescribeCondition(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::kNone:
      return "";
    case Condition::Kind::kAbsent:
      return " if absent";
    case Condition::Kind::kPresent:
      return " if present";
    case Condition::Kind::kVersion:
      return StrCat(" if version ", condition.version);
    case Condition::Kind::kValue:
      return StrCat(" if ", QuoteBytes(condition.value));
  }
  return "";
}

std::string DescribeList(const std::vector<std::string>& list) {
  std::string text = "[";
  for (size_t i = 0; i < list.size(); ++i) {
    if (i == kElementsMax) return StrCat(text, ", … ", list.size() - i, " more]");
    StrAppend(&text, i == 0 ? "" : ", ", QuoteBytes(list[i]));
  }
  return text + "]";
}

std::string DescribeFound(const Result& result) {
  std::string text;
  if (result.values || result.elements) {
    text = DescribeList(result.values ? *result.values : *result.elements);
  } else if (result.value) {
    StrAppend(&text, QuoteBytes(*result.value));
  } else if (result.found) {
    StrAppend(&text, *result.found ? "a value" : "absent");
  }
  if (result.version != 0) StrAppend(&text, text.empty() ? "" : " ", "version ", result.version);
  return text;
}

std::string DescribeResult(const Operation& op) {
  const Result& result = op.result;
  if (op.action == Action::kGet) return DescribeFound(result);
  if (result.success == false) {
    const std::string found = DescribeFound(result);
    return StrCat("refused", found.empty() ? "" : ", found ", found);
  }
  std::string text = result.sum ? StrCat(*result.sum) : "ok";
  if (result.version != 0) StrAppend(&text, " version ", result.version);
  if (result.found) StrAppend(&text, ", was ", *result.found ? "there" : "absent");
  return text;
}

std::string OperationLine(const Operation& op) {
  return absl::StrFormat("%14d %14s  c%-5d %s", op.invoke_us,
                         op.return_us ? StrCat(*op.return_us) : "-", op.client,
                         DescribeOperation(op));
}

// Calls `print` for the first and last of `count` lines, with a note between.
template <class Print>
void PrintLines(size_t count, size_t last_shown, std::string* out, Print print) {
  for (size_t i = 0; i < count; ++i) {
    if (i == kLinesMax && count > kLinesMax + last_shown) {
      i = count - last_shown;
      StrAppend(out, "  … ", count - kLinesMax - last_shown, " more\n");
      if (last_shown == 0) return;
    }
    print(i);
  }
}

std::string FormatViolated(const KeyReport& key) {
  std::string text = StrCat("key ", QuoteBytes(key.key), " is not linearizable");
  const size_t shown = key.window.operations.size();
  if (shown == 0) return text + "\n";
  StrAppend(&text, ": ", shown, " of its ", key.operations, " operations show it",
            key.window.smallest ? "" : " (fewer might)", "\n");
  return text + FormatWindow(key.window);
}

std::string FormatLost(const LostWrite& lost) {
  std::string text = StrCat("replica ", lost.replica, ", key ", QuoteBytes(lost.key), ": found ",
                            lost.found, ", which no write explains");
  if (lost.last_write) {
    StrAppend(&text, "; last acknowledged: c", lost.last_write->client, " ",
              DescribeOperation(*lost.last_write), " at ", *lost.last_write->return_us, " us");
  }
  return text + "\n";
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kViolated:
      return "anomaly";
    case Verdict::kUndecided:
      return "undecided";
    case Verdict::kNothingChecked:
      return "nothing checked";
  }
  return "?";
}

std::string DescribeOperation(const Operation& op) {
  std::string text(NameOf(kActionNames, op.action));
  if (HasValue(op.action)) StrAppend(&text, " ", QuoteBytes(op.value));
  if (op.action == Action::kAdd) StrAppend(&text, " ", op.delta);
  if (!op.replaced.empty()) StrAppend(&text, " in place of ", DescribeList(op.replaced));
  if (op.ttl_us) StrAppend(&text, " for ", *op.ttl_us, " us");
  StrAppend(&text, DescribeCondition(op.condition));
  if (!op.level.empty()) StrAppend(&text, " at ", op.level);
  if (!op.node.empty() || !op.target.empty()) {
    StrAppend(&text, " by ", op.node.empty() ? op.target : op.node);
  }
  StrAppend(&text, " -> ");
  switch (op.outcome) {
    case Outcome::kDone:
      return text + DescribeResult(op);
    case Outcome::kFailed:
      return StrCat(text, "failed", op.error.empty() ? "" : " ", op.error);
    case Outcome::kUnknown:
      return StrCat(text, "unknown", op.error.empty() ? "" : " ", op.error);
  }
  return text;
}

std::string FormatOperations(absl::Span<const Operation> operations, size_t wrong,
                             std::string_view why_wrong) {
  std::string text =
      absl::StrFormat("%14s %14s  %-6s %s\n", "invoke_us", "return_us", "client", "operation");
  PrintLines(operations.size(), kLinesMax / 2, &text, [&](size_t i) {
    StrAppend(&text, OperationLine(operations[i]), i == wrong ? "   <- " : "",
              i == wrong ? why_wrong : "", "\n");
  });
  return text;
}

std::string FormatWindow(const Window& window) {
  return FormatOperations(
      window.operations, window.stuck,
      StrCat("no order explains it; the key could be ", absl::StrJoin(window.possible, ", ")));
}

std::string FormatReport(const LinearizabilityReport& report) {
  std::string text = StrCat("linearizability: ", VerdictName(report.verdict));
  if (report.verdict == Verdict::kNothingChecked) StrAppend(&text, ": ", report.why_nothing);
  StrAppend(&text, "\n  operations: ", report.done, " done, ", report.failed, " failed, ",
            report.unknown, " unknown; ", report.observations, " observed, ", report.overlapping,
            " overlapped\n");
  StrAppend(&text, "  keys: ", report.Count(Verdict::kPassed), " passed, ",
            report.Count(Verdict::kViolated), " violated, ", report.Count(Verdict::kUndecided),
            " undecided, ", report.Count(Verdict::kNothingChecked), " with nothing to check\n");
  for (const KeyReport& key : report.keys) {
    if (key.verdict == Verdict::kViolated) text += FormatViolated(key);
    if (key.verdict == Verdict::kUndecided) {
      StrAppend(&text, "key ", QuoteBytes(key.key), ": undecided after ", key.steps, " steps over ",
                key.operations, " operations\n");
    }
  }
  return text;
}

std::string FormatReport(const FinalStateReport& report) {
  std::string text = StrCat("final state: ", VerdictName(report.verdict));
  if (report.verdict == Verdict::kNothingChecked) StrAppend(&text, ": ", report.why_nothing);
  StrAppend(&text, "\n  ", report.replicas, " replicas, ", report.writes,
            " acknowledged writes of ", report.keys_judged, " keys; ", report.keys_not_judged,
            " keys could not be judged; ", report.lost.size(), " lost, ", report.differences.size(),
            " differ\n");
  PrintLines(report.lost.size(), 0, &text, [&](size_t i) { text += FormatLost(report.lost[i]); });
  PrintLines(report.differences.size(), 0, &text, [&](size_t i) {
    StrAppend(&text, "key ", QuoteBytes(report.differences[i].key),
              " differs: ", absl::StrJoin(report.differences[i].found, ", "), "\n");
  });
  return text;
}

}  // namespace quorate::check
