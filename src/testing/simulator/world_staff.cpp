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
  (void)command(SetPresence{agent, presence, presence == paused ? "coffee" : ""}, by);
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
  if (chance.percent(6)) add_media(send.content, chance);
  const CaseId* about = chance.pick(record->cases);
  const auto* any_case = chance.pick(mirror_.cases);
  if (about != nullptr && chance.percent(40)) {
    send.case_id = *about;
  } else if (any_case != nullptr && chance.percent(8)) {  // another's, as a rule
    send.case_id = any_case->second.id;
  }
  const MessageTemplate* text = chance.pick(configuration_.templates);
  if (text != nullptr && chance.percent(send.case_id ? 60 : 25)) {
    send.content = {};
    send.template_name = text->name;
    if (chance.percent(50)) send.variables["dates"] = Value(Value::Map{{"date", Value("today")}});
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
  if (chance.percent(10)) {  // another's
    for (const auto& [key, work] : mirror_.works) {
      if (work.state != WorkState::offered) continue;
      (void)command(AcceptOffer{work.offer}, any_agent(chance));
      return;
    }
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
    return open_case(*type, chance);
  }
  const CaseId id = found->second.id;
  const CaseTypeConfig* of = configuration_.case_type(found->second.type);
  const StatusConfig* status = of == nullptr ? nullptr : chance.pick(of->statuses);
  if (of != nullptr && chance.percent(20)) {  // one that asks the contact
    for (const StatusConfig& one : of->statuses) status = one.sends.empty() ? status : &one;
  }
  const ActionConfig* action = chance.pick(configuration_.actions);
  switch (chance.below(8)) {
    case 0: do_fields(found->second, chance); break;
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

void World::open_case(const CaseTypeConfig& type, Chance& chance) {
  const ConversationRecord* record = any_conversation(chance);
  if (record == nullptr) return;
  OpenCase open{record->id, type.name, {}, {}, {}};
  if (chance.percent(20)) open.category = "Visits > First";
  for (const FieldConfig& field : type.fields) {
    if (field.type == "date_time") open.fields[field.name] = Value("2026-03-12T10:30:00-03:00");
    if (field.type == "cpf" && chance.percent(80)) {
      open.fields[field.name] = Value(std::string(field_word));
    }
  }
  const auto* other = chance.pick(mirror_.cases);
  if (other != nullptr && chance.percent(10)) open.follows = other->second.id;
  for (const auto& [key, matter] : mirror_.cases) {  // one of theirs that has come to its end
    const CaseTypeConfig* of = configuration_.case_type(matter.type);
    const StatusConfig* status = of == nullptr ? nullptr : of->status(matter.status);
    const bool over = status != nullptr && status->category == StatusCategory::final;
    if (over && matter.contact == record->contact && chance.percent(50)) open.follows = matter.id;
  }
  (void)command(std::move(open), any_agent(chance));
}

void World::do_fields(const CaseRecord& matter, Chance& chance) {
  const CaseTypeConfig* type = configuration_.case_type(matter.type);
  const FieldConfig* field = type == nullptr ? nullptr : chance.pick(type->fields);
  if (field == nullptr) return;
  Value value(own_word());
  if (field->type == "number") value = Value(static_cast<std::int64_t>(chance.below(300)));
  if (field->type == "yes_no") value = Value(chance.percent(50));
  if (field->type == "cpf") value = Value(std::string(field_word));
  if (field->type == "date_time") value = Value("2026-03-17T08:00:00+01:00");
  if (chance.percent(10)) value = {};
  if (chance.percent(6)) value = Value(Value::List{Value("no such thing")});
  (void)command(SetCaseFields{matter.id, {{field->name, std::move(value)}}}, any_agent(chance));
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
    if (chance.percent(10)) create.not_before = now_ + std::chrono::hours(chance.below(72));
    if (chance.percent(15)) create.number = phone_of(chance);
    const EntryPointConfig* line = chance.pick(configuration_.entry_points);
    const bool voice = line != nullptr && line->channel == Channel::voice;
    if (voice && chance.percent(50)) create.entry_point = line->name;
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
  switch (chance.below(8)) {
    case 0:
    case 1: return upsert(chance);
    case 2: {
      const auto* of = chance.pick(telephones_);
      const bool one = of != nullptr && chance.percent(40);
      (void)command(RequestReport{one ? of->first : ConnectionName()});
      break;
    }
    case 3: return purge(chance);
    case 4: return erase(chance);
    case 6: return erase(chance);
    case 5: return chance.percent(60) ? upsert(chance) : set_wrong_clock(chance);
    default: return chance.percent(50) ? do_configuration(chance) : do_import(chance);
  }
}

const Identity* World::any_shared(Chance& chance) const {
  std::vector<const Identity*> shared;
  for (const auto& [key, identity] : mirror_.identities) {
    if (!identity.members.empty()) shared.push_back(&identity);
  }
  return shared.empty() ? nullptr : *chance.pick(shared);
}

// Two more use somebody's number, one of whom nobody knows the name. It stays with them when whose
// it was is erased, until it is said whose it is now.
void World::share_number(Chance& chance) {
  const auto* row = chance.pick(mirror_.identities);
  if (row == nullptr || row->second.address.kind != AddressKind::phone) return;
  const Identity number = row->second;
  const auto upsert = [&](std::string name, std::vector<Address> addresses) {
    (void)command(UpsertContact{std::move(name), {}, std::move(addresses), {}});
  };
  const Address own{AddressKind::phone, fmt::format("55419855{:05}", 10'000 + ++names_)};
  upsert({}, {own, number.address});
  const std::string mailbox = fmt::format("member{}@mail.example", ++names_);
  const std::vector<Address> both{{AddressKind::email, mailbox}, number.address};
  upsert("Dora", both);
  if (chance.percent(30)) return;
  end_matters_of(number.holder);
  schedule_.add(now_ + 90s, Erasing{number.holder});
  schedule_.add(now_ + 5min, Doing{{}, UpsertContact{"Dora", {}, both, {}}});
}

// Somebody, of whom the name may not be known, and whose addresses may be others' as well.
void World::upsert(Chance& chance) {
  const Address mail{AddressKind::email, fmt::format("person{}@mail.example", chance.below(6))};
  UpsertContact body{chance.one_of({"Ana Souza", "Bruno Lima", "Clara Reis", "Ana Sousa"}),
                     {},
                     {phone_of(chance), mail},
                     {}};
  if (chance.percent(20)) body.name.clear();
  if (chance.percent(60)) body.addresses.back() = phone_of(chance);
  if (chance.percent(20)) body.addresses.push_back(phone_of(chance));
  if (chance.percent(20)) body.attributes["tier"] = Value(std::string(attribute_word));
  if (chance.percent(20)) body.locale = chance.one_of({"pt-PT", "en-US", "es"});
  const auto* known = chance.pick(mirror_.contacts);
  if (known != nullptr && chance.percent(25)) body.contact = known->second.id;
  if (chance.percent(12)) return share_number(chance);
  // Whose it is, of several who share one.
  const Identity* shared = any_shared(chance);
  if (shared != nullptr && chance.percent(30)) {
    body.contact = *chance.pick(shared->members);
    body.addresses = {shared->address};
  }
  (void)command(std::move(body));
}

// From the beginning to the end, or a part in the middle.
void World::purge(Chance& chance) {
  const ConversationRecord* record = any_conversation(chance);
  if (record == nullptr) return;
  Purge body{now_ - 48h, chance.percent(50) ? record->id : ConversationId()};
  for (std::uint64_t more = chance.below(4); !findings_.any(); --more) {
    const auto purged = command(body);
    const auto next = purged ? purged->details.find("next") : Value::Map::const_iterator();
    if (!purged || next == purged->details.end() || more == 0) return;
    body.after = ConversationId(std::stoull(next->second.to_text()));
  }
}

// A host's clock stands wrong for a moment.
void World::set_wrong_clock(Chance& chance) {
  const Timestamp wrong = now_ + std::chrono::hours(37 + chance.below(100'000));
  catch_up();
  check_disbelieved(wrong);
}

namespace {

// Open all day, for an hour, or on a day that is far away.
void change_hours(nlohmann::json& document, Chance& chance) {
  if (!document.contains("hours")) return;
  const nlohmann::json hour = {{"days", {1, 2, 3, 4, 5, 6, 7}}, {"from", "15:00"}, {"to", "16:00"}};
  const nlohmann::json spans = nlohmann::json::array({{{"from", "08:00"}, {"to", "09:00"}}});
  for (auto& [name, hours] : document["hours"].items()) {
    switch (chance.below(3)) {
      case 0: hours = nlohmann::json::object(); break;
      case 1: hours["weekly"] = nlohmann::json::array({hour}); break;
      default: hours.erase("weekly"); hours["dates"] = {{"2027-12-24", spans}};
    }
  }
}

}  // namespace

// The same with somebody less, with other capacities, hours and bounds; or as it was.
void World::do_configuration(Chance& chance) {
  nlohmann::json document = nlohmann::json::parse(document_);
  nlohmann::json& agents = document["agents"];
  nlohmann::json& queues = document["queues"];
  const std::size_t agent = chance.below(agents.size());
  switch (chance.below(7)) {
    case 0: agents.erase(agent); break;
    case 1: change_hours(document, chance); break;
    case 2:
      agents[agent]["capacity"] = {{"voice", 1}, {"chat", chance.below(5)}, {"mail", 1}};
      break;
    case 3: queues[chance.below(queues.size())]["offer_timeout"] = "7s"; break;
    case 4: agents[agent].erase("device"); break;
    case 5: agents[agent].erase("skills"); break;
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
    if (chance.percent(15)) row.name.clear();
    if (chance.percent(15)) row.addresses.erase(row.addresses.begin());
    if (chance.percent(10)) row.attributes["tier"] = Value(std::string(attribute_word));
    if (chance.percent(5)) row.addresses.push_back({AddressKind::phone, "no number"});
    import.contacts.push_back(std::move(row));
  }
  (void)command(std::move(import));
}

// Somebody of whom nothing is under way; or somebody whose matters are brought to their end before.
void World::erase(Chance& chance) {
  for (int tries = 0; tries < 12; ++tries) {
    const auto* contact = chance.pick(mirror_.contacts);
    if (contact == nullptr) return;
    const Identity* shared = chance.percent(30) ? any_shared(chance) : nullptr;
    ContactId id = shared != nullptr ? shared->holder : contact->second.id;
    // Or of whom something is still about that leads back to them.
    const auto* mail = chance.percent(40) ? chance.pick(mails_) : nullptr;
    const auto* link = chance.percent(20) ? chance.pick(join_texts_) : nullptr;
    if (mail != nullptr && !mail->second.to.empty()) id = mirror_.find(mail->first)->contact;
    if (link != nullptr) id = mirror_.find(link->first)->contact;
    if (!timelines_.has_open(id) || chance.percent(2)) return erase_contact(id);
    if (chance.percent(60)) continue;
    end_matters_of(id);
    return schedule_.add(now_ + 90s, Erasing{id});
  }
}

void World::end_matters_of(ContactId id) {
  std::vector<CommandBody> left;
  for (const auto& [key, record] : mirror_.conversations) {
    if (record.contact != id || record.status == ConversationStatus::closed) continue;
    for (const InteractionId live : record.live) {
      const bool call = mirror_.find(live)->channel == Channel::voice;
      left.push_back(call ? CommandBody(HangUp{live}) : CommandBody(FinishInteraction{live}));
    }
    for (const CallbackId callback : record.callbacks) left.push_back(CancelCallback{callback});
    left.push_back(CloseConversation{record.id, "done", "said", "met"});
  }
  for (const auto& [key, matter] : mirror_.cases) {
    const CaseTypeConfig* type = configuration_.case_type(matter.type);
    if (matter.contact != id || type == nullptr) continue;
    for (const StatusConfig& status : type->statuses) {
      if (status.category != StatusCategory::resolved) continue;
      left.push_back(MarkInformed{matter.id, "protocol"});
      left.push_back(SetCaseStatus{matter.id, status.name, false});
    }
  }
  for (CommandBody& body : left) (void)command(std::move(body));
}

// It may take more than one command, and people go on meanwhile.
void World::erase_contact(ContactId id) {
  Chance chance{seed_, id.value(), names_, 43};
  for (bool done = false; !done && !findings_.any();) {
    const auto erased = command(EraseContact{id});
    if (!erased) break;
    const auto all = erased->details.find("done");
    done = all == erased->details.end() || all->second == Value(true);
    if (chance.percent(80)) come_back_by_token(id, chance);
  }
  tell_forgotten();
  write_to_erased(id);
}

void World::come_back_by_token(ContactId id, Chance& chance) {
  const auto theirs = [&](const auto& one) { return mirror_.find(one.first)->contact == id; };
  const auto link = std::find_if(join_texts_.rbegin(), join_texts_.rend(), theirs);
  const auto mail = std::find_if(mails_.rbegin(), mails_.rend(), [&](const auto& one) {
    return theirs(one) && !one.second.to.empty();
  });
  for (const EntryPointConfig& point : configuration_.entry_points) {
    InboundMessage message;
    message.id = fmt::format("t{}-{}@mail.example", number_, ++names_);
    message.at = now_;
    message.to = point.address;
    message.content.text = "It is me.";
    if (link != join_texts_.rend() && point.channel == Channel::whatsapp) {
      message.content.text = link->second;
      message.from.address = {AddressKind::phone,
                              fmt::format("55419866{:05}", 10'000 + chance.below(90'000))};
    } else if (mail != mails_.rend() && point.channel == Channel::email) {
      const Mail& ours = mail->second;
      message.from.address = {AddressKind::email, "another@mail.example"};
      message.content.mail =
          Mail{"Re:", message.id, {ours.message_id}, {}, {ours.to.front()}, AutoMail::none};
    } else {
      continue;
    }
    tell(point.connection, message);
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
  (void)command(AddNote{record.id, fmt::format("{} {}", note_word, own_word())}, record.owner);
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
