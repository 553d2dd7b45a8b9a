// Telephones: a telephone system with its calls and devices. It does what verbs say, and tells what
// happens, as docs/voice-protocol.md has it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "novelo/config/configuration.hpp"
#include "testing/simulator/chance.hpp"
#include "testing/simulator/schedule.hpp"

namespace novelo::testing {

class Telephones {
 public:
  Telephones(ConnectionName connection, std::uint64_t seed)
      : connection_(std::move(connection)), seed_(seed) {}

  const ConnectionName& connection() const { return connection_; }
  // Somebody calls; the event that tells it. `patience`: how long they stay at most.
  CallEvent ring(const Address& from, const std::string& to, Duration patience, Timestamp now,
                 Schedule& schedule);
  // A verb came; the answer to it. What follows is put on the schedule.
  TransportReply carry(const Effect& verb, const std::string& called_from, Timestamp now,
                       Schedule& schedule);
  // It happens now, unless the call is over or has moved on.
  std::optional<CallEvent> happen(const Calling& what, Timestamp now);
  // All that is alive. `effect`: the verb that asked.
  CallReport report(EffectId effect, Timestamp now);
  // Every call ends, as when the power fails.
  void lose_calls() { calls_.clear(); }
  bool has(const std::string& call) const { return calls_.contains(call); }
  // From here on everything goes well: devices answer, and nobody stays for ever.
  void calm() { calm_ = true; }

 private:
  struct Call {
    CallState state = CallState::ringing;
    Address from;
    std::string to;
    std::string device;
    Timestamp began{};
    EffectId doing;
  };
  std::string event_id() { return "e" + std::to_string(++events_); }
  void play(const Effect& verb, Call& call, Timestamp now, Chance& chance, Schedule& schedule);
  void originate(const Effect& verb, const std::string& called_from, Timestamp now, Chance& chance,
                 Schedule& schedule);
  bool applies(const Calling& what, const Call& call) const;

  ConnectionName connection_;
  std::uint64_t seed_;
  std::uint64_t events_ = 0;
  std::uint64_t called_ = 0;
  bool calm_ = false;
  std::map<std::string, Call> calls_;
  std::set<std::string> devices_;  // that were rung
  std::set<EffectId> done_;        // verbs: one that comes again is answered as before
};

}  // namespace novelo::testing
