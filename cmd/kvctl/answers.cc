#include "answers.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/strings.h"
#include "bytes.h"
#include "merged_view.h"
#include "report.h"
#include "suggest.h"

namespace quorate::kvctl {

void PrintWrite(const Session& session, const std::string& line, const WriteReceipt& receipt,
                const nlohmann::json& extra, bool tells_existed) {
  if (session.output() == Output::kJson) {
    nlohmann::json shown = extra;
    shown["version"] = receipt.version;
    // Without one order of all writes nobody knows.
    const bool ordered = receipt.mode == Mode::kRaft || receipt.achieved == Level::kLinearizable;
    shown["existed"] = nullptr;
    if (ordered && tells_existed) shown["existed"] = receipt.existed;
    if (!receipt.context.empty()) shown["context"] = ContextText(receipt.context);
    shown["receipt"] = ToJson(receipt);
    std::cout << shown.dump() << '\n';
    return;
  }
  if (session.output() == Output::kRaw) {
    std::cout << receipt.version << '\n';
  } else if (!session.quiet()) {
    std::cout << line << '\n';
  }
  if (session.verbose()) std::cerr << "  " << ToLine(receipt) << '\n';
}

void PrintReceipt(const Session& session, const ReadReceipt& receipt) {
  if (session.verbose()) std::cerr << "  " << ToLine(receipt) << '\n';
}

std::string Doing(const Session& session, const std::string& verb, const std::string& key) {
  std::string doing = StrCat(verb, " \"", ToLine(key), "\"");
  if (session.level() != Level::kDefault) StrAppend(&doing, " at ", LevelName(session.level()));
  return doing;
}

int ReportCallError(Session& session, const std::string& keyspace, const absl::Status& status,
                    const std::string& doing) {
  const bool suggested = ToStd(status.message()).find("did you mean") != std::string_view::npos;
  if (status.code() != absl::StatusCode::kNotFound || suggested) {
    return ReportError(session, status, doing);
  }
  std::vector<std::string> names;
  if (auto client = session.client(); client.ok()) {
    if (auto listed = (*client)->ListKeyspaces(session.admin_options()); listed.ok()) {
      for (const KeyspaceDescription& one : *listed) names.push_back(one.name);
    }
  }
  const std::string meant = DidYouMean(keyspace, names);
  if (meant.empty()) return ReportError(session, status, doing);
  return ReportError(session,
                     MakeError(status.code(), ReasonOf(status),
                               StrCat(ToStd(status.message()), meant), Applied::kNo),
                     doing);
}

}  // namespace quorate::kvctl
