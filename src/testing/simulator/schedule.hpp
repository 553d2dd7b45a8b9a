// Schedule: what is going to happen outside of the engine, in the order of its times.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "novelo/engine.hpp"

namespace novelo::testing {

constexpr Duration milliseconds(std::uint64_t count) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(count));
}

// A provider tells something. `tries`: how often there was no room for it.
struct Telling {
  ConnectionName connection;
  ChannelEvent event;
  unsigned tries = 0;
};
// The host hears what came of an effect. Where its process has died meanwhile, nobody does.
struct Settling {
  EffectId effect;
  Settlement settlement;
  std::uint64_t process = 0;  // that handed it out
};
// A person does something.
struct Doing {
  AgentName actor;
  CommandBody body;
};
// Something happens to a call, if it is still there and stands as it stood.
struct Calling {
  std::string call;
  CallEventKind kind = CallEventKind::hung_up;
  EffectId effect;  // the verb that it answers
  int cause = 0;
};

// Somebody writes several messages at once to whoever wrote from there, shortly before it is too
// late for that, or after.
struct LastWords {
  EntryPointName entry_point;
  Address to;
};

// The business takes the data of somebody away whose matters it has brought to their end.
struct Erasing {
  ContactId contact;
};

using Pending = std::variant<Telling, Settling, Doing, Calling, LastWords, Erasing>;

class Schedule {
 public:
  void add(Timestamp at, Pending what) { pending_.emplace(at, std::move(what)); }
  std::optional<Timestamp> next() const {
    if (pending_.empty()) return std::nullopt;
    return pending_.begin()->first;
  }
  Pending take() {
    Pending first = std::move(pending_.begin()->second);
    pending_.erase(pending_.begin());
    return first;
  }

 private:
  std::multimap<Timestamp, Pending> pending_;  // of one time in the order in which they came
};

}  // namespace novelo::testing
