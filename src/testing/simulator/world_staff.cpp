// What agents, the business's systems and the host do, and what goes wrong around the engine.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "testing/simulator/world.hpp"

namespace novelo::testing {

using namespace std::chrono_literals;

AgentName World::any_agent(Chance& chance) const {
  const AgentConfig* agent = chance.pick(configuration_.agents);
  return agent == nullptr ? AgentName() : agent->name;
}

// A recent one, as a rule.
const ConversationRecord* World::any_conversation(Chance& chance) const {
  if (conversations_.empty()) return nullptr;
  const std::size_t recent = std::min<std::size_t>(conversations_.size(), 20);
  const std::size_t back =
      chance.percent(85) ? chance.below(recent) : chance.below(conversations_.size());
  return mirror_.find(conversations_[conversations_.size() - 1 - back]);
}

void World::do_staff(Chance& chance) {
  const std::uint64_t what = chance.below(100);
  if (what < 14) return do_presence(chance);
  if (what < 38) return do_conversation(chance);
  if (what < 52) return do_message(chance);
  if (what < 66) return do_interaction(chance);
  if (what < 78) return do_case(chance);
  if (what < 86) return do_callback(chance);
  if (what < 90) return do_telephones(chance);
  if (what < 94) return do_repeat(chance);
  do_system(chance);
}

void World::do_presence(Chance& chance) {
  using enum Presence;
  const AgentName agent = any_agent(chance);
  const AgentName by = chance.percent(90) ? agent : any_agent(chance);
  if (chance.percent(8)) {
    (void)command(SetOtherCall{agent, chance.percent(50)}, by);
    return;
  }
  const Presence presence = chance.one_of({available, available, available, paused, offline});
  (void)command(SetPresence{agent, presence, {}}, by);
}

void World::do_conversation(Chance& chance) {
  const ConversationRecord* record = any_conversation(chance);
  if (record == nullptr) return;
  const ConversationId id = record->id;
  const ContactId contact = record->contact;
  const AgentName agent =
      record->owner.empty() || chance.percent(30) ? any_agent(chance) : record->owner;
  switch (chance.below(11)) {
    case 0:
    case 1:
    case 2:
    case 3: (void)command(CloseConversation{id, "reason", "said", "met"}, agent); break;
    case 4: (void)command(ReopenConversation{id}, agent); break;
    case 5: (void)command(ClaimConversation{id}, agent); break;
    case 6: (void)command(ReassignConversation{id, any_agent(chance)}, agent); break;
    case 7: (void)command(AddNote{id, fmt::format("{} {}", note_word, own_word())}, agent); break;
    case 8: (void)command(ViewConversation{id}, agent); break;
    case 9: {
      const auto* other = chance.pick(mirror_.contacts);
      (void)command(ChooseContact{id, other == nullptr ? contact : other->second.id}, agent);
      break;
    }
    default:
      if (const SurveyConfig* survey = chance.pick(configuration_.surveys)) {
        (void)command(SendSurvey{id, survey->name}, agent);
      }
  }
}

void World::do_message(Chance& chance) {
  const ConversationRecord* record = any_conversation(chance);
  if (record == nullptr) return;
  SendMessage send;
  send.conversation = record->id;
  const Reach* reach = chance.pick(record->reaches);
  const EntryPointConfig* point = chance.pick(configuration_.entry_points);
  if (reach != nullptr && chance.percent(80)) {
    send.entry_point = reach->entry_point;
  } else if (point != nullptr) {
    send.entry_point = point->name;
  }
  send.content.text = "We look into it. " + own_word();
  const MessageTemplate* text = chance.pick(configuration_.templates);
  if (text != nullptr && chance.percent(25)) {
    send.content = {};
    send.template_name = text->name;
  }
  const AgentName agent =
      record->owner.empty() || chance.percent(30) ? any_agent(chance) : record->owner;
  (void)command(std::move(send), agent);
}

void World::do_interaction(Chance& chance) {
  const ConversationRecord* record = any_conversation(chance);
  if (chance.percent(15)) {
    for (const auto& [key, effect] : mirror_.effects) {
      if (!effect.held) continue;
      using enum SendResolution;
      const SendResolution resolution = chance.one_of({send_again, was_sent, give_up});
      (void)command(ResolveSend{effect.id, resolution}, any_agent(chance));
      return;
    }
  }
  const auto& offers = offers_[any_agent(chance)];
  if (chance.percent(10) && !offers.empty()) {  // an old offer too
    (void)command(AcceptOffer{*chance.pick(offers)}, any_agent(chance));
    return;
  }
  const auto* work = chance.pick(mirror_.works);
  if (chance.percent(10) && work != nullptr && work->second.offer) {  // another's
    (void)command(AcceptOffer{work->second.offer}, any_agent(chance));
    return;
  }
  const InteractionId* live = record == nullptr ? nullptr : chance.pick(record->live);
  if (live == nullptr) return;
  const InteractionId id = *live;
  const Interaction* interaction = mirror_.find(id);
  const AgentName agent = interaction == nullptr || interaction->agent.empty() || chance.percent(25)
                              ? any_agent(chance)
                              : interaction->agent;
  switch (chance.below(4)) {
    case 0:
    case 1: (void)command(FinishInteraction{id}, agent); break;
    case 2: (void)command(EndWrapUp{id}, agent); break;
    default: (void)command(HangUp{id}, agent);
  }
}

void World::do_case(Chance& chance) {
  const auto* found = chance.pick(mirror_.cases);
  const AgentName agent = any_agent(chance);
  const CaseTypeConfig* type = chance.pick(configuration_.case_types);
  if (type == nullptr) return;
  if (found == nullptr || chance.percent(25)) {
    const ConversationRecord* record = any_conversation(chance);
    if (record == nullptr) return;
    OpenCase open{record->id, type->name, {}, {}, {}};
    for (const FieldConfig& field : type->fields) {
      if (field.type == "date_time") open.fields[field.name] = Value("2026-03-12T10:30:00-03:00");
    }
    (void)command(std::move(open), agent);
    return;
  }
  const CaseId id = found->second.id;
  const CaseTypeConfig* of = configuration_.case_type(found->second.type);
  const StatusConfig* status = of == nullptr ? nullptr : chance.pick(of->statuses);
  const ActionConfig* action = chance.pick(configuration_.actions);
  switch (chance.below(8)) {
    case 0: (void)command(SetCaseFields{id, {{"about", Value(own_word())}}}, agent); break;
    case 1: (void)command(VerifyReply{id, chance.percent(30)}, agent); break;
    case 2: (void)command(MarkInformed{id, "protocol"}, agent); break;
    case 3:
      if (action != nullptr) {
        RunAction run{id, action->name, {}};
        for (const std::string& name : action->parameters) run.parameters[name] = Value("x");
        (void)command(std::move(run), agent);
      }
      break;
    default:
      if (status != nullptr) {
        (void)command(SetCaseStatus{id, status->name, chance.percent(20)}, agent);
      }
  }
}

void World::do_callback(Chance& chance) {
  const auto* found = chance.pick(mirror_.callbacks);
  const AgentName agent = any_agent(chance);
  if (found == nullptr || chance.percent(35)) {
    const ConversationRecord* record = any_conversation(chance);
    if (record == nullptr) return;
    CreateCallback create;
    create.conversation = record->id;
    if (chance.percent(50)) create.agent = agent;
    if (chance.percent(40)) create.not_before = now_ + std::chrono::minutes(chance.below(120));
    (void)command(std::move(create), agent);
    return;
  }
  const CallbackId id = found->second.id;
  using enum AttemptResult;
  switch (chance.below(4)) {
    case 0: (void)command(CancelCallback{id}, agent); break;
    case 1:
      (void)command(RecordAttempt{id, chance.one_of({reached, no_answer, third_party, dropped})},
                    agent);
      break;
    default: (void)command(PlaceCallback{id}, agent);
  }
}

// What telephone systems do by themselves.
void World::do_telephones(Chance& chance) {
  auto* found = chance.pick(telephones_);
  if (found == nullptr) return;
  Telephones& telephones = found->second;
  const ConnectionName connection = found->first;
  if (chance.percent(40)) {
    const AgentConfig* agent = chance.pick(configuration_.agents);
    if (agent == nullptr || agent->device.empty()) return;
    using enum DeviceState;
    DeviceEvent told{fmt::format("d{}", ++names_), now_, {agent->device, idle, {}}};
    if (!calm_ && chance.percent(30)) told.device.state = chance.one_of({busy, unreachable});
    return emit(connection, told);
  }
  if (chance.percent(30)) {  // it has started anew, without its calls perhaps
    if (chance.percent(50)) telephones.lose_calls();
    return emit(connection, SystemStarted{fmt::format("s{}", ++names_), now_});
  }
  emit(connection, telephones.report({}, now_));
}

// Whoever got no answer asks again; whoever makes a mistake gives another thing the same name.
void World::do_repeat(Chance& chance) {
  if (chance.percent(50) && !heard_.empty()) {
    const auto [connection, event] = *chance.pick(heard_);
    return tell(connection, event);
  }
  if (given_.empty()) return;
  const auto [command, before] = *chance.pick(given_);
  if (chance.percent(30)) {
    Command other = command;
    other.body = AddNote{ConversationId(1), "another content"};
    const Result<Outcome> result = submit(other);
    const bool told = !result && (!before || result.error().code == ErrorCode::conflict);
    return findings_.check(told || !before, "I05", "an id was taken with another content");
  }
  const Result<Outcome> result = submit(command);
  if (!before) return;  // a refusal is no result: it may be decided otherwise now
  const bool same = result && result->repeated && result->conversation == before->conversation &&
                    result->case_id == before->case_id && result->entry == before->entry &&
                    result->effect == before->effect && result->callback == before->callback &&
                    result->contact == before->contact && result->details == before->details;
  findings_.check(same, "I05", "a command that came again has another result");
}

void World::do_system(Chance& chance) {
  const ConversationRecord* record = any_conversation(chance);
  switch (chance.below(6)) {
    case 0:
    case 1: {
      const Address mail{AddressKind::email, fmt::format("person{}@mail.example", chance.below(6))};
      const std::string name =
          chance.one_of({"Ana Souza", "Bruno Lima", "Clara Reis", "Ana Sousa"});
      UpsertContact upsert{name, {}, {phone_of(chance), mail}, {}};
      if (chance.percent(60)) upsert.addresses.back() = phone_of(chance);
      (void)command(std::move(upsert));
      break;
    }
    case 2: (void)command(RequestReport{}); break;
    case 3:
      if (record != nullptr)
        (void)command(Purge{now_ - 48h, chance.percent(50) ? record->id : ConversationId()});
      break;
    case 4: return erase(chance);
    default: return chance.percent(50) ? do_configuration(chance) : do_import(chance);
  }
}

// The same with somebody less, with other capacities and bounds; or as it was.
void World::do_configuration(Chance& chance) {
  nlohmann::json document = nlohmann::json::parse(document_);
  nlohmann::json& agents = document["agents"];
  nlohmann::json& queues = document["queues"];
  const std::size_t agent = chance.below(agents.size());
  switch (chance.below(5)) {
    case 0: agents.erase(agent); break;
    case 1:
      agents[agent]["capacity"] = {{"voice", 1}, {"chat", chance.below(5)}, {"mail", 1}};
      break;
    case 2: queues[chance.below(queues.size())]["offer_timeout"] = "7s"; break;
    case 3: agents[agent].erase("device"); break;
    default: break;
  }
  (void)command(LoadConfiguration{document.dump()});
}

void World::do_import(Chance& chance) {
  ImportContacts import;
  for (std::uint64_t rows = 1 + chance.below(4); rows > 0; --rows) {
    ContactRow row;
    const std::uint64_t number = chance.below(15);
    row.name = fmt::format("Person {}", number);
    row.addresses = {{AddressKind::external, fmt::format("crm-{}", number)}, phone_of(chance)};
    import.contacts.push_back(std::move(row));
  }
  (void)command(std::move(import));
}

// Somebody of whom nothing is under way, as a rule; it may take more than one command.
void World::erase(Chance& chance) {
  for (int tries = 0; tries < 12; ++tries) {
    const auto* contact = chance.pick(mirror_.contacts);
    if (contact == nullptr) return;
    const ContactId id = contact->second.id;
    if (timelines_.has_open(id) && !chance.percent(5)) continue;
    (void)command(EraseContact{id});
    tell_forgotten();
    return write_to_erased(id);
  }
}

// A provider that never got an answer tells what was erased meanwhile.
void World::tell_forgotten() {
  const auto found = std::find_if(heard_.rbegin(), heard_.rend(), [&](const auto& one) {
    const auto* message = std::get_if<InboundMessage>(&one.second);
    const EntryPointConfig* point =
        message == nullptr ? nullptr : configuration_.entry_point_at(one.first, message->to);
    return point != nullptr && belongings_.is_forgotten(point->name, message->id);
  });
  if (found == heard_.rend()) return;
  const auto [connection, event] = *found;
  tell(connection, event);
}

// Somebody who has not heard of it takes the conversation up again.
void World::write_to_erased(ContactId id) {
  const auto theirs = [&](ConversationId one) { return mirror_.find(one)->contact == id; };
  const auto found = std::find_if(conversations_.rbegin(), conversations_.rend(), theirs);
  if (found == conversations_.rend()) return;
  const ConversationRecord record = *mirror_.find(*found);
  (void)command(ReopenConversation{record.id}, record.owner);
  SendMessage send;
  send.conversation = record.id;
  for (const EntryPointConfig& point : configuration_.entry_points) {
    if (point.desk == record.desk && point.channel == Channel::sms) send.entry_point = point.name;
  }
  send.content.text = "Are you there?";
  (void)command(std::move(send), record.owner);
}

void World::do_fault(Chance& chance) {
  if (calm_) return;
  if (chance.percent(weather_.restarts)) restart(chance.percent(50));
  if (chance.percent(weather_.crashes)) {
    if (observer_) return restart(true);
    store_.plan(chance.one_of({DiskFault::dies, DiskFault::dies_after}), chance.below(12));
  } else if (chance.percent(weather_.disk)) {
    if (observer_) return restart(true);
    store_.plan(chance.one_of({DiskFault::full, DiskFault::unreadable}), chance.below(6));
  }
}

}  // namespace novelo::testing
