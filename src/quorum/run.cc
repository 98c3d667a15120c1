#include "quorum/run.h"

#include <algorithm>
#include <utility>

#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

// Two lengths and an empty record.
constexpr size_t kWriteBytesMin = 2 + kRecordBytesMin;

}  // namespace

RunWrite TakeRunWrite(std::string_view& writes) {
  Reader reader(writes);
  RunWrite write;
  write.key = reader.Sized();
  write.record = reader.Sized();
  writes = reader.left();
  return write;
}

RunBuilder::RunBuilder(const Dot& first, size_t bytes_likely) {
  run_.first = first;
  writes_.reserve(bytes_likely);
}

void RunBuilder::Add(std::string_view key, const Record& record) {
  AppendSized(key, writes_);
  AppendSizedRecord(key, record, writes_);
  ++run_.count;
  run_.last_time = std::max(run_.last_time, record.time);
  run_.mortal = run_.mortal || record.tombstone || record.expires_at_us != 0;
  run_.grows = run_.grows || !record.tombstone;
}

Run RunBuilder::Build() {
  run_.writes = Payload(std::move(writes_));
  return std::move(run_);
}

void AppendRun(const Run& run, std::string& out) {
  AppendDot(run.first, out);
  AppendVarint(run.count, out);
  AppendSized(run.writes.view(), out);
}

EncodedRun ReadEncodedRun(Reader& reader) {
  EncodedRun run;
  run.first = reader.Dot();
  run.count = reader.Count(kWriteBytesMin);
  run.writes = reader.Sized();
  return run;
}

Run TakeRun(Reader& reader) {
  const EncodedRun encoded = ReadEncodedRun(reader);
  Run run;
  run.first = encoded.first;
  run.count = encoded.count;
  Reader writes(encoded.writes);
  for (uint64_t at = 0; at < encoded.count; ++at) {
    const std::string_view key = writes.Sized();
    const absl::StatusOr<RecordView> record = ViewRecord(key, writes.Sized());
    const bool fits =
        record.ok() && record->dot &&
        (!run.whole() || (record->dot == Dot{run.first.identity, run.first.counter + at} &&
                          (at == 0 || record->time > run.last_time)));
    if (!fits) {
      reader.Spoil();
      return Run();
    }
    run.last_time = std::max(run.last_time, record->time);
    run.mortal = run.mortal || record->tombstone || record->expires_at_us != 0;
    run.grows = run.grows || !record->tombstone;
  }
  if (!writes.done() || run.empty()) reader.Spoil();
  run.writes = Payload(std::string(encoded.writes));
  return run;
}

}  // namespace quorate::quorum
