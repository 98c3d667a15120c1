#include "storage/rocks_memtable.h"

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

using Pairs = std::map<std::string, std::string>;

class RocksMemtableTest : public testing::Test {
 protected:
  void Open(size_t memtable_bytes) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = memtable_bytes;
    options.max_write_buffer_number = 4;
    memtables_ = MakeHashedMemtables(memtable_bytes);
    options.memtable_factory = memtables_;
    options.allow_concurrent_memtable_write = false;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, folder_.path() + "/data", &db).ok());
    db_.reset(db);
  }

  void Write(rocksdb::WriteBatch batch) {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    ASSERT_TRUE(db_->Write(options, &batch).ok());
  }
  void Put(const std::string& key, const std::string& value) {
    rocksdb::WriteBatch batch;
    batch.Put(key, value);
    Write(std::move(batch));
  }
  static rocksdb::ReadOptions At(const rocksdb::Snapshot* snapshot) {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot;
    return read;
  }
  std::optional<std::string> Get(const std::string& key,
                                 const rocksdb::Snapshot* snapshot = nullptr) {
    std::string value;
    const rocksdb::Status status = db_->Get(At(snapshot), key, &value);
    EXPECT_TRUE(status.ok() || status.IsNotFound()) << status.ToString();
    return status.ok() ? std::optional(value) : std::nullopt;
  }
  std::unique_ptr<rocksdb::Iterator> Iterate(const rocksdb::Snapshot* snapshot = nullptr) {
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(At(snapshot)));
  }
  Pairs All(const rocksdb::Snapshot* snapshot = nullptr) {
    Pairs pairs;
    const auto at = Iterate(snapshot);
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      pairs[at->key().ToString()] = at->value().ToString();
    }
    return pairs;
  }

  TempFolder folder_;
  std::shared_ptr<HashedMemtables> memtables_;
  std::unique_ptr<rocksdb::DB> db_;
};

// A hint that must not touch what is gone; a sanitizer sees it if it does.
TEST_F(RocksMemtableTest, KeysMayBeFetchedWhateverBecameOfTheMemtable) {
  const std::vector<std::string_view> keys = {"a", "b", "", "none"};
  MakeHashedMemtables(1 << 20)->Prefetch(keys);
  Open(1 << 20);
  memtables_->Prefetch(keys);
  Put("a", "1");
  Put("b", "1");
  memtables_->Prefetch(keys);
  ASSERT_TRUE(db_->Flush({}).ok());
  memtables_->Prefetch(keys);
  EXPECT_EQ(Get("a"), "1");
  db_.reset();
  memtables_->Prefetch(keys);
}

std::string KeyOf(uint64_t number) {
  // Of lengths on either side of what is compared without the entry itself.
  return StrCat("key", number, std::string(number % 5 * 4, 'x'));
}

// One moment: what stands there and what RocksDB shows of it.
struct Moment {
  Pairs pairs;
  const rocksdb::Snapshot* snapshot = nullptr;
};

void ExpectNeighbours(rocksdb::Iterator& at, const Pairs& pairs, const std::string& key) {
  at.SeekForPrev(key);
  auto expected = pairs.upper_bound(key);
  for (int steps = 0; steps < 5; ++steps) {
    if (expected == pairs.begin()) {
      EXPECT_FALSE(at.Valid());
      break;
    }
    --expected;
    ASSERT_TRUE(at.Valid());
    EXPECT_EQ(at.key().ToString(), expected->first);
    at.Prev();
  }
  at.Seek(key);
  expected = pairs.lower_bound(key);
  for (int steps = 0; steps < 5; ++steps, ++expected) {
    if (expected == pairs.end()) {
      EXPECT_FALSE(at.Valid());
      break;
    }
    ASSERT_TRUE(at.Valid());
    EXPECT_EQ(at.key().ToString(), expected->first);
    EXPECT_EQ(at.value().ToString(), expected->second);
    at.Next();
  }
}

// Argument: bytes of a memtable, so that it is flushed often, or never.
class RocksMemtablePropertyTest : public RocksMemtableTest,
                                  public testing::WithParamInterface<size_t> {};

