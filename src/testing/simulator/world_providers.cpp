// What providers, agents' desktops and other systems do with what they are given.
#include <string>
#include <utility>

#include "novelo/testing/provider.hpp"
#include "testing/simulator/world.hpp"

namespace novelo::testing {

using namespace std::chrono_literals;

void World::settle_later(EffectId effect, Settlement settlement, Duration after) {
  schedule_.add(now_ + after, Settling{effect, std::move(settlement), process_});
}

void World::carry(const Handout& handout) {
  const Effect* effect = mirror_.find(handout.id);
  if (effect == nullptr) return;  // found by the checker already
  Chance chance{seed_, handout.id.value(), handout.attempt, process_};
  switch (handout.kind) {
    case EffectKind::send: return carry_send(*effect, handout, chance);
    case EffectKind::call: return carry_call(*effect, chance);
    case EffectKind::notify: return carry_notify(handout, chance);
    case EffectKind::action: return carry_action(*effect, chance);
  }
}

void World::carry_send(const Effect& effect, const Handout& handout, Chance& chance) {
  const std::string& adapter = connections_.at(handout.connection).adapter;
  const Duration after = milliseconds(20 + chance.below(1500));
  // For some it is down for as long as anybody tries.
  if (!calm_ && Chance{seed_, effect.id.value(), 29}.percent(weather_.failures / 4)) {
    return settle_later(effect.id, TransportReply{503, {}, "{}"}, after);
  }
  if (!calm_ && chance.percent(weather_.failures)) {
    const Settlement answers[] = {Failed{"gone", "Never.", false}, Failed{"later", "Later.", true},
                                  TransportReply{503, {}, "{}"}, TransportReply{429, {}, "{}"},
                                  TransportReply{400, {}, "{}"}};
    return settle_later(effect.id, answers[chance.below(std::size(answers))], after);
  }
  add_receipts(effect, adapter, chance);
  if (!calm_ && chance.percent(weather_.silence)) {
    return settle_later(effect.id, TransportReply{0, {}, {}}, 30s);
  }
  settle_later(effect.id, friendly_reply(adapter, effect.id), after);
}

void World::add_receipts(const Effect& effect, const std::string& adapter, Chance& chance) {
  using enum DeliveryStatus;
  const EntryPointConfig* point = configuration_.entry_point(effect.entry_point);
  if (point == nullptr || chance.percent(30)) return;
  Duration after = milliseconds(chance.below(4000));  // before the answer, perhaps
  for (const DeliveryStatus status : {sent, delivered, read}) {
    Receipt receipt;
    receipt.message_id =
        effect.content.mail ? effect.content.mail->message_id : provider_id(adapter, effect.id);
    if (chance.percent(50)) receipt.effect = effect.id;
    receipt.status = status;
    receipt.at = now_ + after;
    receipt.to = point->address;
    if (!calm_ && chance.percent(weather_.lies)) {
      receipt.status = chance.one_of({accepted, failed, sent, played});
      if (receipt.status == failed) receipt.error = SendError{SendErrorClass::permanent, "1", "x"};
      if (chance.percent(30)) receipt.message_id = provider_id(adapter, EffectId(chance.next()));
      receipt.effect = {};
    }
    schedule_.add(now_ + after, Telling{point->connection, receipt});
    if (!calm_ && chance.percent(weather_.repeats)) {
      schedule_.add(now_ + after + 5s, Telling{point->connection, receipt});
    }
    if (chance.percent(25)) return;
    after += milliseconds(500 + chance.below(60'000));
    // Two that were sent one after the other may arrive the other way round.
    if (chance.percent(weather_.delays)) after = after / 2;
  }
}

void World::carry_call(const Effect& effect, Chance& chance) {
  const Duration after = milliseconds(5 + chance.below(100));
  if (!calm_ && chance.percent(weather_.failures)) {
    return settle_later(
        effect.id, chance.percent(50) ? TransportReply{503, {}, {}} : TransportReply{0, {}, {}},
        after);
  }
  const EntryPointConfig* point = configuration_.entry_point(effect.entry_point);
  const auto telephones =
      point == nullptr ? telephones_.end() : telephones_.find(point->connection);
  if (telephones == telephones_.end()) return settle_later(effect.id, Done{}, after);
  TransportReply reply = telephones->second.carry(effect, point->address, now_, schedule_);
  if (!calm_ && chance.percent(weather_.silence)) reply = TransportReply{0, {}, {}};
  settle_later(effect.id, std::move(reply), after);
}

void World::carry_notify(const Handout& handout, Chance& chance) {
  settle_later(handout.id, Done{}, milliseconds(10 + chance.below(500)));
  const auto type = handout.body.find("type");
  if (type == handout.body.end() || type->second != Value("offer")) return;
  const OfferId offer(std::stoull(handout.body.at("offer").to_text()));
  offers_[handout.agent].push_back(offer);
  const Duration after = milliseconds(500 + chance.below(15'000));
  const std::uint64_t mood = calm_ ? 0 : chance.below(100);
  if (mood < 70) {
    schedule_.add(now_ + after, Doing{handout.agent, AcceptOffer{offer}});
  } else if (mood < 80) {
    schedule_.add(now_ + after, Doing{handout.agent, RefuseOffer{offer}});
  }
  // Another sees it on the screen beside theirs.
  if (mood >= 94) schedule_.add(now_ + after, Doing{any_agent(chance), AcceptOffer{offer}});
  // Two clicks.
  if (mood < 5) schedule_.add(now_ + after, Doing{handout.agent, AcceptOffer{offer}});
}

void World::carry_action(const Effect& effect, Chance& chance) {
  const Duration after = milliseconds(50 + chance.below(6000));
  if (!calm_ && chance.percent(weather_.failures)) {
    return settle_later(effect.id, Failed{"down", "It is down.", chance.percent(50)}, after);
  }
  const bool looks_up = effect.body.contains("address");
  if (looks_up) return settle_later(effect.id, Done{look_up_answer(chance)}, after);
  Value::Map answer{{"date", Value("2026-03-16T10:00:00Z")}};
  if (chance.percent(50)) answer["price"] = Value(static_cast<std::int64_t>(chance.below(200)));
  if (chance.percent(10)) answer["price"] = Value("dear");
  settle_later(effect.id, Done{Value(std::move(answer))}, after);
}

// Nobody, or somebody of whom more or less is known there; and now and then nonsense.
Value World::look_up_answer(Chance& chance) {
  if (chance.percent(25)) return {};
  if (chance.percent(8)) return Value(Value::Map{{"nmae", Value("Ana")}});
  Value::Map answer;
  if (chance.percent(80)) {
    answer["name"] = Value(chance.one_of({"Ana Souza", "Bruno Lima", "Clara"}));
  }
  if (chance.percent(50)) {
    answer["addresses"] = Value(
        Value::List{Value("email:person" + std::to_string(chance.below(6)) + "@mail.example")});
  }
  if (chance.percent(20)) answer["locale"] = Value(chance.one_of({"pt", "en", "xx"}));
  if (chance.percent(20)) {
    answer["attributes"] = Value(Value::Map{{"tier", Value(std::string(attribute_word))}});
  }
  if (chance.percent(20)) answer["owner"] = Value(any_agent(chance).text());
  const QueueConfig* queue = chance.pick(configuration_.queues);
  if (chance.percent(20) && queue != nullptr) answer["queue"] = Value(queue->name.text());
  if (chance.percent(20)) {
    answer["priority"] = Value(static_cast<std::int64_t>(chance.below(7)) - 3);
  }
  const auto* contact = chance.pick(mirror_.contacts);
  if (chance.percent(10) && contact != nullptr) {
    answer["contact"] = Value(std::to_string(contact->second.id.value()));
  }
  return Value(std::move(answer));
}

}  // namespace novelo::testing
