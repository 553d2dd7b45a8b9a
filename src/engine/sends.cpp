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

// S2.9: what nobody knows is asked for before anything is promised, and never sent as a gap.
Error missing_variable(const TemplateName& name, std::string_view path) {
  return refused("missing_variable",
                 fmt::format("the template \"{}\" has nothing for {{{}}}", name.text(), path),
                 fmt::format("variables.{}", path),
                 fmt::format("give it with the message, complete what it is taken from, or write "
                             "{{{}|...}} in the template",
                             path));
}

// The registered template at the provider. A provider takes no empty variable: what the text says
// for a missing one stands there too.
Result<TemplateUse> fill_provider_template(const MessageTemplate& words, const TextTemplate& text,
                                           std::string locale, const Value& all) {
  TemplateUse use{TemplateName(words.provider_name), std::move(locale), {}};
  for (const std::string& path : words.provider_variables) {
    std::string value = all.at_path(path).to_text();
    const std::string* fallback = text.fallback(path);
    if (value.empty() && fallback != nullptr) value = *fallback;
    if (value.empty()) return fail(missing_variable(words.name, path));
    use.variables.emplace_back(path, std::move(value));
  }
  return use;
}

Value template_variables(Turn& turn, const ConversationRecord& conversation,
                         const OutgoingMessage& message) {
  Value::Map variables = variables_for(turn, conversation);
  if (message.case_id) add_case(turn, turn.get(message.case_id), variables);
  for (const auto& [name, value] : message.variables) variables.insert_or_assign(name, value);
  return Value(std::move(variables));
}

// S0.19, S4.22: a template's words with everything filled in, as this channel is able to carry it.
Status expand_template(Turn& turn, const ConversationRecord& conversation,
                       const EntryPointConfig& at, OutgoingMessage& message) {
  const MessageTemplate* words = turn.config().message_template(message.template_name);
  if (words == nullptr) {
    return fail({ErrorCode::not_found, "unknown_template", "there is no such template",
                 fmt::format("template {}", message.template_name.text()),
                 "name a template of the configuration"});
  }
  const Capabilities& able = turn.setup->capabilities_of(at);
  const Value all = template_variables(turn, conversation, message);
  const std::string& tenant_locale = turn.config().tenant.locale;
  const std::string locale = locale_of(turn, conversation.contact);
  const auto fill = [&](const LocalizedText& localized, std::string& into) -> Status {
    const TextTemplate* text = localized.text_for(locale, tenant_locale);
    if (text == nullptr) return {};
    const std::string_view missing = text->missing(all);
    if (!missing.empty()) return fail(missing_variable(words->name, missing));
    into = text->expand(all);
    return {};
  };
  if (auto filled = fill(words->text, message.content.text); !filled) return filled;
  if (able.subject) {
    if (!message.content.mail) message.content.mail.emplace();
    if (auto filled = fill(words->subject, message.content.mail->subject); !filled) return filled;
  }
  if (able.templates && words->approved) {
    auto use = fill_provider_template(*words, *words->text.text_for(locale, tenant_locale),
                                      words->text.locale_for(locale, tenant_locale), all);
    if (!use) return fail(use.error());
    message.content.template_use = std::move(*use);
  }
  message.content.media.insert(message.content.media.end(), words->attachments.begin(),
                               words->attachments.end());
  return {};
}

// The newest mail that the contact wrote here, when this one goes to where it came from.
const Mail* mail_answered(Turn& turn, const ConversationRecord& conversation,
                          const OutgoingMessage& message) {
  const Reach* reach = find_reach(conversation, message.entry_point);
  if (reach == nullptr || reach->last_mail == 0 || reach->address != *message.to) return nullptr;
  const std::string key = turn.tables.key(conversation.id, reach->last_mail);
  const Entry* last = turn.tables.entries.find(key);
  return last != nullptr && last->content.mail ? &*last->content.mail : nullptr;
}

