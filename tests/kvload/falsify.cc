#include "kvload/falsify.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace quorate::load {
namespace {

using nlohmann::json;

bool IsDone(const json& line, const char* op) {
  return line.contains("op") && line["op"] == op && line["outcome"] == "done";
}

bool Found(const json& line) { return IsDone(line, "get") && line["result"]["found"] == true; }

// The last line that fits in time; nullptr: none.
json* Last(Lines& lines, const std::function<bool(const json&)>& fits) {
  json* last = nullptr;
  for (json& line : lines) {
    if (fits(line) && (last == nullptr || line["invoke_us"] > (*last)["invoke_us"])) last = &line;
  }
  return last;
}

// Likewise the first to return.
json* First(Lines& lines, const std::function<bool(const json&)>& fits) {
  json* first = nullptr;
  for (json& line : lines) {
    if (fits(line) && (first == nullptr || line["return_us"] < (*first)["return_us"])) {
      first = &line;
    }
  }
  return first;
}

bool ReadAgain(json* read, json* put) {
  if (read == nullptr || put == nullptr || read == put) return false;
  if ((*put)["return_us"] >= (*read)["invoke_us"]) return false;
  json& result = (*read)["result"];
  if (result["value"] == (*put)["value"]) return false;
  result["value"] = (*put)["value"];
  result.erase("version");
  if ((*put)["result"].contains("version")) result["version"] = (*put)["result"]["version"];
  return true;
}

// A put of the key that took effect.
bool Puts(const json& line, const json& key) {
  return IsDone(line, "put") && line["key"] == key && line["result"].value("success", true);
}

}  // namespace

// Of a key that was put again in between: one that is new may have its first value still.
bool ReadTheFirstValueLast(Lines& lines) {
  std::vector<json*> reads;
  for (json& line : lines) {
    if (Found(line)) reads.push_back(&line);
  }
  std::sort(reads.begin(), reads.end(), [](const json* a, const json* b) {
    return (*a)["invoke_us"] > (*b)["invoke_us"];
  });
  for (json* read : reads) {
    const auto puts = [&](const json& line) { return Puts(line, (*read)["key"]); };
    json* put = First(lines, puts);
    const auto between = [&](const json& line) {
      return puts(line) && line["invoke_us"] > (*put)["return_us"] &&
             line["return_us"] < (*read)["invoke_us"];
    };
    if (put != nullptr && std::any_of(lines.begin(), lines.end(), between) && ReadAgain(read, put))
      return true;
  }
  return false;
}

bool ReadFromNowhere(Lines& lines) {
  json* read = Last(lines, Found);
  if (read == nullptr) return false;
  (*read)["result"]["value"] = "of nobody";
  return true;
}

bool ForgetWhatTheSessionWrote(Lines& lines) {
  for (size_t i = lines.size(); i-- > 0;) {
    if (!Found(lines[i])) continue;
    const json key = lines[i]["key"];
    json* first = First(lines, [&](const json& line) { return Puts(line, key); });
    const auto own = [&](const json& line) {
      return Puts(line, key) && line["session"] == lines[i]["session"] &&
             line["return_us"] < lines[i]["invoke_us"] && line["value"] != (*first)["value"];
    };
    if (std::any_of(lines.begin(), lines.end(), own)) return ReadAgain(&lines[i], first);
  }
  return false;
}

bool LoseAnElement(Lines& lines) {
  json* read = Last(lines, [](const json& line) {
    return Found(line) && line["result"].contains("elements") &&
           line["result"]["elements"].size() > 1;
  });
  if (read == nullptr) return false;
  const json key = (*read)["key"];
  json& elements = (*read)["result"]["elements"];
  json* added = First(lines, [&](const json& line) {
    return IsDone(line, "set_add") && line["key"] == key &&
           std::count(elements.begin(), elements.end(), line["value"]) > 0;
  });
  if (added == nullptr || (*added)["return_us"] >= (*read)["invoke_us"]) return false;
  elements.erase(std::find(elements.begin(), elements.end(), (*added)["value"]));
  return true;
}

bool BringBackAnElement(Lines& lines) {
  json* removed = First(lines, [](const json& line) { return IsDone(line, "set_remove"); });
  if (removed == nullptr) return false;
  json* read = Last(lines, [&](const json& line) {
    return Found(line) && line["key"] == (*removed)["key"] &&
           line["invoke_us"] > (*removed)["return_us"];
  });
  if (read == nullptr) return false;
  (*read)["result"]["elements"].push_back((*removed)["value"]);
  return true;
}

bool SwapElements(Lines& lines) {
  json* read = Last(lines, [](const json& line) {
    return Found(line) && line["result"].contains("elements") &&
           line["result"]["elements"].size() > 1;
  });
  if (read == nullptr) return false;
  std::swap((*read)["result"]["elements"][0], (*read)["result"]["elements"][1]);
  return true;
}

bool CountTooMuch(Lines& lines) {
  std::set<std::string> counters;
  for (const json& line : lines) {
    if (IsDone(line, "add")) counters.insert(line["key"]);
  }
  json* read =
      Last(lines, [&](const json& line) { return Found(line) && counters.contains(line["key"]); });
  if (read == nullptr) return false;
  (*read)["result"]["value"] = "1000000";
  return true;
}

bool TearABatch(Lines& lines) {
  json* read = Last(lines, [](const json& line) { return Found(line) && line.contains("batch"); });
  if (read == nullptr) return false;
  const json key = (*read)["key"];
  return ReadAgain(read, First(lines, [&](const json& line) { return Puts(line, key); }));
}

bool BringBackASibling(Lines& lines) {
  json* replaced = First(
      lines, [](const json& line) { return IsDone(line, "put") && line.contains("replaced"); });
  if (replaced == nullptr) return false;
  json* read = Last(lines, [&](const json& line) {
    return Found(line) && line["key"] == (*replaced)["key"] &&
           line["invoke_us"] > (*replaced)["return_us"];
  });
  if (read == nullptr) return false;
  (*read)["result"]["values"].push_back((*replaced)["replaced"][0]);
  return true;
}

bool ReadWhatExpired(Lines& lines) {
  json* put = First(lines, [](const json& line) { return IsDone(line, "put"); });
  if (put == nullptr) return false;
  json* read = Last(
      lines, [&](const json& line) { return IsDone(line, "get") && line["key"] == (*put)["key"]; });
  // Beyond the judge's allowance.
  constexpr int64_t kSlackUs = 1'000'000;
  if (read == nullptr) return false;
  const int64_t gone_us =
      (*put)["return_us"].get<int64_t>() + (*put)["ttl_us"].get<int64_t>() + kSlackUs;
  if ((*read)["invoke_us"].get<int64_t>() <= gone_us) return false;
  (*read)["result"] = {{"found", true}, {"value", (*put)["value"]}};
  return true;
}

}  // namespace quorate::load
