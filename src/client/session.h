// What one user has seen, so that its reads never go back in time: read your
// writes, monotonic reads, over nodes, reconnects and processes.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace quorate {

namespace client {
class SessionState;
}

// Made by Client::NewSession or ResumeSession; passed in ReadOptions and
// WriteOptions. A cheap handle: copies are the same session. Thread-safe.
class Session {
 public:
  explicit Session(std::shared_ptr<client::SessionState> state) : state_(std::move(state)) {}

  // What it has seen so far, for ResumeSession in any process. Bytes, not text.
  std::string token() const;

  client::SessionState& state() const { return *state_; }

 private:
  std::shared_ptr<client::SessionState> state_;
};

}  // namespace quorate
