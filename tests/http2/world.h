// A session and who serves its calls: writes down what it is told.
#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http2/client.h"
#include "http2/session.h"

namespace quorate::http2 {

class Recorder final : public Service {
 public:
  using Events = std::vector<std::string>;

  std::shared_ptr<http2::Call> OnCall(CallId id, CallHead head) override {
    Note(id, "call " + head.path);
    heads[id] = std::move(head);
    if (on_call) on_call(id);
    return std::make_shared<Told>(*this, id);
  }

  Events of(CallId id) { return events_[id]; }
  size_t calls() const { return heads.size(); }

  std::map<CallId, CallHead> heads;
  // What is done then, if anything.
  std::function<void(CallId)> on_call;
  std::function<void(CallId, std::string_view)> on_message;
  std::function<void(CallId)> on_closed;

 private:
  class Told final : public http2::Call {
   public:
    Told(Recorder& recorder, CallId id) : recorder_(recorder), id_(id) {}
    void OnMessage(std::string_view message) override {
      const bool is_long = message.size() > 64;
      recorder_.Note(id_, "message " + (is_long ? std::to_string(message.size()) + " bytes"
                                                : std::string(message)));
      if (recorder_.on_message) recorder_.on_message(id_, message);
    }
    void OnClosed() override {
      recorder_.Note(id_, "closed");
      if (recorder_.on_closed) recorder_.on_closed(id_);
    }
    void OnLost() override { recorder_.Note(id_, "lost"); }

   private:
    Recorder& recorder_;
    const CallId id_;
  };

  void Note(CallId id, std::string what) { events_[id].push_back(std::move(what)); }

  std::map<CallId, Events> events_;
};

inline void SendText(Session& session, CallId id, std::string_view text) {
  session.SendMessage(id, text.size(),
                      [&](char* to) { std::memcpy(to, text.data(), text.size()); });
}

class World {
 public:
  explicit World(const SessionLimits& limits = {}, uint32_t client_window_bytes = 65535,
                 bool client_opens_windows = true)
      : client(client_window_bytes, client_opens_windows), session(service, limits) {}

  // Until neither has anything more to send.
  void Exchange() {
    while (true) {
      const std::string in = client.Output();
      for (size_t at = 0; at < in.size(); at += read_bytes) {
        EXPECT_TRUE(session.Feed(std::string_view(in).substr(at, read_bytes)).ok());
      }
      std::string out;
      session.TakeOutput(out);
      if (in.empty() && out.empty()) return;
      client.Input(out);
    }
  }
  // Each message of a call is its answer, too, and its end that of the call.
  void Echo() {
    service.on_message = [this](CallId id, std::string_view message) {
      SendText(session, id, message);
    };
    service.on_closed = [this](CallId id) { session.Finish(id, {}); };
  }

  Recorder service;
  Client client;
  Session session;
  size_t read_bytes = 1 << 20;  // that the session is given at a time
};

}  // namespace quorate::http2
