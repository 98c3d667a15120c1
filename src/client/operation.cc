#include "client/operation.h"

#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

// Takes "/number" off the end.
std::optional<uint64_t> TakeNumber(std::string_view& text) {
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  text = text.substr(0, slash);
  return number;
}

}  // namespace

std::string OperationText(const OperationId& operation) {
  return StrCat(operation.keyspace, "/", operation.partition.value(), "/", operation.writer, "/",
                operation.sequence);
}

absl::StatusOr<OperationId> ParseOperation(std::string_view text) {
  std::string_view rest = text;
  const auto sequence = TakeNumber(rest);
  const auto writer = sequence ? TakeNumber(rest) : std::nullopt;
  const auto partition = writer ? TakeNumber(rest) : std::nullopt;
  if (!partition || rest.empty() || *writer == 0 || *sequence == 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, "OPERATION_INVALID",
                     StrCat("\"", PrintableBytes(text.substr(0, 128)),
                            "\" names no operation; one looks like orders/12/3/45: keyspace, "
                            "partition, writer, sequence, as an unknown outcome tells it"));
  }
  return OperationId{std::string(rest), PartitionId(*partition), *writer, *sequence};
}

std::optional<OperationId> OperationOf(const absl::Status& status) {
  const auto details = ErrorDetailsOf(status);
  const auto found = details.find("operation");
  if (found == details.end()) return std::nullopt;
  auto operation = ParseOperation(found->second);
  if (!operation.ok()) return std::nullopt;
  return *std::move(operation);
}

}  // namespace quorate
