#include "record_reader.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.h"
#include "bytes.h"

namespace quorate::kvctl {
namespace {

class JsonLines : public RecordReader {
 public:
  explicit JsonLines(std::istream& in) : RecordReader(in) {}

  absl::StatusOr<std::optional<Record>> Next() override {
    std::string line;
    do {
      if (!ReadLine(line)) return std::nullopt;
    } while (line.find_first_not_of(" \t\r") == std::string::npos);
    const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || !object.contains("key") || !object.contains("value")) {
      return Bad("{\"key\": ..., \"value\": ...} is wanted");
    }
    auto key = FromJson(object["key"]);
    if (!key.ok()) return Bad(ToStd(key.status().message()));
    auto value = FromJson(object["value"]);
    if (!value.ok()) return Bad(ToStd(value.status().message()));
    return Record{*std::move(key), *std::move(value), 0};
  }

 private:
  absl::Status Bad(std::string_view what) const {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RECORD",
                     StrCat("line ", line_number(), ": ", what));
  }
};

class DpkgStatus : public RecordReader {
 public:
  explicit DpkgStatus(std::istream& in) : RecordReader(in) {}

  absl::StatusOr<std::optional<Record>> Next() override {
    Record record;
    std::string architecture;
    uint64_t first_line = 0;
    for (std::string line; ReadLine(line);) {
      if (line.empty() && record.value.empty()) continue;
      if (line.empty()) break;
      if (record.value.empty()) first_line = line_number();
      TakeField(line, "Package: ", record.key);
      TakeField(line, "Architecture: ", architecture);
      record.value += line + "\n";
    }
    if (record.value.empty()) return std::nullopt;
    if (record.key.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RECORD",
                       StrCat("line ", first_line, ": this stanza names no Package"));
    }
    if (!seen_.insert(record.key).second) record.key += ":" + architecture;
    return record;
  }

 private:
  static void TakeField(const std::string& line, std::string_view name, std::string& value) {
    if (line.starts_with(name)) value = line.substr(name.size());
  }

  std::set<std::string> seen_;
};

}  // namespace

bool RecordReader::ReadLine(std::string& line) {
  if (!std::getline(in_, line)) return false;
  bytes_ += line.size() + 1;
  ++line_number_;
  return true;
}

std::unique_ptr<RecordReader> ReadJsonLines(std::istream& in) {
  return std::make_unique<JsonLines>(in);
}

std::unique_ptr<RecordReader> ReadDpkgStatus(std::istream& in) {
  return std::make_unique<DpkgStatus>(in);
}

}  // namespace quorate::kvctl
