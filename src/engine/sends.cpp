// Messages that go out: what may be said, to whom, from where, in which words.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/decide.hpp"
#include "novelo/rules/calendar.hpp"
#include "novelo/rules/channel.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

namespace {

AddressKind address_kind_of(Channel channel) {
  switch (channel) {
    case Channel::email: return AddressKind::email;
    case Channel::instagram:
    case Channel::messenger: return AddressKind::page_user;
    case Channel::web_chat: return AddressKind::visitor;
    default: return AddressKind::phone;
  }
}

// Where the contact was last reached at this entry point, else an address of theirs that fits.
std::optional<Address> address_for(Turn& turn, const ConversationRecord& conversation,
                                   const EntryPointConfig& entry_point) {
  if (const Reach* reach = find_reach(conversation, entry_point.name)) return reach->address;
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(conversation.contact));
  if (contact == nullptr) return {};
  const AddressKind kind = address_kind_of(entry_point.channel);
  const bool to_a_handset = kind == AddressKind::phone && entry_point.channel != Channel::voice;
  for (const Address& address : contact->identities) {
    if (address.kind != kind) continue;
    const LineKind line = line_kind(address);
    const bool deaf = line == LineKind::landline || line == LineKind::service;
    if (to_a_handset && deaf) continue;
    return address;
  }
  return {};
}

std::string locale_of(Turn& turn, ContactId id) {
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(id));
  return contact != nullptr && !contact->locale.empty() ? contact->locale
                                                        : turn.config().tenant.locale;
}

std::string first_word(const std::string& name) {
  return name.substr(0, name.find(' '));
}

Value::Map links_for(Turn& turn, const ConversationRecord& conversation) {
  Value::Map links;
  const EntryPointConfig* whatsapp =
      turn.config().entry_point_on(conversation.desk, Channel::whatsapp);
  if (whatsapp != nullptr) {
    const std::string number =
        whatsapp->public_address.empty() ? whatsapp->address : whatsapp->public_address;
    std::string token = join_text(turn, conversation.id);
    token.replace(0, 1, "%23");  // '#'
    links["whatsapp"] = Value(fmt::format("https://wa.me/{}?text={}", number, token));
  }
  return links;
}

// What a template may show of a case: its sendable fields, and dates as people write them.
void add_case(Turn& turn, const CaseRecord& matter, Value::Map& variables) {
  const TenantConfig& tenant = turn.config().tenant;
  const CaseTypeConfig* type = turn.config().case_type(matter.type);
  Value::Map fields;
  Value::Map dates;
  for (const auto& [name, value] : matter.fields) {
    const FieldConfig* field = type != nullptr ? type->field(name) : nullptr;
    if (field == nullptr || !field->sendable) continue;
    fields[name] = value;
    const auto at = parse_timestamp(value.to_text());
    if (field->type != "date_time" || !at) continue;
    if (const auto local = to_local(*at, tenant.zone)) {
      dates[name] = Value(spoken_date_time(*local, locale_of(turn, matter.contact)));
    }
  }
  variables["case"] = Value(Value::Map{{"protocol", Value(matter.protocol)},
                                       {"status", Value(matter.status.text())},
                                       {"fields", Value(fields)}});
  variables["fields"] = Value(std::move(fields));
  variables["dates"] = Value(std::move(dates));
}

// S0.19, S4.22: a template's words with everything filled in.
Status expand_template(Turn& turn, const ConversationRecord& conversation,
                       OutgoingMessage& message) {
  const MessageTemplate* words = turn.config().message_template(message.template_name);
  if (words == nullptr) {
    return fail({ErrorCode::not_found, "unknown_template", "there is no such template",
                 fmt::format("template {}", message.template_name.text()),
                 "name a template of the configuration"});
  }
  Value::Map variables = variables_for(turn, conversation);
  if (message.case_id) add_case(turn, turn.get(message.case_id), variables);
  for (auto& [name, value] : message.variables) variables.insert_or_assign(name, value);
  const std::string& tenant_locale = turn.config().tenant.locale;
  const std::string locale = locale_of(turn, conversation.contact);
  const Value all{std::move(variables)};
  if (const TextTemplate* text = words->text.text_for(locale, tenant_locale)) {
    message.content.text = text->expand(all);
  }
  if (const TextTemplate* subject = words->subject.text_for(locale, tenant_locale)) {
    if (!message.content.mail) message.content.mail.emplace();
    message.content.mail->subject = subject->expand(all);
  }
  message.content.media.insert(message.content.media.end(), words->attachments.begin(),
                               words->attachments.end());
  if (words->provider_name.empty()) return {};
  TemplateUse use{TemplateName(words->provider_name), locale, {}};
  for (const std::string& path : words->provider_variables) {
    use.variables.emplace_back(path, all.at_path(path).to_text());
  }
  if (words->approved) message.content.template_use = std::move(use);
  return {};
}