// RFC 5322, 3.6.5: "Re: " stands there once.
std::string answer_to(const std::string& subject) {
  const bool marked = subject.size() >= 3 && (subject[0] == 'R' || subject[0] == 'r') &&
                      (subject[1] == 'E' || subject[1] == 'e') && subject[2] == ':';
  return marked || subject.empty() ? subject : "Re: " + subject;
}

// RFC 5322, 3.6.4: what is answered, and the thread before it. Whoever says what is answered, and
// it is another mail, means it.
void thread_mail(const Mail& answered, const std::string& reply_to, Mail& mail) {
  if (mail.subject.empty()) mail.subject = answer_to(answered.subject);
  const std::string& id = answered.message_id;
  const bool another = (!reply_to.empty() && reply_to != id) ||
                       (!mail.in_reply_to.empty() && mail.in_reply_to != std::vector{id});
  if (another || id.empty() || !mail.references.empty()) return;
  mail.in_reply_to = {id};
  mail.references = answered.references;
  if (mail.references.empty() && answered.in_reply_to.size() == 1) {
    mail.references = answered.in_reply_to;
  }
  mail.references.push_back(id);
}

// Of a long thread its first mail and the newest ones are named.
void shorten_thread(std::vector<std::string>& references, std::size_t most) {
  if (references.size() <= most) return;
  const auto surplus = static_cast<std::ptrdiff_t>(references.size() - most);
  const auto second = references.begin() + (most > 1 ? 1 : 0);
  references.erase(second, second + surplus);
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
  if (const Mail* answered = mail_answered(turn, conversation, message)) {
    thread_mail(*answered, message.content.reply_to, mail);
  }
  shorten_thread(mail.references, turn.options.limits.mail_references);
  shorten_thread(mail.in_reply_to, turn.options.limits.mail_references);
  if (message.case_id) {
    const std::size_t at = entry_point.address.find('@');
    const std::string token = turn.token("reply", effect.value());  // names this very mail
    mail.to.push_back(entry_point.address.substr(0, at) + "+" + token +
                      entry_point.address.substr(at));
  }
}

// A reply to the entry that is appended next finds it, and its case.
void expect_reply(Turn& turn, const ConversationRecord& conversation,
                  const OutgoingMessage& message, EffectId effect) {
  Correlation correlation{conversation.id, conversation.entries + 1, message.case_id, {}, effect};
  if (message.case_id) {
    turn.tables.correlations.create(
        turn.tables.key(CorrelationKind::reply, "", std::to_string(effect.value())),
        Correlation(correlation));
  }
  turn.tables.correlations.create(
      turn.tables.key(CorrelationKind::mail, "", message.content.mail->message_id),
      std::move(correlation));
}

// What the channel cannot carry is refused now, not when it is handed out.
Status check_encodable(const Turn& turn, const EntryPointConfig& entry_point,
                       const OutgoingMessage& message, EffectId effect) {
  const Capabilities& able = turn.setup->capabilities_of(entry_point);
  const OutboundMessage outbound{effect, entry_point.address, *message.to,
                                 render(message.content, able).content, turn.now};
  auto encoded = turn.setup->adapters.at(entry_point.connection)
                     ->encode(outbound, turn.setup->connections.at(entry_point.connection));
  if (!encoded) return fail(encoded.error());
  return {};
}

