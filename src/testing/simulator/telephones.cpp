#include "testing/simulator/telephones.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace novelo::testing {
namespace {

using namespace std::chrono_literals;

TransportReply answer(int status, const char* body) {
  return {status, {{"Content-Type", "application/json"}}, body};
}

}  // namespace

CallEvent Telephones::ring(const Address& from, const std::string& to, Duration patience,
                           Timestamp now, Schedule& schedule) {
  const std::string name = fmt::format("{}-{}", connection_.text(), ++called_);
  Call& call = calls_[name];
  call.from = from.kind == AddressKind::withheld ? Address{AddressKind::withheld, name} : from;
  call.to = to;
  call.began = now;
  schedule.add(now + patience, Calling{name, CallEventKind::hung_up, {}, 16});
  CallEvent event;
  event.id = event_id();
  event.kind = CallEventKind::incoming;
  event.call = name;
  event.at = now;
  event.from.address = call.from;
  event.to = to;
  return event;
}

TransportReply Telephones::carry(const Effect& effect, const std::string& called_from,
                                 Timestamp now, Schedule& schedule) {
  const CallVerb& verb = effect.verb;
  Chance chance{seed_, effect.id.value()};
  if (!done_.insert(effect.id).second) return answer(200, R"({"ok":true})");
  if (verb.kind == CallVerbKind::report) {
    schedule.add(now + milliseconds(100 + chance.below(900)),
                 Telling{connection_, report(effect.id, now)});
    return answer(200, R"({"ok":true})");
  }
  if (verb.kind == CallVerbKind::originate) {
    originate(effect, called_from, now, chance, schedule);
    return answer(200, R"({"ok":true})");
  }
  const auto found = calls_.find(verb.call);
  if (found == calls_.end()) return answer(404, "{}");
  Call& call = found->second;
  switch (verb.kind) {
    case CallVerbKind::answer:
      if (call.state == CallState::ringing) call.state = CallState::waiting;
      break;
    case CallVerbKind::bridge: {
      devices_.insert(verb.device);
      call.state = CallState::bridging;
      call.device = verb.device;
      call.doing = {};
      const bool fails = !calm_ && chance.percent(15);
      schedule.add(now + milliseconds(500 + chance.below(6000)),
                   Calling{verb.call, fails ? CallEventKind::bridge_failed : CallEventKind::bridged,
                           effect.id, fails ? 19 : 0});
      break;
    }
    case CallVerbKind::hang_up:
      if (!calm_ && chance.percent(6)) break;  // it says that it will, and does not
      schedule.add(now + milliseconds(50 + chance.below(500)),
                   Calling{verb.call, CallEventKind::hung_up, effect.id, 16});
      break;
    default: play(effect, call, now, chance, schedule);
  }
  return answer(200, R"({"ok":true})");
}

// Says something, and perhaps listens.
void Telephones::play(const Effect& effect, Call& call, Timestamp now, Chance& chance,
                      Schedule& schedule) {
  const CallVerb& verb = effect.verb;
  if (call.state == CallState::ringing) call.state = CallState::waiting;
  call.doing = effect.id;
  if (verb.loop) return;
  CallEventKind follows = CallEventKind::played;
  if (verb.kind == CallVerbKind::gather) {
    follows = verb.speech && chance.percent(20) ? CallEventKind::speech : CallEventKind::digits;
  }
  if (verb.kind == CallVerbKind::record) follows = CallEventKind::recorded;
  const bool silent = !calm_ && chance.percent(5);  // nobody ever tells what became of it
  if (silent) return;
  schedule.add(now + milliseconds(1000 + chance.below(7000)),
               Calling{verb.call, follows, effect.id, 0});
}

