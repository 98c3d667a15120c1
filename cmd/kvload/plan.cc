#include "plan.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/strings.h"
#include "base/suggest.h"
#include "plan_fields.h"
#include "workload.h"

namespace quorate::load {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kDayMs = 86'400'000;

void ReadMillis(PlanFields& fields, std::string_view name, uint64_t low, absl::Duration& into) {
  uint64_t ms = static_cast<uint64_t>(absl::ToInt64Milliseconds(into));
  fields.Whole(name, low, kDayMs, ms);
  into = absl::Milliseconds(ms);
}

// One level, as kvctl takes it; ladders are for people.
void ReadLevel(PlanFields& fields, std::string_view name, Rung& into) {
  std::string text;
  fields.Text(name, text);
  if (text.empty()) return;
  const auto ladder = ParseLadder(text);
  if (!ladder.ok()) return fields.Complain(name, ToStd(ladder.status().message()));
  if (ladder->size() != 1) return fields.Complain(name, "must be one level, not a ladder");
  const Rung& rung = ladder->front();
  if (const absl::Status status = CheckLadder(*ladder); !status.ok()) {
    return fields.Complain(name, ToStd(status.message()));
  }
  into = rung;
}

// Names become file names and the front of keys.
bool IsName(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), fits);
}

void ReadNames(PlanFields& fields, Job& job) {
  for (const char* name : {"name", "workload", "keyspace"}) fields.Require(name);
  fields.Text("name", job.name);
  if (!job.name.empty() && !IsName(job.name)) {
    fields.Complain("name", "must be 1 to 64 letters, digits, '-', '_' or '.'");
  }
  fields.Text("workload", job.workload);
  const std::vector<std::string> known = WorkloadNames();
  if (std::find(known.begin(), known.end(), job.workload) == known.end()) {
    std::string names;
    for (const std::string& one : known) StrAppend(&names, names.empty() ? "" : ", ", one);
    fields.Complain("workload", StrCat("no such workload", DidYouMean(job.workload, known),
                                       "; there are ", names));
  }
  fields.Text("keyspace", job.keyspace);
}

absl::StatusOr<Job> ReadJob(const Json& json, const std::string& where) {
  PlanFields fields(json, where);
  Job job;
  ReadNames(fields, job);
  ReadLevel(fields, "read", job.read);
  Rung write;
  ReadLevel(fields, "write", write);
  job.write = write.level;
  fields.Whole("clients", 1, 1024, job.clients);
  fields.Whole("keys", 1, 1'000'000, job.keys);
  fields.Whole("rotate_after", 0, 1'000'000'000, job.rotate_after);
  fields.Flag("pin", job.pin);
  fields.Number("rate", 0, 1e6, job.rate);
  ReadMillis(fields, "timeout_ms", 1, job.timeout);
  ReadMillis(fields, "ttl_ms", 1, job.ttl);
  if (absl::Status status = fields.status(); !status.ok()) return status;
  return job;
}

absl::Status ReadEndpoints(const Json& json, const std::string& where, Plan& plan) {
  if (json.empty()) return BadPlan(StrCat(where, ": \"endpoints\" is empty: name one node"));
  for (const auto& [name, address] : json.items()) {
    if (!address.is_string() || address.get<std::string>().rfind(':') == std::string::npos) {
      return BadPlan(StrCat(where, ": \"endpoints.", name, "\" is ", address.dump(-1, ' ', true),
                            ": must be host:port"));
    }
    plan.endpoints.emplace_back(name, address.get<std::string>());
  }
  return absl::OkStatus();
}

absl::Status ReadJobs(const Json& json, const std::string& where, Plan& plan) {
  if (json.empty()) return BadPlan(StrCat(where, ": \"jobs\" is empty: there is nothing to do"));
  std::set<std::string> names;
  for (size_t i = 0; i < json.size(); ++i) {
    const bool named = json[i].is_object() && json[i].contains("name");
    const std::string which = named ? json[i]["name"].dump(-1, ' ', true) : StrCat(i + 1);
    auto job = ReadJob(json[i], StrCat(where, ": job ", which));
    if (!job.ok()) return job.status();
    if (!names.insert(job->name).second) {
      return BadPlan(StrCat(where, ": two jobs are named \"", job->name, "\""));
    }
    plan.jobs.push_back(*std::move(job));
  }
  return absl::OkStatus();
}

// The library tells where the text broke only by throwing.
absl::StatusOr<Json> Parse(const std::string& text, const std::string& name) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    return BadPlan(StrCat(name, ": not JSON: ", error.what()));
  }
}

}  // namespace

std::string Plan::all_endpoints() const {
  std::string all;
  for (const auto& [name, address] : endpoints) StrAppend(&all, all.empty() ? "" : ",", address);
  return all;
}

absl::StatusOr<Plan> ParsePlan(const std::string& text, const std::string& name) {
  const absl::StatusOr<Json> json = Parse(text, name);
  if (!json.ok()) return json.status();
  PlanFields fields(*json, name);
  Plan plan;
  fields.Whole("seed", 0, UINT64_MAX, plan.seed);
  ReadMillis(fields, "duration_ms", 1, plan.duration);
  const Json* endpoints = fields.Object("endpoints");
  const Json* jobs = fields.Array("jobs");
  if (absl::Status status = fields.status(); !status.ok()) return status;
  if (absl::Status status = ReadEndpoints(*endpoints, name, plan); !status.ok()) return status;
  if (absl::Status status = ReadJobs(*jobs, name, plan); !status.ok()) return status;
  return plan;
}

absl::StatusOr<Plan> ReadPlan(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) {
    return MakeError(absl::StatusCode::kUnavailable, "READ_FAILED",
                     StrCat(path, ": ", std::strerror(errno), "; give the file of a load"));
  }
  return ParsePlan(text, path);
}

}  // namespace quorate::load