// A case's fields may stand in the message: it is the contact's own.
Status check_case(Turn& turn, const ConversationRecord& conversation, CaseId id) {
  if (!id) return {};
  auto known = turn.case_of(id);
  if (!known) return fail(known.error());
  const auto& here = conversation.cases;
  const bool touched = std::find(here.begin(), here.end(), id) != here.end();
  if (touched || (*known)->contact == conversation.contact) return {};
  return fail(refused("other_contact", "the case is another contact's",
                      fmt::format("case {}", id.value()),
                      "write in a conversation of the case's contact"));
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
  return check_window(turn.setup->capabilities_of(entry_point),
                      last_heard(conversation, entry_point.name, *message.to), content, turn.now);
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

// To whom it goes, unless that is said.
Status find_recipient(Turn& turn, const ConversationRecord& conversation,
                      const EntryPointConfig& entry_point, OutgoingMessage& message) {
  if (auto there = check_not_erased(turn, conversation.contact); !there) return there;
  if (!message.to) message.to = address_for(turn, conversation, entry_point);
  if (message.to) return {};
  return fail(refused("no_address", "the contact has no address for this channel",
                      fmt::format("contact {}", conversation.contact.value()),
                      "ask for one, or send on another channel"));
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
    const DayPart part = day_part(*local, locale);
    variables["greeting"] = Value(greeting(part, locale));
    variables["Greeting"] = Value(greeting(part, locale, Letter::capital));
    variables["wish"] = Value(farewell_wish(part, locale));
    variables["Wish"] = Value(farewell_wish(part, locale, Letter::capital));
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
  if (auto known = find_recipient(turn, conversation, entry_point, message); !known) {
    return fail(known.error());
  }
  if (!message.template_name.empty()) {
    if (auto expanded = expand_template(turn, conversation, entry_point, message); !expanded) {
      return fail(expanded.error());
    }
  }
  if (auto checked = check_content(turn, conversation, entry_point, message); !checked) {
    return fail(checked.error());
  }
  Effect effect;
  effect.id = turn.ids.take<EffectId>();
  const bool by_mail = entry_point.channel == Channel::email;
  if (by_mail) complete_mail(turn, conversation, entry_point, message, effect.id);
  if (auto able = check_encodable(turn, entry_point, message, effect.id); !able) {
    return fail(able.error());
  }
  if (by_mail) expect_reply(turn, conversation, message, effect.id);
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
  remember_answered(turn, conversation.id, entry_point.name);
  remember_written(turn, entry_point, effect.to, conversation.id);
  effect.content = std::move(message.content);
  if (!effect.content.template_use) {
    effect.not_after = window_end(turn.setup->capabilities_of(entry_point),
                                  last_heard(conversation, entry_point.name, effect.to));
  }
  const std::uint64_t sequence = effect.entry;
  // What arrived is the outcome, not our answer to it, nor what others are told meanwhile.
  const bool first = turn.outcome.entry == 0 && turn.outcome.conversation == conversation.id;
  const EffectId id = turn.add_effect(std::move(effect));
  if (first) {
    turn.outcome.entry = sequence;
    turn.outcome.effect = id;
  }
  return sequence;
}

Status send_or_tell(Turn& turn, OutgoingMessage message) {
  const ConversationId conversation = message.conversation;
  Author author = message.author;
  const auto sent = send_message(turn, std::move(message));
  if (sent) return {};
  turn.note_event(conversation, EventKind::send_refused,
                  {{"reason", Value(sent.error().reason)},
                   {"message", Value(sent.error().message)},
                   {"subject", Value(sent.error().subject)}},
                  std::move(author));
  return fail(sent.error());
}

Status decide(Turn& turn, const AgentName& actor, const SendMessage& command) {
  auto conversation = turn.conversation(command.conversation);
  if (!conversation) return fail(conversation.error());
  if (auto open = check_not_closed(**conversation); !open) return open;
  if (auto checked = check_case(turn, **conversation, command.case_id); !checked) return checked;
  if (command.content.template_use) {
    return fail(refused("not_configured", "only templates of the configuration are sent",
                        "content.template_use", "name one as the message's template"));
  }
  OutgoingMessage message;
  message.conversation = command.conversation;
  message.entry_point = command.entry_point;
  message.content = command.content;
  message.template_name = command.template_name;
  message.variables = command.variables;
  message.case_id = command.case_id;
  message.author = turn.author(actor);
  turn.outcome.conversation = command.conversation;
  auto sent = send_message(turn, std::move(message));
  if (!sent) return fail(sent.error());
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