TEST_P(RocksMemtablePropertyTest, IsAMapAtEachMoment) {
  Open(GetParam());
  Random random(7);
  Pairs now;
  std::list<Moment> moments;
  for (int step = 0; step < 30'000; ++step) {
    const std::string key = KeyOf(random.Below(300));
    const uint64_t choice = random.Below(100);
    if (choice < 60) {
      const std::string value = StrCat("value", step, std::string(random.Below(40), 'v'));
      Put(key, value);
      now[key] = value;
    } else if (choice < 70) {
      rocksdb::WriteBatch batch;
      batch.Delete(key);
      Write(std::move(batch));
      now.erase(key);
    } else if (choice == 70) {
      const std::string end = key + "~";
      rocksdb::WriteBatch batch;
      batch.DeleteRange(key, end);
      Write(std::move(batch));
      now.erase(now.lower_bound(key), now.lower_bound(end));
    } else if (choice == 71) {
      moments.push_back({now, db_->GetSnapshot()});
    } else if (choice == 72 && moments.size() > 4) {
      const Moment& oldest = moments.front();
      EXPECT_EQ(All(oldest.snapshot), oldest.pairs);
      db_->ReleaseSnapshot(oldest.snapshot);
      moments.pop_front();
    } else if (choice < 76) {
      ExpectNeighbours(*Iterate(), now, key);
    } else {
      const auto found = now.find(key);
      EXPECT_EQ(Get(key), found == now.end() ? std::nullopt : std::optional(found->second));
      if (moments.empty()) continue;
      const Moment& moment = moments.front();
      const auto then = moment.pairs.find(key);
      EXPECT_EQ(Get(key, moment.snapshot),
                then == moment.pairs.end() ? std::nullopt : std::optional(then->second));
    }
  }
  EXPECT_EQ(All(), now);
  for (const Moment& moment : moments) db_->ReleaseSnapshot(moment.snapshot);
}

INSTANTIATE_TEST_SUITE_P(Sizes, RocksMemtablePropertyTest, testing::Values(64 << 10, 32 << 20));

TEST_F(RocksMemtableTest, FindsAllAmongManyVersionsOfOne) {
  Open(32 << 20);
  for (int key = 0; key < 100; ++key) Put(StrCat("key", key), "before");
  for (int version = 0; version < 20'000; ++version) Put("hot", StrCat(version));
  const rocksdb::Snapshot* snapshot = db_->GetSnapshot();
  for (int version = 20'000; version < 25'000; ++version) Put("hot", StrCat(version));
  EXPECT_EQ(Get("hot"), "24999");
  EXPECT_EQ(Get("hot", snapshot), "19999");
  for (int key = 0; key < 100; ++key) EXPECT_EQ(Get(StrCat("key", key)), "before");
  EXPECT_EQ(All(snapshot).size(), 101U);
  db_->ReleaseSnapshot(snapshot);
}

// A batch gives all keys the same value: whoever sees two values has seen half of one.
TEST_F(RocksMemtableTest, ReadersBesideTheWriterSeeWholeBatches) {
  Open(256 << 10);
  constexpr int kKeys = 20;
  const auto write = [&](int value) {
    rocksdb::WriteBatch batch;
    for (int key = 0; key < kKeys; ++key) batch.Put(StrCat("key", key), StrCat(value));
    Write(std::move(batch));
  };
  write(0);
  std::atomic<bool> done = false;
  const auto read_on = [&] {
    int last = 0;
    for (int reads = 0; reads < 200 || !done; ++reads) {
      const rocksdb::Snapshot* snapshot = db_->GetSnapshot();
      const Pairs pairs = All(snapshot);
      ASSERT_EQ(pairs.size(), size_t{kKeys});
      const std::string& value = pairs.begin()->second;
      for (const auto& [key, other] : pairs) {
        ASSERT_EQ(other, value);
        ASSERT_EQ(Get(key, snapshot), value);
      }
      db_->ReleaseSnapshot(snapshot);
      ASSERT_GE(std::stoi(value), last);
      last = std::stoi(value);
    }
  };
  std::thread one(read_on), another(read_on);
  for (int value = 1; value <= 5'000; ++value) write(value);
  done = true;
  one.join();
  another.join();
  EXPECT_EQ(Get("key0"), "5000");
}

TEST_F(RocksMemtableTest, TellsAboutHowMuchLiesInARange) {
  Open(32 << 20);
  for (int key = 0; key < 1'000; ++key) Put(StrCat(key < 250 ? "a" : "b", key), "value");
  const auto bytes = [&](const std::string& begin, const std::string& end) {
    const rocksdb::Range range(begin, end);
    rocksdb::SizeApproximationOptions what;
    what.include_memtables = true;
    uint64_t size = 0;
    EXPECT_TRUE(db_->GetApproximateSizes(what, db_->DefaultColumnFamily(), &range, 1, &size).ok());
    return size;
  };
  EXPECT_EQ(bytes("c", "d"), 0U);
  EXPECT_GT(bytes("a", "b"), 0U);
  EXPECT_NEAR(static_cast<double>(bytes("b", "c")), 3.0 * static_cast<double>(bytes("a", "b")),
              static_cast<double>(bytes("a", "b")) / 10);
}

}  // namespace
}  // namespace quorate
