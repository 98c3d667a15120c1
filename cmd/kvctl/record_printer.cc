#include "record_printer.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "bytes.h"
#include "merged_view.h"

namespace quorate::kvctl {
namespace {

constexpr size_t kRowsAtOnce = 200;
constexpr size_t kValueWidthMax = 60;

nlohmann::json LineOf(const Record& record, bool keys_only) {
  nlohmann::json line = {{"key", BytesToJson(record.key)}, {"version", record.version}};
  if (!keys_only) line["value"] = BytesToJson(record.value);
  if (record.merged) AddMerged(*record.merged, line);
  return line;
}

}  // namespace

RecordPrinter::RecordPrinter(const Session& session, bool keys_only)
    : output_(session.output()), keys_only_(keys_only), table_(NewTable()) {}

Table RecordPrinter::NewTable() const {
  if (keys_only_) return Table({"key", "version"});
  return Table({"key", "version", "value"});
}

void RecordPrinter::Flush() {
  table_.Print(std::cout);
  table_ = NewTable();
}

void RecordPrinter::Print(const Record& record) {
  if (output_ == Output::kJson) {
    std::cout << LineOf(record, keys_only_).dump() << '\n';
  } else if (output_ == Output::kRaw) {
    std::cout << record.key;
    if (!keys_only_) {
      std::cout << '\t' << (record.merged ? ToLine(*record.merged) : record.value);
    }
    std::cout << '\n';
  } else {
    std::vector<std::string> row = {ToLine(record.key), std::to_string(record.version)};
    if (!keys_only_) {
      const std::string value = record.merged ? ToLine(*record.merged) : ToLine(record.value);
      row.push_back(Shorten(value, kValueWidthMax));
    }
    table_.Add(std::move(row));
    if (table_.rows() == kRowsAtOnce) Flush();
  }
}

}  // namespace quorate::kvctl
