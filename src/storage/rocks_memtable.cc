#include "storage/rocks_memtable.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "base/hash.h"
#include "storage/memtable_runs.h"

namespace quorate {
namespace {

using rocksdb::MemTableRep;

constexpr size_t kBytesPerBucket = 256;
// Sorted at once while they are in the processor's cache; a scan sorts no more than these.
constexpr size_t kRunEntries = 4096;

std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Finds the versions of one key.
class Buckets {
 public:
  explicit Buckets(size_t count)
      : mask_(std::bit_ceil(count) - 1),
        // Not touched here, so what stays empty costs no memory.
        heads_(static_cast<Link*>(std::calloc(mask_ + 1, sizeof(Link))), &std::free) {
    if (heads_ == nullptr) throw std::bad_alloc();
  }

  size_t bytes() const { return (mask_ + 1) * sizeof(Link); }

  // Of what Find and Insert of these keys will touch first; nothing else is looked at, so that
  // what the heads point to may be gone.
  void Prefetch(absl::Span<const std::string_view> keys) const {
    absl::InlinedVector<const Link*, 64> heads;
    heads.reserve(keys.size());
    for (std::string_view key : keys) __builtin_prefetch(heads.emplace_back(&Head(key)));
    for (const Link* head : heads) {
      if (const MemtableEntry* entry = head->load(std::memory_order_relaxed)) {
        quorate::Prefetch(entry);
      }
    }
  }

  // The newest of the key, or nullptr.
  const MemtableEntry* Find(std::string_view key) const {
    const MemtableEntry* entry = Head(key).load(std::memory_order_acquire);
    while (entry != nullptr && entry->key().key != key) {
      entry = entry->next.load(std::memory_order_acquire);
    }
    return entry;
  }

