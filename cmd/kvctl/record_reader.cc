#include "record_reader.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.h"
#include "bytes.h"

namespace quorate::kvctl {
namespace {

constexpr char kWanted[] =
    "{\"key\": ..., \"value\": ...} is wanted, or \"elements\" or \"fields\" for the value";

absl::Status Wrong(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RECORD", what);
}

// Calls `take` with each of a list of texts.
template <class Take>
absl::Status ForEach(const nlohmann::json& list, const Take& take) {
  if (!list.is_array()) return Wrong("\"elements\" is no list");
  for (const auto& item : list) {
    auto text = FromJson(item);
    if (!text.ok()) return text.status();
    take(*std::move(text));
  }
  return absl::OkStatus();
}

absl::Status AddField(const std::string& key, const nlohmann::json& field,
                      std::vector<Mutation>& writes) {
  if (!field.is_object() || !field.contains("name")) return Wrong("a field has no \"name\"");
  const auto name = FromJson(field["name"]);
  if (!name.ok()) return name.status();
  if (field.contains("elements")) {
    return ForEach(field["elements"], [&](std::string element) {
      writes.push_back(Mutation::AddFieldElement(key, *name, std::move(element)));
    });
  }
  if (field.contains("counter")) {
    if (!field["counter"].is_number_integer()) return Wrong("a field's \"counter\" is no integer");
    writes.push_back(Mutation::AddToField(key, *name, field["counter"].get<int64_t>()));
    return absl::OkStatus();
  }
  if (!field.contains("value")) return Wrong("a field has neither value, counter nor elements");
  auto value = FromJson(field["value"]);
  if (!value.ok()) return value.status();
  writes.push_back(Mutation::PutField(key, *name, *std::move(value)));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Mutation>> WritesOf(const std::string& key,
                                               const nlohmann::json& object) {
  std::vector<Mutation> writes;
  if (object.contains("elements")) {
    const absl::Status added = ForEach(object["elements"], [&](std::string element) {
      writes.push_back(Mutation::AddElement(key, std::move(element)));
    });
    if (!added.ok()) return added;
  } else if (object.contains("fields")) {
    if (!object["fields"].is_array()) return Wrong("\"fields\" is no list");
    for (const auto& field : object["fields"]) {
      if (absl::Status added = AddField(key, field, writes); !added.ok()) return added;
    }
  } else if (object.contains("value")) {
    auto value = FromJson(object["value"]);
    if (!value.ok()) return value.status();
    writes.push_back(Mutation::Put(key, *std::move(value)));
  }
  return writes;
}

class JsonLines : public RecordReader {
 public:
  explicit JsonLines(std::istream& in) : RecordReader(in) {}

  absl::StatusOr<std::vector<Mutation>> Next() override {
    std::string line;
    do {
      if (!ReadLine(line)) return std::vector<Mutation>();
    } while (line.find_first_not_of(" \t\r") == std::string::npos);
    const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || !object.contains("key")) return Bad(kWanted);
    const auto key = FromJson(object["key"]);
    if (!key.ok()) return Bad(ToStd(key.status().message()));
    auto writes = WritesOf(*key, object);
    if (!writes.ok()) return Bad(ToStd(writes.status().message()));
    if (writes->empty()) return Bad(kWanted);
    return writes;
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

  absl::StatusOr<std::vector<Mutation>> Next() override {
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
    if (record.value.empty()) return std::vector<Mutation>();
    if (record.key.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RECORD",
                       StrCat("line ", first_line, ": this stanza names no Package"));
    }
    if (!seen_.insert(record.key).second) record.key += ":" + architecture;
    return std::vector<Mutation>{Mutation::Put(std::move(record.key), std::move(record.value))};
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