// Ids, subject and reply address of a mail. The Message-ID is ours, so that a reply finds its case.
void complete_mail(Turn& turn, const ConversationRecord& conversation,
                   const EntryPointConfig& entry_point, OutgoingMessage& message, EffectId effect) {
  if (!message.content.mail) message.content.mail.emplace();
  Mail& mail = *message.content.mail;
  const std::string& domain = turn.config().tenant.mail_domain;
  mail.message_id =
      fmt::format("novelo-{}.{}@{}", effect.value(), turn.token("mail", effect.value()), domain);
  mail.to.clear();
  const AuthorRole role = message.author.role;
  if (role == AuthorRole::system || role == AuthorRole::bot) mail.automatic = AutoMail::generated;
  if (message.case_id) {
    const std::size_t at = entry_point.address.find('@');
    const std::string token = turn.token("reply", effect.value());  // names this very mail
    mail.to.push_back(entry_point.address.substr(0, at) + "+" + token +
                      entry_point.address.substr(at));
  }
  // The entry that is appended next.
  Correlation correlation{conversation.id, conversation.entries + 1, message.case_id, {}, effect};
  if (message.case_id) {
    turn.tables.correlations.create(
        turn.tables.key(CorrelationKind::reply, "", std::to_string(effect.value())), correlation);
  }
  turn.tables.correlations.create(turn.tables.key(CorrelationKind::mail, "", mail.message_id),
                                  std::move(correlation));
}

Status check_content(Turn& turn, const ConversationRecord& conversation,
                     const EntryPointConfig& entry_point, const OutgoingMessage& message) {
  const Content& content = message.content;
  if (content.text.empty() && content.media.empty() && !content.template_use) {
    return fail({ErrorCode::invalid, "empty_message", "there is nothing to send", "content",
                 "give a text, media or a template"});
  }
  const DeskConfig& desk = *turn.config().desk(entry_point.desk);
  if (entry_point.channel == Channel::sms) {
    if (auto checked = check_length(content.text, desk.text_limit); !checked) return checked;
  }
  if (count_scalars(content.text) > turn.options.limits.text_scalars) {
    return fail({ErrorCode::limit, "too_long", "the text is longer than any message may be",
                 "content.text", "send less"});
  }
  const Reach* reach = find_reach(conversation, entry_point.name);
  return check_window(turn.setup->capabilities_of(entry_point),
                      reach != nullptr ? reach->last_inbound : std::nullopt, content, turn.now);
}

Result<const EntryPointConfig*> entry_point_for(const Turn& turn,
                                                const ConversationRecord& conversation,
                                                const EntryPointName& name) {
  const EntryPointConfig* entry_point = turn.config().entry_point(name);
  if (entry_point == nullptr) {
    return fail({ErrorCode::not_found, "unknown_entry_point", "there is no such entry point",
                 fmt::format("entry point {}", name.text()),
                 "name an entry point of the configuration"});
  }
  if (entry_point->desk != conversation.desk) {
    return fail(refused("other_desk", "this entry point belongs to another desk",
                        fmt::format("entry point {}", name.text()),
                        "send from an entry point of the conversation's desk"));
  }
  if (entry_point->channel == Channel::voice) {
    return fail(refused("no_text", "a telephone line carries no messages",
                        fmt::format("entry point {}", name.text()), "send on a written channel"));
  }
  return entry_point;
}

}  // namespace

Value::Map variables_for(Turn& turn, const ConversationRecord& conversation) {
  Value::Map variables;
  const TenantConfig& tenant = turn.config().tenant;
  const ContactRecord* contact = turn.tables.contacts.find(turn.tables.key(conversation.contact));
  std::string locale = tenant.locale;
  if (contact != nullptr) {
    // Attributes are internal: no text of ours can show them.
    Value::Map about{{"name", Value(contact->name)},
                     {"first_name", Value(first_word(contact->name))}};
    if (!contact->locale.empty()) locale = contact->locale;
    variables["contact"] = Value(std::move(about));
  }
  if (const AgentConfig* owner = turn.config().agent(conversation.owner)) {
    variables["owner"] = Value(Value::Map{{"name", Value(owner->display_name)},
                                          {"first_name", Value(first_word(owner->display_name))}});
  }
  if (const auto local = to_local(turn.now, tenant.zone)) {
    variables["greeting"] = Value(greeting(day_part(*local), locale));
    variables["wish"] = Value(farewell_wish(day_part(*local), locale));
  }
  variables["company"] = Value(tenant.company);
  variables["link"] = Value(links_for(turn, conversation));
  return variables;
}

