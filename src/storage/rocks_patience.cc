#include "storage/rocks_patience.h"

#include <string>
#include <utility>

#include "base/probe.h"

namespace quorate {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

template <typename Step>
IOStatus Patiently(RoomWait& room, Step step) {
  IOStatus status = step();
  while (status.IsNoSpace() && room.Pause()) {
    Reached<"storage: state waits for room on the disk">();
    status = step();
  }
  return status;
}

class PatientFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  PatientFile(std::unique_ptr<rocksdb::FSWritableFile> target, std::shared_ptr<RoomWait> room)
      : FSWritableFileOwnerWrapper(std::move(target)), room_(std::move(room)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    // At a place of its own: a try that was cut short is written over by the next.
    const auto append = [&] { return target()->PositionedAppend(data, end_, options, debug); };
    IOStatus status = tidies_up_ ? append() : Patiently(*room_, append);
    if (status.ok()) end_ += data.size();
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }

  void SetIOPriority(rocksdb::Env::IOPriority priority) override {
    tidies_up_ = priority == rocksdb::Env::IO_LOW;
    FSWritableFileOwnerWrapper::SetIOPriority(priority);
  }

 private:
  const std::shared_ptr<RoomWait> room_;
  uint64_t end_ = 0;
  bool tidies_up_ = false;
};

class PatientFiles : public rocksdb::FileSystemWrapper {
 public:
  PatientFiles(const std::shared_ptr<rocksdb::FileSystem>& target, std::shared_ptr<RoomWait> room)
      : FileSystemWrapper(target), room_(std::move(room)) {}

  const char* Name() const override { return "quorate.PatientFiles"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus made = Patiently(
        *room_, [&] { return FileSystemWrapper::NewWritableFile(name, options, file, debug); });
    if (made.ok()) *file = std::make_unique<PatientFile>(std::move(*file), room_);
    return made;
  }

 private:
  const std::shared_ptr<RoomWait> room_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> WithPatience(std::shared_ptr<rocksdb::FileSystem> target,
                                                  std::shared_ptr<RoomWait> room) {
  return std::make_shared<PatientFiles>(std::move(target), std::move(room));
}

}  // namespace quorate
