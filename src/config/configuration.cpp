#include "novelo/config/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/check.hpp"
#include "config/describe.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"

namespace novelo {
namespace {

using config::Fault;
using config::HoursByName;
using config::Need;
using config::ObjectReader;

template <class T, class Index, class Key>
const T* find_in(const std::vector<T>& list, const Index& index, const Key& key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : &list[found->second];
}

tl::unexpected<Error> repeated(std::string path, std::string_view reason,
                               std::string_view message) {
  return fail({ErrorCode::invalid, std::string(reason), std::string(message), std::move(path), ""});
}

// The places of a list's names; fails at the first name that is there twice.
template <class T, class Places, class NameOf>
Status index_names(const std::vector<T>& list, std::string_view path, Places& places,
                   NameOf name_of) {
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (places.emplace(name_of(list[at]), at).second) continue;
    return repeated(fmt::format("{}[{}].name", path, at), "repeated_name",
                    "This name is there twice.");
  }
  return {};
}

constexpr auto name_of = [](const auto& item) { return item.name; };

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

using TextsByLocale = decltype(LocalizedText::by_locale);

// "pt-PT", then "pt".
TextsByLocale::const_iterator closest(const TextsByLocale& texts, std::string_view locale) {
  while (!locale.empty()) {
    const auto found = texts.find(locale);
    if (found != texts.end()) return found;
    const std::size_t hyphen = locale.rfind('-');
    locale = hyphen == std::string_view::npos ? std::string_view() : locale.substr(0, hyphen);
  }
  return texts.end();
}

TextsByLocale::const_iterator closest(const TextsByLocale& texts, std::string_view locale,
                                      std::string_view tenant_locale) {
  const auto found = closest(texts, locale);
  return found != texts.end() ? found : closest(texts, tenant_locale);
}

void read_connections(ObjectReader& document, Configuration& made) {
  made.connections = document.objects("connections", [&made](ObjectReader& reader) {
    Connection connection = config::read_connection(reader);
    made.secret_names[connection.name] = config::read_secret_names(reader);
    return connection;
  });
}

// An adapter that is told several recipients has to know which of them is ours.
void tell_addresses(Configuration& made) {
  for (const EntryPointConfig& point : made.entry_points) {
    for (Connection& connection : made.connections) {
      if (connection.name != point.connection) continue;
      std::vector<std::string>& known = connection.addresses;
      known.push_back(point.address);
      known.insert(known.end(), point.also.begin(), point.also.end());
    }
  }
}

void read_all(ObjectReader& document, const Limits& limits, Configuration& made) {
  const auto read_with_limits = [&limits](auto read) {
    return [&limits, read](ObjectReader& reader) { return read(reader, limits); };
  };
  document.object("tenant", Need::required,
                  [&](ObjectReader& reader) { made.tenant = config::read_tenant(reader); });
  const HoursByName hours = config::read_hours(document, made.tenant);
  read_connections(document, made);
  made.entry_points = document.objects("entry_points", [&hours](ObjectReader& reader) {
    return config::read_entry_point(reader, hours);
  });
  tell_addresses(made);
  made.desks = document.objects("desks", read_with_limits(config::read_desk));
  made.queues = document.objects("queues", config::read_queue);
  made.agents = document.objects("agents", config::read_agent);
  made.templates = document.objects("templates", [&](ObjectReader& reader) {
    return config::read_template(reader, made.tenant, limits);
  });
  made.case_types = document.objects("case_types", read_with_limits(config::read_case_type));
  made.actions = document.objects("actions", config::read_action);
  made.surveys = document.objects("surveys", config::read_survey);
  document.object("callbacks", Need::optional, [&](ObjectReader& reader) {
    made.callbacks = config::read_callbacks(reader, limits);
  });
  config::read_flows(document, made);
  document.finish();
}

}  // namespace

const TextTemplate* LocalizedText::text_for(std::string_view locale,
                                            std::string_view tenant_locale) const {
  const auto found = closest(by_locale, locale, tenant_locale);
  return found != by_locale.end() ? &found->second : nullptr;
}

std::string LocalizedText::locale_for(std::string_view locale,
                                      std::string_view tenant_locale) const {
  const auto found = closest(by_locale, locale, tenant_locale);
  return found != by_locale.end() ? found->first : std::string();
}

const FieldConfig* CaseTypeConfig::field(std::string_view name_of_field) const {
  return find_in(fields, field_places, name_of_field);
}

const StatusConfig* CaseTypeConfig::status(const CaseStatusName& name_of_status) const {
  return find_in(statuses, status_places, name_of_status);
}

Result<Configuration> Configuration::parse(std::string_view json, const Limits& limits) {
  if (json.size() > limits.configuration_bytes) {
    return fail({ErrorCode::limit, "too_long",
                 fmt::format("A configuration has at most {} bytes.", limits.configuration_bytes),
                 "document", ""});
  }
  Result<config::Json> document = config::read_document(json, limits.json_depth);
  if (!document) return fail(document.error());
  const config::TakenApart at_the_end(*document);
  Fault fault;
  Configuration made;
  ObjectReader reader({&*document, "", "", nullptr}, fault);
  read_all(reader, limits, made);
  if (fault.error()) return fail(*fault.error());
  if (const Status status = made.build_index(); !status) return fail(status.error());
  if (const Status status = config::check_references(made); !status) return fail(status.error());
  return made;
}

