#include "merged_view.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "bytes.h"
#include "table.h"
#include "ttl.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

json ToJson(const std::vector<std::string>& elements) {
  json list = json::array();
  for (const std::string& element : elements) list.push_back(json(BytesToJson(element)));
  return list;
}

json ToJson(const Sibling& sibling) {
  json shown = {{"value", BytesToJson(sibling.value)}, {"version", sibling.version}};
  if (sibling.expires_at) shown["expires_at"] = ExpiryText(*sibling.expires_at);
  return shown;
}

struct FieldToJson {
  json& shown;
  void operator()(const std::string& value) const { shown["value"] = BytesToJson(value); }
  void operator()(int64_t counter) const { shown["counter"] = counter; }
  void operator()(const Field::Elements& elements) const { shown["elements"] = ToJson(elements); }
};

std::string Joined(const std::vector<std::string>& elements) {
  return absl::StrJoin(elements, ", ", [](std::string* out, const std::string& element) {
    *out += ToLine(element);
  });
}

std::string_view TypeOf(const Field& field) {
  constexpr std::string_view kNames[] = {"value", "counter", "set"};
  return kNames[field.content.index()];
}

std::string ContentOf(const Field& field) {
  if (const auto* value = std::get_if<std::string>(&field.content)) return ToLine(*value);
  if (const auto* counter = std::get_if<int64_t>(&field.content)) return std::to_string(*counter);
  return "{" + Joined(std::get<Field::Elements>(field.content)) + "}";
}

void PrintFields(const std::vector<Field>& fields, Output output) {
  Table table({"field", "type", "content"});
  for (const Field& field : fields) {
    if (output == Output::kRaw) {
      std::cout << ToLine(field.name) << '\t' << TypeOf(field) << '\t' << ContentOf(field) << '\n';
    } else {
      table.Add({ToLine(field.name), std::string(TypeOf(field)), ContentOf(field)});
    }
  }
  table.Print(std::cout);
}

}  // namespace

std::string ContextText(const std::string& context) {
  std::string text;
  absl::Base64Escape(context, &text);
  return text;
}

void AddContext(CLI::App& verb, std::string& text) {
  verb.add_option("--context", text,
                  "Of policies that merge: replaces or removes what the read showed that gave it, "
                  "and nothing else (get --output json has it)")
      ->type_name("CONTEXT");
}

absl::StatusOr<std::string> ContextFromText(const std::string& text) {
  std::string context;
  if (absl::Base64Unescape(text, &context)) return context;
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("--context \"", text.substr(0, 64),
                          "\": what \"context\" said in kvctl get --output json is wanted"));
}

void AddMerged(const Merged& merged, json& to) {
  to["context"] = ContextText(merged.context);
  if (!merged.siblings.empty()) {
    json siblings = json::array();
    for (const Sibling& sibling : merged.siblings) siblings.push_back(ToJson(sibling));
    to["siblings"] = std::move(siblings);
    return;
  }
  to.erase("value");
  if (!merged.elements.empty()) to["elements"] = ToJson(merged.elements);
  if (merged.fields.empty()) return;
  json fields = json::array();
  for (const Field& field : merged.fields) {
    json shown = {{"name", BytesToJson(field.name)}};
    std::visit(FieldToJson{shown}, field.content);
    fields.push_back(std::move(shown));
  }
  to["fields"] = std::move(fields);
}

std::string ToLine(const Merged& merged) {
  if (!merged.elements.empty()) return "{" + Joined(merged.elements) + "}";
  std::vector<std::string> parts;
  for (const Sibling& sibling : merged.siblings) parts.push_back(ToLine(sibling.value));
  for (const Field& field : merged.fields) {
    parts.push_back(StrCat(ToLine(field.name), "=", ContentOf(field)));
  }
  return absl::StrJoin(parts, merged.siblings.empty() ? ", " : " | ");
}

void PrintMerged(const Session& session, const Merged& merged, Output output) {
  for (const Sibling& sibling : merged.siblings) {
    const bool alone = merged.siblings.size() == 1 && output == Output::kRaw;
    std::cout << (output == Output::kRaw ? sibling.value : ToText(sibling.value))
              << (alone ? "" : "\n");
  }
  for (const std::string& element : merged.elements) {
    std::cout << (output == Output::kRaw ? element : ToLine(element)) << '\n';
  }
  PrintFields(merged.fields, output);
  if (session.quiet()) return;
  if (merged.siblings.size() > 1) {
    std::cerr << merged.siblings.size()
              << " values were written at once, the newest first; to put one in their place: "
                 "kvctl put KEYSPACE KEY VALUE --context "
              << ContextText(merged.context) << '\n';
  } else if (session.verbose()) {
    std::cerr << "  context " << ContextText(merged.context) << '\n';
  }
}

}  // namespace quorate::kvctl
