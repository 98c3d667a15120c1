// Takes the fields of one JSON object by name and type, and complains about
// the first that is missing, of another type, or that nobody asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

namespace quorate::check {

// Names must outlive the object. Each getter gives nullopt where the field is absent or wrong; only
// the latter is an error. Ask for everything first, then for error().
class JsonFields {
 public:
  // `object` must outlive this. `path` leads to it in errors, e.g. "result.".
  JsonFields(const nlohmann::ordered_json& object, std::string path);

  std::optional<int64_t> Integer(std::string_view name);
  std::optional<uint64_t> Natural(std::string_view name);
  std::optional<bool> Bool(std::string_view name);
  std::optional<std::string> Bytes(std::string_view name);  // bytes.h
  // An array of bytes.
  std::optional<std::vector<std::string>> BytesList(std::string_view name);
  const nlohmann::ordered_json* Object(std::string_view name);

  template <class T>
  T Require(std::optional<T> value, std::string_view name) {
    if (!value) Missing(name);
    return std::move(value).value_or(T());
  }
  bool has(std::string_view name) const { return Lookup(name) != nullptr; }
  void Complain(std::string message);

  // Empty: all is well. Call when every known field has been asked for.
  const std::string& error();

 private:
  const nlohmann::ordered_json* Lookup(std::string_view name) const;
  const nlohmann::ordered_json* Find(std::string_view name);
  void Wrong(std::string_view name, std::string_view wanted);
  void Missing(std::string_view name);

  const nlohmann::ordered_json& object_;
  std::string path_;
  std::vector<std::string_view> known_;  // names are literals
  std::string error_;
};

}  // namespace quorate::check