config::Json config::describe_document(const Limits& limits) {
  Json form = Json::object();
  Fault fault;  // harmless values may not fit each other
  Configuration nothing;
  ObjectReader reader({nullptr, "", "", &form}, fault);
  read_all(reader, limits, nothing);
  return form;
}

Status Configuration::build_index() {
  if (Status status = index_connections(); !status) return status;
  if (Status status = index_entry_points(); !status) return status;
  if (Status status = index_names(desks, "desks", index_.desks, name_of); !status) return status;
  if (Status status = index_names(queues, "queues", index_.queues, name_of); !status) return status;
  if (Status status = index_agents(); !status) return status;
  if (Status status = index_names(templates, "templates", index_.templates, name_of); !status) {
    return status;
  }
  if (Status status = index_names(case_types, "case_types", index_.case_types, name_of); !status) {
    return status;
  }
  if (Status status = index_names(actions, "actions", index_.actions, name_of); !status) {
    return status;
  }
  if (Status status = index_names(surveys, "surveys", index_.surveys, name_of); !status) {
    return status;
  }
  for (std::size_t at = 0; at < flow_names.size(); ++at) {
    if (index_.flows.insert(flow_names[at]).second) continue;
    return repeated(fmt::format("flows[{}].flow", at), "repeated_name",
                    "This name is there twice.");
  }
  return {};
}

Status Configuration::index_connections() {
  Status status = index_names(connections, "connections", index_.connections, name_of);
  if (!status) return status;
  for (std::size_t at = 0; at < connections.size(); ++at) {
    const std::string& path = connections[at].path;
    if (path.empty() || index_.paths.emplace(path, at).second) continue;
    return repeated(fmt::format("connections[{}].path", at), "repeated_path",
                    "Another connection has this path: nobody could say whose a request is.");
  }
  return {};
}

Status Configuration::index_entry_points() {
  Status status = index_names(entry_points, "entry_points", index_.entry_points, name_of);
  if (!status) return status;
  for (std::size_t at = 0; at < entry_points.size(); ++at) {
    const EntryPointConfig& point = entry_points[at];
    const bool mail = point.channel == Channel::email;
    auto& places = (mail ? index_.mailboxes : index_.addresses)[point.connection];
    const auto add = [&](const std::string& address) {
      return places.emplace(mail ? lower_case(address) : address, at).second;
    };
    constexpr std::string_view message =
        "This address is there twice on its connection: nobody could say whose a message is.";
    const std::string path = fmt::format("entry_points[{}]", at);
    if (!add(point.address)) return repeated(path + ".address", "repeated_address", message);
    for (std::size_t i = 0; i < point.also.size(); ++i) {
      if (!add(point.also[i])) {
        return repeated(fmt::format("{}.also[{}]", path, i), "repeated_address", message);
      }
    }
    index_.channels.emplace(std::pair(point.desk, point.channel), at);  // the first stays
  }
  return {};
}

Status Configuration::index_agents() {
  Status status = index_names(agents, "agents", index_.agents, name_of);
  if (!status) return status;
  for (std::size_t at = 0; at < agents.size(); ++at) {
    const std::string& device = agents[at].device;
    if (device.empty() || index_.devices.emplace(device, at).second) continue;
    return repeated(fmt::format("agents[{}].device", at), "repeated_device",
                    "Another agent has this device.");
  }
  return {};
}

const EntryPointConfig* Configuration::entry_point(const EntryPointName& name) const {
  return find_in(entry_points, index_.entry_points, name);
}
const DeskConfig* Configuration::desk(const DeskName& name) const {
  return find_in(desks, index_.desks, name);
}
const QueueConfig* Configuration::queue(const QueueName& name) const {
  return find_in(queues, index_.queues, name);
}
const AgentConfig* Configuration::agent(const AgentName& name) const {
  return find_in(agents, index_.agents, name);
}
const MessageTemplate* Configuration::message_template(const TemplateName& name) const {
  return find_in(templates, index_.templates, name);
}
const CaseTypeConfig* Configuration::case_type(const CaseTypeName& name) const {
  return find_in(case_types, index_.case_types, name);
}
const ActionConfig* Configuration::action(std::string_view name) const {
  return find_in(actions, index_.actions, name);
}
const SurveyConfig* Configuration::survey(std::string_view name) const {
  return find_in(surveys, index_.surveys, name);
}
const Connection* Configuration::connection(const ConnectionName& name) const {
  return find_in(connections, index_.connections, name);
}
bool Configuration::has_flow(const FlowName& name) const {
  return index_.flows.contains(name);
}

const Connection* Configuration::connection_at(std::string_view path) const {
  return find_in(connections, index_.paths, path);
}

const AgentConfig* Configuration::agent_with_device(std::string_view device) const {
  return find_in(agents, index_.devices, device);
}

const EntryPointConfig* Configuration::entry_point_at(const ConnectionName& connection,
                                                      std::string_view address) const {
  if (const auto places = index_.addresses.find(connection); places != index_.addresses.end()) {
    const EntryPointConfig* point = find_in(entry_points, places->second, address);
    if (point != nullptr) return point;
  }
  const auto places = index_.mailboxes.find(connection);
  if (places == index_.mailboxes.end()) return nullptr;
  return find_in(entry_points, places->second, lower_case(address));
}

const EntryPointConfig* Configuration::entry_point_on(const DeskName& desk, Channel channel) const {
  return find_in(entry_points, index_.channels, std::pair(desk, channel));
}

}  // namespace novelo
