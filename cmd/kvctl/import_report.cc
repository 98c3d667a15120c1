#include "import_report.h"

#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "client/types.h"

namespace quorate::kvctl {
namespace {

const char* Word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return "acknowledged";
    case Outcome::kNotDone:
      return "failed";
    case Outcome::kUnknown:
      break;
  }
  return "unknown";
}

absl::Status Unwritable(const std::string& path) {
  return MakeError(absl::StatusCode::kInvalidArgument, "UNWRITABLE_FILE",
                   StrCat("cannot write the report to \"", path, "\""));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportReport>> ImportReport::Open(const std::string& path) {
  std::unique_ptr<ImportReport> report(new ImportReport(path));
  if (path.empty()) return report;
  absl::MutexLock lock(&report->mutex_);
  report->out_.open(path, std::ios::binary);
  if (!report->out_) return Unwritable(path);
  return report;
}

void ImportReport::Add(const std::string& key, const absl::Status& status) {
  if (path_.empty()) return;
  const nlohmann::json line{{"key", BytesToJson(key)},
                            {"outcome", Word(OutcomeOf(status))},
                            {"unix_us", absl::ToUnixMicros(absl::Now())}};
  absl::MutexLock lock(&mutex_);
  out_ << line.dump() << std::endl;
}

absl::Status ImportReport::Close() {
  if (path_.empty()) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  out_.close();
  return out_ ? absl::OkStatus() : Unwritable(path_);
}

}  // namespace quorate::kvctl
