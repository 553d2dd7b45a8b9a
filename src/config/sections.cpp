#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "config/forms.hpp"
#include "model/enum_names.hpp"
#include "novelo/model/work.hpp"

namespace novelo::config {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Duration day = hours(24);
constexpr std::size_t longest_setting = 2048;
constexpr int most_capacity = 100;
constexpr int best_level = 10;

constexpr EnumNames<UnknownSend, 2> unknown_sends{
    {{UnknownSend::resend, "resend"}, {UnknownSend::hold, "hold"}}};

// The words of the router's WaitReason, which stands above this module.
constexpr std::array<std::string_view, 5> wait_reasons{
    "agents_busy", "nobody_available", "nobody_eligible", "preferred_busy", "preferred_offline"};

std::optional<UnknownSend> parse_unknown_send(std::string_view text) {
  return value_of(unknown_sends, text);
}

std::optional<Channel> parse_used_channel(std::string_view text) {
  const std::optional<Channel> channel = parse_channel(text);
  return channel == Channel::none ? std::nullopt : channel;
}

std::optional<AuthorRole> parse_agent_role(std::string_view text) {
  const std::optional<AuthorRole> role = parse_author_role(text);
  return role == AuthorRole::agent || role == AuthorRole::staff ? role : std::nullopt;
}

template <class N>
std::vector<N> to_names(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::vector<std::string> read_lines(ObjectReader& reader, std::string_view key) {
  std::vector<std::string> lines;
  for (const ObjectReader::Node& node : reader.items(key)) {
    lines.push_back(text_of(node, reader.fault(), 256));
    if (lines.back().empty())
      reader.fault().note(node.path, "empty_text", "This must not be empty.");
  }
  return lines;
}

// Minutes of a day from "08:00" or "24:00"; nothing for what is no such time.
std::optional<int> minutes_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !is_digits(text.substr(0, 2)) ||
      !is_digits(text.substr(3))) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  const int minutes = hour * 60 + minute;
  return minute < 60 && minutes <= 24 * 60 ? std::optional<int>(minutes) : std::nullopt;
}

OpeningHours::Span read_span(ObjectReader& reader) {
  OpeningHours::Span span;
  const auto read = [&reader](std::string_view key) {
    const std::string text = reader.line(key, Need::required, longest_setting);
    const std::optional<int> minutes = minutes_of(text);
    if (!minutes) {
      reader.blame(key, "bad_form", "This must be a time of day, \"00:00\" to \"24:00\".");
    }
    return minutes.value_or(0);
  };
  span.from_minute = read("from");
  span.to_minute = read("to");
  if (span.to_minute <= span.from_minute) {
    reader.blame("to", "out_of_range", "This must be later than \"from\".",
                 "Write hours past midnight as two spans, one of each day.");
  }
  return span;
}

void read_week(ObjectReader& reader, OpeningHours& hours) {
  for (ObjectReader::Node& node : reader.items("weekly")) {
    ObjectReader spans(std::move(node), reader.fault());
    std::array<bool, 8> seen{};
    const std::vector<ObjectReader::Node> days = spans.items("days", Need::required);
    if (days.empty()) spans.blame("days", "empty_list", "This must name at least one day.");
    const OpeningHours::Span span = read_span(spans);
    for (const ObjectReader::Node& weekday : days) {
      const auto number = static_cast<std::size_t>(integer_of(weekday, reader.fault(), 1, 7));
      if (std::exchange(seen[number], true)) {
        reader.fault().note(weekday.path, "repeated_name", "This day is there twice.");
      }
      hours.spans.push_back(span);
      hours.spans.back().weekday = static_cast<int>(number);
    }
    spans.finish();
  }
}

