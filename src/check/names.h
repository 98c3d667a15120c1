// The words of the written form.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "check/history.h"

namespace quorate::check {

template <class T, size_t n>
using Names = std::array<std::pair<T, std::string_view>, n>;

inline constexpr Names<Action, 7> kActionNames = {{{Action::kGet, "get"},
                                                   {Action::kPut, "put"},
                                                   {Action::kDelete, "delete"},
                                                   {Action::kAdd, "add"},
                                                   {Action::kAppend, "append"},
                                                   {Action::kSetAdd, "set_add"},
                                                   {Action::kSetRemove, "set_remove"}}};
inline constexpr Names<std::string_view, 2> kModeNames = {{{"raft", "raft"}, {"quorum", "quorum"}}};
inline constexpr Names<std::string_view, 7> kPolicyNames = {{{"", ""},
                                                             {"lww", "lww"},
                                                             {"siblings", "siblings"},
                                                             {"counter", "counter"},
                                                             {"set", "set"},
                                                             {"map", "map"},
                                                             {"register", "register"}}};
inline constexpr Names<Outcome, 3> kOutcomeNames = {
    {{Outcome::kDone, "done"}, {Outcome::kFailed, "failed"}, {Outcome::kUnknown, "unknown"}}};

template <class T, size_t n>
std::string_view NameOf(const Names<T, n>& names, T value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "?";
}

template <class T, size_t n>
std::optional<T> ByName(const Names<T, n>& names, std::string_view name) {
  for (const auto& [value, known] : names) {
    if (known == name) return value;
  }
  return std::nullopt;
}

// "get, put, delete or add"
template <class T, size_t n>
std::string ListNames(const Names<T, n>& names) {
  std::string list;
  for (size_t i = 0; i < n; ++i) {
    StrAppend(&list, i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i].second);
  }
  return list;
}

}  // namespace quorate::check
