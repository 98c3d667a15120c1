#include "report_table.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "check/format.h"
#include "check/quote.h"

namespace quorate {
namespace {

using Row = std::array<std::string, 10>;

const Row kHead = {"job",       "mode",    "read",    "write",   "checked",
                   "anomalies", "allowed", "verdict", "seconds", "promise"};
constexpr size_t kFirstNumber = 4;
constexpr size_t kPastNumbers = 6;

std::string ModeOf(const check::JobInfo& job) {
  return job.policy.empty() ? job.mode : StrCat(job.mode, "/", job.policy);
}

Row ToRow(const Judged& judged, const check::PromiseVerdict& line) {
  return {judged.job.job,
          ModeOf(judged.job),
          line.read,
          line.write,
          StrCat(line.checked),
          StrCat(line.anomalies),
          line.allowed == 0 ? "-" : StrCat(line.allowed, " ", line.allowed_what),
          std::string(check::VerdictName(line.verdict)),
          absl::StrFormat("%.2f", line.seconds),
          line.promise};
}

std::string FormatTable(const std::vector<Row>& rows) {
  std::array<size_t, kHead.size()> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      const bool number = i >= kFirstNumber && i < kPastNumbers;
      const bool last = i + 1 == row.size();
      StrAppend(&text, number ? space : "", row[i], number || last ? "" : space,
                last ? "\n" : "  ");
    }
  }
  return text;
}

std::string Remarks(const Judged& judged, const check::PromiseVerdict& line) {
  std::string text;
  for (const std::string& remark : {line.why, line.note}) {
    if (!remark.empty()) StrAppend(&text, judged.job.job, ", ", line.read, ": ", remark, "\n");
  }
  return text;
}

std::string FormatFound(const Judged& judged, const check::PromiseVerdict& line) {
  std::string text;
  for (const check::Anomaly& anomaly : line.found) {
    StrAppend(&text, "\n", anomaly.kind, ": ", judged.job.job, ", ", line.read, ", key ",
              check::QuoteBytes(anomaly.key), ": ", anomaly.text, "\n");
    if (anomaly.operations.empty()) continue;
    text += check::FormatOperations(anomaly.operations, anomaly.wrong, "nothing explains it");
  }
  if (line.anomalies > line.found.size()) {
    StrAppend(&text, "\n… and ", line.anomalies - line.found.size(), " more of ", judged.job.job,
              ", ", line.read, "\n");
  }
  return text;
}

}  // namespace

std::string ReportAsTable(const std::vector<Judged>& all, double seconds) {
  std::vector<Row> rows = {kHead};
  std::string remarks;
  std::string found;
  uint64_t operations = 0;
  for (const Judged& judged : all) {
    operations += judged.operations;
    for (const check::PromiseVerdict& line : judged.lines) {
      rows.push_back(ToRow(judged, line));
      remarks += Remarks(judged, line);
      found += FormatFound(judged, line);
    }
  }
  std::string text = FormatTable(rows);
  if (!remarks.empty()) StrAppend(&text, "\n", remarks);
  StrAppend(&text, found, "\n", operations, " operations in ", absl::StrFormat("%.2f", seconds),
            " s, ",
            static_cast<uint64_t>(static_cast<double>(operations) / std::max(seconds, 1e-6)),
            " a second\n", check::VerdictName(Sum(all)), "\n");
  return text;
}

}  // namespace quorate