void Telephones::originate(const Effect& effect, const std::string& called_from, Timestamp now,
                           Chance& chance, Schedule& schedule) {
  const CallVerb& verb = effect.verb;
  Call& call = calls_[verb.call];
  call.state = CallState::dialling;
  call.from = {AddressKind::phone, verb.to};
  call.to = called_from;
  call.device = verb.device;
  call.began = now;
  devices_.insert(verb.device);
  const Duration rings = milliseconds(2000 + chance.below(20'000));
  if (chance.percent(60)) {
    schedule.add(now + rings, Calling{verb.call, CallEventKind::answered, effect.id, 0});
    schedule.add(now + rings + 100ms, Calling{verb.call, CallEventKind::bridged, effect.id, 0});
    schedule.add(now + rings + milliseconds(5000 + chance.below(300'000)),
                 Calling{verb.call, CallEventKind::hung_up, {}, 16});
  } else {
    schedule.add(now + rings, Calling{verb.call, CallEventKind::hung_up, effect.id,
                                      chance.one_of({17, 19, 21, 18, 16})});
  }
}

bool Telephones::applies(const Calling& what, const Call& call) const {
  switch (what.kind) {
    case CallEventKind::hung_up: return true;
    case CallEventKind::answered: return call.state == CallState::dialling;
    case CallEventKind::bridged:
      return call.state == CallState::bridging || call.state == CallState::dialling ||
             call.state == CallState::waiting;
    case CallEventKind::bridge_failed: return call.state == CallState::bridging;
    default: return call.doing == what.effect;
  }
}

std::optional<CallEvent> Telephones::happen(const Calling& what, Timestamp now) {
  const auto found = calls_.find(what.call);
  if (found == calls_.end() || !applies(what, found->second)) return std::nullopt;
  Call& call = found->second;
  Chance chance{seed_, what.effect.value(), 7};
  CallEvent event;
  event.id = event_id();
  event.kind = what.kind;
  event.call = what.call;
  event.at = now;
  event.effect = what.effect;
  event.cause = what.cause;
  switch (what.kind) {
    case CallEventKind::digits:
      if (chance.percent(85)) event.digits = std::to_string(1 + chance.below(5));
      break;
    case CallEventKind::speech:
      event.text = chance.one_of({"keep waiting", "another", "mm"});
      break;
    case CallEventKind::recorded:
      event.media = Media{};
      event.media->kind = MediaKind::voice;
      event.media->ref = "rec/" + what.call;
      event.length = 12s;
      break;
    case CallEventKind::answered: call.state = CallState::waiting; break;
    case CallEventKind::bridged: call.state = CallState::talking; break;
    case CallEventKind::bridge_failed:
      call.state = CallState::waiting;
      call.device.clear();
      break;
    default: break;
  }
  if (what.kind != CallEventKind::bridged) call.doing = {};
  if (what.kind == CallEventKind::hung_up) calls_.erase(found);
  return event;
}

CallReport Telephones::report(EffectId effect, Timestamp now) {
  CallReport report;
  report.id = event_id();
  report.at = now;
  report.effect = effect;
  std::map<std::string, std::string> taken;
  for (const auto& [name, call] : calls_) {
    LiveCall one;
    one.call = name;
    one.state = call.state;
    one.at = call.began;
    one.from.address = call.from;
    one.to = call.to;
    one.doing = call.doing;
    const bool at_device = call.state == CallState::bridging || call.state == CallState::talking ||
                           call.state == CallState::dialling;
    if (at_device) one.device = call.device;
    // A device is on one call; the other one is between two states at this moment, and waits.
    const bool speaks = at_device && call.state != CallState::dialling;
    if (speaks && !taken.emplace(call.device, name).second) {
      one.state = CallState::waiting;
      one.device.clear();
    }
    report.calls.push_back(std::move(one));
  }
  for (const std::string& device : devices_) {
    const auto call = taken.find(device);
    if (call != taken.end()) {
      report.devices.push_back({device, DeviceState::busy, call->second});
    } else {
      report.devices.push_back({device, DeviceState::idle, {}});
    }
  }
  return report;
}

}  // namespace novelo::testing
