// A disk that lost the end of a log whose bytes were acknowledged: the rest looks like the
// log of a node that was killed a little earlier. Keyspaces of mode raft only.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/strings.h"
#include "cluster/cluster.h"
#include "storage/log_format.h"
#include "storage/log_mark.h"

namespace quorate::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kNode = 3;
constexpr int kPuts = 60;

struct Cut {
  uint64_t records;  // that are lost, from the last on
  uint64_t into;     // so many bytes of the first of them are left
};

class LostTailTest : public ::testing::Test {
 protected:
  LostTailTest() {
    cluster_.WaitReady();
    Keyspace notes = cluster_.Create(client_, "notes", 1);
    // At ALL: the node's own disk has each of them, by a record of its own.
    for (int i = 0; i < kPuts; ++i) {
      EXPECT_TRUE(notes.Put(StrCat("k", i), "v", {.level = Level::kAll}).ok());
    }
  }

  std::string folder() const { return cluster_.data_dir(kNode); }
  std::string copy() const { return folder() + "-copy"; }

  void Copy() { fs::copy(folder(), copy(), fs::copy_options::recursive); }
  void PutBack() {
    fs::remove_all(folder());
    fs::rename(copy(), folder());
  }

  // Where the records of the newest segment begin, and where the last of them ends.
  std::vector<uint64_t> Records(std::string& path) const {
    for (const auto& file : fs::directory_iterator(folder() + "/log")) {
      const bool segment = file.path().filename().string().starts_with("log-");
      if (segment) path = std::max(path, file.path().string());
    }
    const uint64_t number = std::stoull(fs::path(path).filename().string().substr(4));
    const std::string bytes = ReadFile(path);
    std::vector<uint64_t> offsets;
    uint64_t at = kFileBlockBytes;
    while (at < bytes.size()) {
      offsets.push_back(at);
      const auto record = PeekRecordBytes(bytes.substr(at, kFileBlockBytes), number);
      if (!record) break;
      at += *record;
    }
    return offsets;
  }

  void LoseEnd(Cut cut) {
    std::string path;
    const std::vector<uint64_t> records = Records(path);
    ASSERT_GT(records.size(), cut.records + 1);
    const uint64_t at = records[records.size() - 1 - cut.records] + cut.into;
    const uint64_t size = fs::file_size(path);
    fs::resize_file(path, at);
    fs::resize_file(path, size);  // zeros, as if nothing had ever been there
  }

  // The start's last words.
  void ExpectRefused(const std::string& reason) {
    cluster_.Start(kNode);
    EXPECT_NE(cluster_.process(kNode).Wait(absl::Seconds(30)), 0);
    EXPECT_THAT(cluster_.log(kNode), HasSubstr(reason));
  }

  bool SaysDisowned(int node, int count) {
    const std::string page = HttpGet(cluster_.http_port(node), "/metrics");
    return page.find(StrCat("\nquorate_peers_disowned ", count, "\n")) != std::string::npos;
  }
  bool NobodySaysDisowned() { return SaysDisowned(1, 0) && SaysDisowned(2, 0); }
  bool SomebodySaysDisowned() { return SaysDisowned(1, 1) || SaysDisowned(2, 1); }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
};

class LostTailCutTest : public LostTailTest, public ::testing::WithParamInterface<Cut> {};

TEST_P(LostTailCutTest, ANodeDoesNotStartOnItAndDoesOnItsOwnGoodDisk) {
  ASSERT_EQ(cluster_.Terminate(kNode), 0);  // so that the mark is exact
  Copy();
  LoseEnd(GetParam());
  for (int start = 0; start < 3; ++start) ExpectRefused("LOG_TAIL_LOST");
  Keyspace notes = client_.Keyspace("notes");
  EXPECT_TRUE(Eventually([&] { return notes.Put("meanwhile", "v").ok(); }));
  PutBack();
  cluster_.Start(kNode);
  cluster_.WaitReady(kNode);
  EXPECT_TRUE(Eventually([&] { return notes.Put("again", "v", {.level = Level::kAll}).ok(); }));
}

INSTANTIATE_TEST_SUITE_P(Cuts, LostTailCutTest,
                         ::testing::Values(Cut{1, 0}, Cut{20, 0}, Cut{1, 100}, Cut{7, 512}));

// A kill comes while the mark is a moment behind; or that is lost as well.
TEST_F(LostTailTest, WhatTheMarkDoesNotKnowTheOthersRemember) {
  ASSERT_TRUE(Eventually([&] { return NobodySaysDisowned(); }));
  cluster_.Kill(kNode);
  Copy();
  LoseEnd({5, 0});
  fs::remove(folder() + "/" + std::string(kLogMarkFile));
  ExpectRefused("OLD_DISK_IMAGE");
  EXPECT_THAT(cluster_.log(kNode), HasSubstr("remembers that"));
  // The first word of one of them ended it: the other may have heard nothing of it.
  EXPECT_TRUE(Eventually([&] { return SomebodySaysDisowned(); }));
  ExpectRefused("has ended on this data folder before");
}

TEST_F(LostTailTest, AKillAloneIsNotTakenForOne) {
  for (int kill = 0; kill < 3; ++kill) {
    cluster_.Kill(kNode);
    cluster_.Start(kNode);
    cluster_.WaitReady(kNode);
    Keyspace notes = client_.Keyspace("notes");
    EXPECT_TRUE(Eventually(
        [&] { return notes.Put(StrCat("again", kill), "v", {.level = Level::kAll}).ok(); }));
  }
}

}  // namespace
}  // namespace quorate::testing
