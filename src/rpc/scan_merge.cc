#include "rpc/scan_merge.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace quorate::rpc {
namespace {

// Up to where every partition has told all it has; nullopt: to the end.
std::optional<std::string> KnownUpTo(const std::vector<kv::Page>& pages) {
  std::optional<std::string> known;
  for (const kv::Page& page : pages) {
    if (!page.more) continue;
    const std::string last = page.records.empty() ? std::string() : page.records.back().key;
    if (!known || last < *known) known = last;
  }
  return known;
}

struct Head {
  size_t page;
  size_t record;
};

}  // namespace

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

std::optional<kv::Range> ScanRange(std::string_view start, std::string_view end,
                                   std::string_view prefix,
                                   const std::optional<std::string>& last_key) {
  kv::Range range;
  // The key right behind another is that with a zero byte appended.
  range.start = last_key ? *last_key + '\0' : std::string(start);
  if (range.start < prefix) range.start = std::string(prefix);
  range.end = PrefixEnd(prefix);
  if (!end.empty() && (range.end.empty() || end < range.end)) range.end = std::string(end);
  if (!range.end.empty() && range.start >= range.end) return std::nullopt;
  return range;
}

ScanBounds ShareOf(const ScanBounds& bounds, size_t partitions) {
  if (partitions <= 1) return bounds;
  constexpr uint32_t kSlack = 16;
  const auto share = static_cast<uint32_t>(bounds.limit / partitions);
  return {std::min(bounds.limit, share + share / 4 + kSlack),
          std::max<uint64_t>(1, bounds.bytes_max / partitions)};
}

kv::Page MergePages(std::vector<kv::Page> pages, const ScanBounds& bounds) {
  const std::optional<std::string> known = KnownUpTo(pages);
  const auto later = [&pages](const Head& a, const Head& b) {
    return pages[a.page].records[a.record].key > pages[b.page].records[b.record].key;
  };
  std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
  for (size_t i = 0; i < pages.size(); ++i) {
    if (!pages[i].records.empty()) heads.push({i, 0});
  }
  kv::Page merged;
  uint64_t bytes = 0;
  while (!heads.empty() && merged.records.size() < bounds.limit &&
         (bytes < bounds.bytes_max || merged.records.empty())) {
    const Head head = heads.top();
    kv::Record& record = pages[head.page].records[head.record];
    if (known && record.key > *known) break;
    heads.pop();
    bytes += kv::BytesOf(record);
    merged.records.push_back(std::move(record));
    if (head.record + 1 < pages[head.page].records.size()) {
      heads.push({head.page, head.record + 1});
    }
  }
  merged.more = known.has_value() || !heads.empty();
  return merged;
}

}  // namespace quorate::rpc