void read_dates(ObjectReader& reader, OpeningHours& hours) {
  constexpr std::string_view wanted = "This must be a date such as \"2026-12-24\".";
  for (const ObjectReader::Node& node : reader.items("holidays")) {
    hours.holidays.push_back(text_of(node, reader.fault(), longest_setting));
    if (!is_date(hours.holidays.back())) {
      reader.fault().note(node.path, "bad_form", std::string(wanted));
    }
  }
  for (const ObjectReader::Node& node : reader.members("dates")) {
    if (!is_date(node.key)) reader.fault().note(node.path, "bad_form", std::string(wanted));
    const auto spans =
        ObjectReader::objects_of(items_of(node, reader.fault()), reader.fault(), read_span);
    if (spans.empty()) hours.holidays.push_back(node.key);
    for (const OpeningHours::Span& span : spans) {
      hours.spans.push_back(span);
      hours.spans.back().date = node.key;
    }
  }
  std::sort(hours.holidays.begin(), hours.holidays.end());
  const auto last = std::unique(hours.holidays.begin(), hours.holidays.end());
  hours.holidays.erase(last, hours.holidays.end());
}

void check_zone_at(ObjectReader& reader, std::string_view key, const std::string& zone) {
  if (const Status status = check_zone(zone); !status) {
    reader.blame(key, "unknown_zone", "The time zone database has no such zone.",
                 "Write an IANA name such as \"America/Sao_Paulo\".");
  }
}

// Compiles one text at its place in the document.
TextTemplate compile_at(const std::string& text, const std::string& path, Fault& fault) {
  Result<TextTemplate> made = TextTemplate::compile(text);
  if (made) return std::move(*made);
  fault.note(path, made.error());
  return {};
}

