#include "storage/engine_batch.h"

#include <algorithm>

namespace quorate {
namespace {

// Room for one small record and what goes with it; what follows grows by itself.
constexpr size_t kFirstBytes = 1024;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

EngineBatch EngineBatch::Copy() const {
  EngineBatch copy;
  for (const Step& step : steps_) {
    std::visit(Overloaded{
                   [&](const Put& put) { copy.PutKey(put.key, put.value); },
                   [&](const Delete& one) { copy.DeleteKey(one.key); },
                   [&](const DeleteRange& range) { copy.DeleteKeys(range.begin, range.end); },
               },
               step);
  }
  return copy;
}

void EngineBatch::PutKey(std::string_view key, std::string_view value) {
  steps_.emplace_back(Put{Keep(key), Keep(value)});
}

void EngineBatch::DeleteKey(std::string_view key) { steps_.emplace_back(Delete{Keep(key)}); }

void EngineBatch::DeleteKeys(std::string_view begin, std::string_view end) {
  steps_.emplace_back(DeleteRange{Keep(begin), Keep(end)});
}

EngineBatch::Room EngineBatch::PutRoom(size_t key_bytes, size_t value_bytes) {
  char* key = Allocate(key_bytes + value_bytes);
  char* value = key + key_bytes;
  steps_.emplace_back(Put{{key, key_bytes}, {value, value_bytes}});
  return {key, value};
}

char* EngineBatch::Allocate(size_t bytes) {
  if (bytes_ == nullptr) {
    bytes_ = std::make_unique<std::pmr::monotonic_buffer_resource>(kFirstBytes);
  }
  return static_cast<char*>(bytes_->allocate(bytes, 1));
}

std::string_view EngineBatch::Keep(std::string_view bytes) {
  char* kept = Allocate(bytes.size());
  std::copy(bytes.begin(), bytes.end(), kept);
  return {kept, bytes.size()};
}

}  // namespace quorate