Result<std::uint64_t> send_message(Turn& turn, OutgoingMessage message) {
  const ConversationRecord conversation = turn.get(message.conversation);
  auto found = entry_point_for(turn, conversation, message.entry_point);
  if (!found) return fail(found.error());
  const EntryPointConfig& entry_point = **found;
  if (turn.outbox.size() >= turn.options.limits.unsettled_effects) {
    return fail({ErrorCode::busy,
                 "outbox_full",
                 "too many effects are unsettled",
                 {},
                 "settle what was handed out, then send again"});
  }
  if (!message.to) message.to = address_for(turn, conversation, entry_point);
  if (!message.to) {
    return fail(refused("no_address", "the contact has no address for this channel",
                        fmt::format("contact {}", conversation.contact.value()),
                        "ask for one, or send on another channel"));
  }
  if (!message.template_name.empty()) {
    if (auto expanded = expand_template(turn, conversation, message); !expanded) {
      return fail(expanded.error());
    }
  }
  if (auto checked = check_content(turn, conversation, entry_point, message); !checked) {
    return fail(checked.error());
  }
  Effect effect;
  effect.id = turn.ids.take<EffectId>();
  if (entry_point.channel == Channel::email) {
    complete_mail(turn, conversation, entry_point, message, effect.id);
  }
  Entry entry;
  entry.type = EntryType::message;
  entry.direction = Direction::outbound;
  entry.author = message.author;
  entry.channel = entry_point.channel;
  entry.entry_point = entry_point.name;
  entry.case_id = message.case_id;
  entry.content = message.content;
  entry.status = DeliveryStatus::pending;
  entry.effect = effect.id;
  if (message.content.mail) entry.provider_id = message.content.mail->message_id;
  effect.kind = EffectKind::send;
  effect.entry_point = entry_point.name;
  effect.conversation = conversation.id;
  effect.entry = turn.append(conversation.id, std::move(entry)).sequence;
  effect.to = *message.to;
  effect.content = std::move(message.content);
  const Reach* reach = find_reach(conversation, entry_point.name);
  if (!effect.content.template_use) {
    effect.not_after = window_end(turn.setup->capabilities_of(entry_point),
                                  reach != nullptr ? reach->last_inbound : std::nullopt);
  }
  const std::uint64_t sequence = effect.entry;
  const bool first = turn.outcome.entry == 0;  // what arrived is the outcome, not our answer to it
  const EffectId id = turn.add_effect(std::move(effect));
  if (first) {
    turn.outcome.entry = sequence;
    turn.outcome.effect = id;
  }
  return sequence;
}

Status decide(Turn& turn, const AgentName& actor, const SendMessage& command) {
  auto conversation = turn.conversation(command.conversation);
  if (!conversation) return fail(conversation.error());
  if ((*conversation)->status == ConversationStatus::closed) {
    return fail(refused("closed", "the conversation is closed",
                        fmt::format("conversation {}", command.conversation.value()),
                        "reopen it first"));
  }
  if (command.case_id) {
    if (auto known = turn.case_of(command.case_id); !known) return fail(known.error());
  }
  OutgoingMessage message;
  message.conversation = command.conversation;
  message.entry_point = command.entry_point;
  message.content = command.content;
  message.template_name = command.template_name;
  message.variables = command.variables;
  message.case_id = command.case_id;
  message.author = turn.author(actor);
  auto sent = send_message(turn, std::move(message));
  if (!sent) return fail(sent.error());
  turn.outcome.conversation = command.conversation;
  // S4.20: once a person writes, the bot is silent.
  for (const InteractionId live : turn.get(command.conversation).live) {
    const Interaction interaction = turn.get(live);
    const bool in_flow = interaction.state == InteractionState::in_flow || interaction.session;
    if (interaction.entry_point == command.entry_point && in_flow && !actor.empty()) {
      take_over(turn, live, actor);
    }
  }
  return {};
}

}  // namespace novelo