  // Takes the place of the key's newest version. A reader that stands on that one may go on
  // from it: whatever it then misses is younger than its own snapshot.
  void Insert(MemtableEntry* entry) {
    const VersionedKey key = entry->key();
    Link* link = &Head(key.key);
    MemtableEntry* there = link->load(std::memory_order_relaxed);
    while (there != nullptr && there->key().key != key.key) {
      link = &there->next;
      there = link->load(std::memory_order_relaxed);
    }
    if (there != nullptr) {
      QUORATE_CHECK(there->key().tag < key.tag, "versions of a key are inserted by age");
      entry->older = there;
      entry->next.store(there->next.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    link->store(entry, std::memory_order_release);
  }

 private:
  using Link = std::atomic<MemtableEntry*>;
  static_assert(sizeof(Link) == sizeof(MemtableEntry*), "zeros are null pointers");

  Link& Head(std::string_view key) const { return heads_.get()[Hash64(key) & mask_]; }

  const size_t mask_;
  const std::unique_ptr<Link[], decltype(&std::free)> heads_;
};

// All versions of one key that a snapshot sees; cannot be turned to another key's.
class VersionIterator final : public MemTableRep::Iterator {
 public:
  explicit VersionIterator(const Buckets& buckets) : buckets_(buckets) {}
  // MemTableRep::Get drops it without deleting it, or not, by RocksDB's version; its bytes
  // are the thread's own.
  static void operator delete(void*) {}
  static void* operator new(size_t, void* place) { return place; }

  bool Valid() const override { return at_ != nullptr; }
  const char* key() const override { return at_->bytes(); }
  void Next() override { at_ = at_->older; }
  void Seek(const rocksdb::Slice& internal_key, const char*) override {
    const VersionedKey sought = VersionedKey::Of(ToView(internal_key));
    at_ = buckets_.Find(sought.key);
    while (at_ != nullptr && at_->key().tag > sought.tag) at_ = at_->older;
  }
  void Prev() override { Unordered(); }
  void SeekForPrev(const rocksdb::Slice&, const char*) override { Unordered(); }
  void SeekToFirst() override { Unordered(); }
  void SeekToLast() override { Unordered(); }

 private:
  void Unordered() {
    QUORATE_CHECK(false, "asked for the order of keys where only one key's versions are");
  }

  const Buckets& buckets_;
  const MemtableEntry* at_ = nullptr;
};

class Memtable;

// Takes the order as it is when it is first asked for.
class OrderedIterator : public MemTableRep::Iterator {
 public:
  explicit OrderedIterator(Memtable& memtable) : memtable_(memtable) {}

  bool Valid() const override { return cursor_ && cursor_->Valid(); }
  const char* key() const override { return cursor_->entry()->bytes(); }
  void Next() override { cursor_->Next(); }
  void Prev() override { cursor_->Previous(); }
  void Seek(const rocksdb::Slice& internal_key, const char*) override {
    cursor().ToFirstFrom(VersionedKey::Of(ToView(internal_key)));
  }
  void SeekForPrev(const rocksdb::Slice& internal_key, const char*) override {
    cursor().ToLastUpTo(VersionedKey::Of(ToView(internal_key)));
  }
  void SeekToFirst() override { cursor().ToFirst(); }
  void SeekToLast() override { cursor().ToLast(); }

 private:
  MemtableCursor& cursor();

  Memtable& memtable_;
  std::optional<MemtableCursor> cursor_;
};

// What RocksDB means to stand in an arena of its own it ends by the destructor alone, and
// that arena is not ours to allocate from. So each thread keeps the bytes of the iterator it
// ended last, whose destructor may still be running, and lets go of those before.
class LastEnded {
 public:
  ~LastEnded() { ::operator delete(bytes_); }
  void Keep(void* bytes) { ::operator delete(std::exchange(bytes_, bytes)); }

 private:
  void* bytes_ = nullptr;
};
thread_local LastEnded last_ended;

class ArenaIterator final : public OrderedIterator {
 public:
  using OrderedIterator::OrderedIterator;
  ~ArenaIterator() override { last_ended.Keep(this); }
};

class Memtable final : public MemTableRep {
 public:
  Memtable(rocksdb::Allocator* allocator, std::shared_ptr<Buckets> buckets)
      : MemTableRep(allocator),
        shared_buckets_(std::move(buckets)),
        buckets_(*shared_buckets_),
        runs_(std::make_shared<const MemtableRuns>()) {}

  rocksdb::KeyHandle Allocate(size_t bytes, char** buffer) override {
    void* place = nullptr;
    size_t room = sizeof(MemtableEntry) + bytes + alignof(MemtableEntry) - 1;
    char* raw = nullptr;
    MemTableRep::Allocate(room, &raw);
    place = raw;
    std::align(alignof(MemtableEntry), sizeof(MemtableEntry) + bytes, place, room);
    auto* entry = new (place) MemtableEntry();
    *buffer = entry->bytes();
    return entry;
  }

  void Insert(rocksdb::KeyHandle handle) override {
    auto* entry = static_cast<MemtableEntry*>(handle);
    buckets_.Insert(entry);
    entries_.store(entries_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    const size_t fresh = fresh_count_.load(std::memory_order_relaxed);
    fresh_[fresh] = SortedEntry(entry);  // now that its key is in the cache
    fresh_count_.store(fresh + 1, std::memory_order_release);
    if (fresh + 1 < kRunEntries) return;
    const absl::MutexLock lock(&mutex_);
    OrderFresh();
    ordered_ = 0;
    fresh_count_.store(0, std::memory_order_relaxed);
  }

  // Of all that has been inserted.
  std::shared_ptr<const MemtableRuns> Order() {
    const absl::MutexLock lock(&mutex_);
    OrderFresh();
    return runs_;
  }

  bool Contains(const char* key) const override {
    const VersionedKey sought = VersionedKey::OfPrefixed(key);
    const MemtableEntry* entry = buckets_.Find(sought.key);
    while (entry != nullptr && entry->key().tag > sought.tag) entry = entry->older;
    return entry != nullptr && entry->key().tag == sought.tag;
  }

  uint64_t ApproximateNumEntries(const rocksdb::Slice& begin, const rocksdb::Slice& end) override {
    const auto before = [](const SortedEntry& entry, const VersionedKey& key) {
      return entry.IsBefore(key);
    };
    const VersionedKey first = VersionedKey::Of(ToView(begin));
    const VersionedKey last = VersionedKey::Of(ToView(end));
    uint64_t entries = 0;
    for (const auto& run : *Order()) {
      const auto from = std::lower_bound(run->begin(), run->end(), first, before);
      entries += static_cast<uint64_t>(std::lower_bound(from, run->end(), last, before) - from);
    }
    return entries;
  }

  // Beside the arena's. What the order of an entry will take counts from its insertion on, for
  // a memtable that is full must not seem to grow.
  size_t ApproximateMemoryUsage() override {
    return buckets_.bytes() + entries_.load(std::memory_order_relaxed) * sizeof(SortedEntry);
  }

  Iterator* GetIterator(rocksdb::Arena* arena) override {
    if (arena == nullptr) return new OrderedIterator(*this);
    return new ArenaIterator(*this);
  }

  // What MemTableRep::Get asks, for no prefixes are in use.
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena*) override {
    alignas(VersionIterator) static thread_local std::byte place[sizeof(VersionIterator)];
    return new (place) VersionIterator(buckets_);
  }

 private:
  void OrderFresh() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const size_t count = fresh_count_.load(std::memory_order_acquire);
    if (count == ordered_) return;
    MemtableRun run = SortRun({&fresh_[ordered_], count - ordered_});
    ordered_ = count;
    runs_ = std::make_shared<const MemtableRuns>(WithRun(*runs_, std::move(run)));
  }

  const std::shared_ptr<Buckets> shared_buckets_;
  Buckets& buckets_;
  std::atomic<size_t> entries_{0};
  // What was inserted last, in that order. The one writer adds to it; from the beginning
  // only under the lock.
  const std::unique_ptr<SortedEntry[]> fresh_{new SortedEntry[kRunEntries]};
  std::atomic<size_t> fresh_count_{0};

  absl::Mutex mutex_;
  size_t ordered_ ABSL_GUARDED_BY(mutex_) = 0;  // of fresh_, are in runs_
  std::shared_ptr<const MemtableRuns> runs_ ABSL_GUARDED_BY(mutex_);
};

MemtableCursor& OrderedIterator::cursor() {
  if (!cursor_) cursor_.emplace(memtable_.Order());
  return *cursor_;
}

class Factory final : public HashedMemtables {
 public:
  explicit Factory(size_t buckets) : buckets_(buckets) {}

  const char* Name() const override { return "quorate.HashedMemtable"; }
  using MemTableRepFactory::CreateMemTableRep;
  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator&, rocksdb::Allocator* allocator,
                                 const rocksdb::SliceTransform*, rocksdb::Logger*) override {
    auto buckets = std::make_shared<Buckets>(buckets_);
    const absl::MutexLock lock(&mutex_);
    newest_ = buckets;
    return new Memtable(allocator, std::move(buckets));
  }

  void Prefetch(absl::Span<const std::string_view> keys) const override {
    if (const auto newest = Newest()) newest->Prefetch(keys);
  }

 private:
  std::shared_ptr<const Buckets> Newest() const {
    const absl::MutexLock lock(&mutex_);
    return newest_.lock();
  }

  const size_t buckets_;
  mutable absl::Mutex mutex_;
  std::weak_ptr<const Buckets> newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<HashedMemtables> MakeHashedMemtables(size_t memtable_bytes) {
  return std::make_shared<Factory>(std::max<size_t>(memtable_bytes / kBytesPerBucket, 1));
}

}  // namespace quorate