// `form` says what a text may hold: a subject is one line, a message may have several.
LocalizedText read_localized(ObjectReader& reader, std::string_view key, Need need,
                             const TenantConfig& tenant, std::size_t most, bool one_line) {
  LocalizedText made;
  const auto add = [&](const std::string& locale, const ObjectReader::Node& node) {
    const std::string text = prose_of(node, reader.fault(), Need::required, most);
    if (one_line && !is_line(text)) {
      reader.fault().note(node.path, "bad_text", "This must be one line.");
    }
    made.by_locale.emplace(locale, compile_at(text, node.path, reader.fault()));
  };
  const std::optional<ObjectReader::Node> node = reader.node(key, need);
  if (!node) return made;
  if (node->form != nullptr) {
    const config::Json text{{"type", "string"}, {"minLength", 1}, {"maxLength", most}};
    (*node->form)["anyOf"] = config::Json::array(
        {text, {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", text}}});
    return made;
  }
  if (node->json->is_string()) {
    add(tenant.locale, *node);
    return made;
  }
  if (!node->json->is_object()) {
    reader.blame(key, "wrong_type", "This must be a text, or an object of texts by locale.");
    return made;
  }
  for (const ObjectReader::Node& text : reader.members(key)) {
    if (!is_locale(text.key)) {
      reader.fault().note(text.path, "bad_locale", "This must be a locale such as \"pt-BR\".");
    }
    add(text.key, text);
  }
  if (made.text_for(tenant.locale, tenant.locale) == nullptr) {
    reader.blame(key, "missing_locale",
                 fmt::format("There is no text in the tenant's locale, {}.", tenant.locale));
  }
  return made;
}

Media read_attachment(ObjectReader& reader) {
  Media media;
  media.kind = reader.word<MediaKind>("kind", parse_media_kind,
                                      "image, audio, voice, video, document, sticker, contact",
                                      MediaKind::document);
  media.mime = reader.line("mime", Need::optional);
  media.name = reader.line("name", Need::optional);
  media.ref = reader.line("ref", Need::required, longest_setting);
  media.size = static_cast<std::uint64_t>(
      reader.integer("size", 0, 0, std::numeric_limits<std::int64_t>::max()));
  return media;
}

}  // namespace

TenantConfig read_tenant(ObjectReader& reader) {
  TenantConfig tenant;
  tenant.company = reader.line("company", Need::required);
  const std::string locale =
      reader.line("locale", Need::optional, is_locale, "a locale such as \"pt-BR\"");
  if (!locale.empty()) tenant.locale = locale;
  const std::string zone = reader.line("zone", Need::optional);
  if (!zone.empty()) tenant.zone = zone;
  check_zone_at(reader, "zone", tenant.zone);
  constexpr std::string_view a_url = "a URL that begins with https:// or http://";
  tenant.mail_domain = reader.line("mail_domain", Need::optional, is_host,
                                   "a host name in lower case, such as \"example.org\"");
  tenant.survey_url = reader.line("survey_url", Need::optional, is_url, a_url);
  tenant.conversation_url = reader.line("conversation_url", Need::optional, is_url, a_url);
  return tenant;
}

HoursByName read_hours(ObjectReader& document, const TenantConfig& tenant) {
  HoursByName made;
  for (ObjectReader::Node& node : document.members("hours")) {
    const std::string name = node.key;
    const std::string path = node.path;
    if (!is_name(name)) {
      document.fault().note(path, "bad_name",
                            "A name is 1 to 64 characters of a-z, 0-9, '_', '.' and '-'.");
    }
    ObjectReader reader(std::move(node), document.fault());
    OpeningHours hours;
    const std::string zone = reader.line("zone", Need::optional);
    hours.zone = zone.empty() ? tenant.zone : zone;
    check_zone_at(reader, "zone", hours.zone);
    read_week(reader, hours);
    read_dates(reader, hours);
    reader.finish();
    if (const Status status = check(hours); !status) document.fault().note(path, status.error());
    made.emplace(name, std::move(hours));
  }
  return made;
}

Connection read_connection(ObjectReader& reader) {
  Connection connection;
  connection.name = ConnectionName(reader.name("name", Need::required));
  connection.adapter = reader.name("adapter", Need::required);
  connection.path = reader.line("path", Need::optional, is_url_path,
                                "a path that begins with '/', without query and spaces");
  for (const ObjectReader::Node& node : reader.members("settings")) {
    connection.settings.emplace(node.key, text_of(node, reader.fault(), longest_setting));
  }
  return connection;
}

std::vector<std::string> read_secret_names(ObjectReader& reader) {
  return reader.names("secrets");
}

EntryPointConfig read_entry_point(ObjectReader& reader, const HoursByName& hours_by_name) {
  EntryPointConfig point;
  point.name = EntryPointName(reader.name("name", Need::required));
  point.channel = reader.word<Channel>(
      "channel", parse_used_channel, "voice, sms, whatsapp, instagram, messenger, email, web_chat");
  point.connection = ConnectionName(reader.name("connection", Need::required));
  point.address = reader.line("address", Need::required);
  point.public_address = reader.line("public_address", Need::optional);
  point.also = read_lines(reader, "also");
  point.desk = DeskName(reader.name("desk", Need::required));
  point.queue = QueueName(reader.name("queue", Need::required));
  point.flow = FlowName(reader.name("flow", Need::optional));
  point.dial_plan.country = reader.line(
      "country", Need::optional,
      [](std::string_view text) { return is_digits(text) && text.size() <= 3 && text[0] != '0'; },
      "a calling code of 1 to 3 digits, such as \"55\"");
  point.dial_plan.area = reader.line(
      "area", Need::optional,
      [](std::string_view text) { return is_digits(text) && text.size() <= 5 && text[0] != '0'; },
      "an area code of 1 to 5 digits without the leading 0, such as \"41\"");
  if (point.dial_plan.country.empty() && !point.dial_plan.area.empty()) {
    reader.blame("country", "missing_key", "An area code needs a country.");
  }
  const std::string hours = reader.name("hours", Need::optional);
  if (const auto found = hours_by_name.find(hours); found != hours_by_name.end()) {
    point.hours = found->second;
  } else if (!hours.empty()) {
    reader.blame("hours", "unknown_name", fmt::format("There are no hours \"{}\".", hours));
  }
  point.unknown_send = reader.word<UnknownSend>("unknown_send", parse_unknown_send, "resend, hold",
                                                UnknownSend::resend);
  point.fallback = reader.line("fallback", Need::optional);
  if (!point.fallback.empty() && point.channel != Channel::voice) {
    reader.blame("fallback", "not_applicable", "Only a voice entry point has a fallback route.");
  }
  return point;
}

DeskConfig read_desk(ObjectReader& reader, const Limits& limits) {
  DeskConfig desk;
  desk.name = DeskName(reader.name("name", Need::required));
  desk.reopen = reader.duration("reopen", desk.reopen, {Duration{}, 3660 * day});
  desk.affinity = reader.duration("affinity", desk.affinity, {Duration{}, 3660 * day});
  if (desk.affinity < desk.reopen) {
    reader.blame("affinity", "out_of_range", "This must not be shorter than \"reopen\".");
  }
  desk.owner_wait = reader.duration("owner_wait", desk.owner_wait, {Duration{}, day});
  desk.text_limit = static_cast<std::size_t>(
      reader.integer("text_limit", static_cast<std::int64_t>(desk.text_limit), 1,
                     static_cast<std::int64_t>(limits.text_scalars)));
  desk.waiting_text = reader.prose("waiting_text", Need::optional, limits.text_scalars);
  return desk;
}

QueueConfig read_queue(ObjectReader& reader) {
  QueueConfig queue;
  queue.name = QueueName(reader.name("name", Need::required));
  queue.skills = to_names<SkillName>(reader.names("skills"));
  if (queue.skills.size() > most_skills_of_work) {
    reader.blame("skills", "too_many",
                 fmt::format("At most {} skills can be asked for.", most_skills_of_work));
  }
  queue.ageing = reader.duration("ageing", queue.ageing, {seconds(1), day});
  queue.offer_timeout = reader.duration("offer_timeout", queue.offer_timeout, {seconds(1), day});
  queue.wrap_up = reader.duration("wrap_up", queue.wrap_up, {Duration{}, day});
  queue.missed_offers =
      static_cast<int>(reader.integer("missed_offers", queue.missed_offers, 0, most_missed_offers));
  queue.waiting_flow = FlowName(reader.name("waiting_flow", Need::optional));
  queue.waiting_when = reader.names("waiting_when");
  for (std::size_t at = 0; at < queue.waiting_when.size(); ++at) {
    if (std::find(wait_reasons.begin(), wait_reasons.end(), queue.waiting_when[at]) ==
        wait_reasons.end()) {
      reader.fault().note(path_to_item(reader.path("waiting_when"), at), "unknown_word",
                          "This is no reason to wait.",
                          fmt::format("Write one of {}.", fmt::join(wait_reasons, ", ")));
    }
  }
  if (queue.waiting_flow.empty() != queue.waiting_when.empty()) {
    reader.blame(queue.waiting_flow.empty() ? "waiting_flow" : "waiting_when", "missing_key",
                 "\"waiting_flow\" and \"waiting_when\" need each other.");
  }
  return queue;
}

AgentConfig read_agent(ObjectReader& reader) {
  AgentConfig agent;
  agent.name = AgentName(reader.name("name", Need::required));
  agent.display_name = reader.line("display_name", Need::optional);
  if (agent.display_name.empty()) agent.display_name = agent.name.text();
  agent.role = reader.word<AuthorRole>("role", parse_agent_role, "agent, staff", AuthorRole::agent);
  agent.supervisor = reader.flag("supervisor", false);
  agent.queues = to_names<QueueName>(reader.names("queues"));
  for (const ObjectReader::Node& node : reader.members("skills")) {
    if (!is_name(node.key)) {
      reader.fault().note(node.path, "bad_name",
                          "A name is 1 to 64 characters of a-z, 0-9, '_', '.' and '-'.");
    }
    agent.skills.emplace(node.key, integer_of(node, reader.fault(), 1, best_level));
  }
  agent.capacity = {
      {WorkClass::voice, 1}, {WorkClass::chat, 3}, {WorkClass::mail, 5}, {WorkClass::item, 5}};
  if (reader.has("capacity")) {
    for (auto& [work_class, capacity] : agent.capacity) capacity = 0;
  }
  for (const ObjectReader::Node& node : reader.members("capacity")) {
    if (node.form != nullptr) integer_of(node, reader.fault(), 0, most_capacity);
    const std::optional<WorkClass> work_class = parse_work_class(node.key);
    if (!work_class) {
      reader.fault().note(node.path, "unknown_key", "There is no such class of work.",
                          "Write one of voice, chat, mail, item.");
    } else {
      agent.capacity[*work_class] =
          static_cast<int>(integer_of(node, reader.fault(), 0, most_capacity));
    }
  }
  agent.device = reader.line("device", Need::optional);
  agent.email = reader.line("email", Need::optional, is_mail_address, "a mail address");
  return agent;
}

MessageTemplate read_template(ObjectReader& reader, const TenantConfig& tenant,
                              const Limits& limits) {
  constexpr std::size_t longest_subject = 998;  // RFC 5322, one line
  MessageTemplate made;
  made.name = TemplateName(reader.name("name", Need::required));
  made.subject = read_localized(reader, "subject", Need::optional, tenant, longest_subject, true);
  made.text = read_localized(reader, "text", Need::required, tenant, limits.text_scalars, false);
  made.attachments = reader.objects("attachments", read_attachment);
  if (made.attachments.size() > limits.media_per_message) {
    reader.blame("attachments", "too_many",
                 fmt::format("A message has at most {}.", limits.media_per_message));
  }
  made.provider_name = reader.line("provider_name", Need::optional);
  made.approved = reader.flag("approved", false);
  for (const ObjectReader::Node& node : reader.items("provider_variables")) {
    made.provider_variables.push_back(text_of(node, reader.fault(), 256));
    if (!is_variable_path(made.provider_variables.back())) {
      reader.fault().note(node.path, "bad_path", "This is no path into the variables.");
    }
  }
  if (made.provider_name.empty() && (made.approved || !made.provider_variables.empty())) {
    reader.blame("provider_name", "missing_key",
                 "Only a template with a name at the provider is approved or has variables there.");
  }
  return made;
}

ActionConfig read_action(ObjectReader& reader) {
  ActionConfig action;
  action.name = reader.name("name", Need::required);
  action.parameters = reader.names("parameters");
  for (std::size_t at = 0; at < action.parameters.size(); ++at) {
    if (is_field_name(action.parameters[at])) continue;
    reader.fault().note(path_to_item(reader.path("parameters"), at), "bad_name",
                        "A parameter is read by paths: a letter first, and no '.'.");
  }
  for (const ObjectReader::Node& node : reader.members("sets")) {
    const std::string path = text_of(node, reader.fault(), 256);
    if (!is_variable_path(path)) {
      reader.fault().note(node.path, "bad_path", "This is no path into the variables.");
    }
    action.sets.emplace(node.key, path);
  }
  action.supersedes_mails = reader.flag("supersedes_mails", false);
  return action;
}

SurveyConfig read_survey(ObjectReader& reader) {
  constexpr int highest = 100;
  SurveyConfig survey;
  survey.name = reader.name("name", Need::required);
  survey.low = static_cast<int>(reader.integer("low", survey.low, 0, highest));
  survey.high = static_cast<int>(reader.integer("high", survey.high, 0, highest));
  if (survey.high <= survey.low) {
    reader.blame("high", "out_of_range", "This must be more than \"low\".");
  }
  survey.message = TemplateName(reader.name("message", Need::required));
  survey.sends_from = EntryPointName(reader.name("sends_from", Need::required));
  survey.period = reader.duration("period", survey.period, {seconds(1), 366 * day});
  survey.thanks = TemplateName(reader.name("thanks", Need::optional));
  return survey;
}

CallbackConfig read_callbacks(ObjectReader& reader, const Limits& limits) {
  CallbackConfig callbacks;
  callbacks.attempts = static_cast<std::size_t>(
      reader.integer("attempts", static_cast<std::int64_t>(callbacks.attempts), 1,
                     static_cast<std::int64_t>(limits.callback_attempts)));
  callbacks.retry = reader.duration("retry", callbacks.retry, {seconds(1), 30 * day});
  callbacks.agent_bound =
      reader.duration("agent_bound", callbacks.agent_bound, {Duration{}, 366 * day});
  return callbacks;
}

void read_flows(ObjectReader& document, Configuration& configuration) {
  for (const ObjectReader::Node& node : document.items("flows")) {
    ObjectReader reader(node, document.fault());  // the rest of it is FlowEngine::load's to check
    configuration.flow_names.emplace_back(reader.name("flow", Need::required));
    if (node.form != nullptr) continue;
    configuration.flows.push_back(node.json->dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

}  // namespace novelo::config
