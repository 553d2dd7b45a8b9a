// Reads the sections of a configuration, one function each. What they refer to is checked
// afterwards (config/check.hpp).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "novelo/config/configuration.hpp"

namespace novelo::config {

using HoursByName = std::map<std::string, OpeningHours>;

TenantConfig read_tenant(ObjectReader& reader);
HoursByName read_hours(ObjectReader& document, const TenantConfig& tenant);
Connection read_connection(ObjectReader& reader);
std::vector<std::string> read_secret_names(ObjectReader& reader);
EntryPointConfig read_entry_point(ObjectReader& reader, const HoursByName& hours);
DeskConfig read_desk(ObjectReader& reader, const Limits& limits);
QueueConfig read_queue(ObjectReader& reader);
AgentConfig read_agent(ObjectReader& reader);
MessageTemplate read_template(ObjectReader& reader, const TenantConfig& tenant,
                              const Limits& limits);
CaseTypeConfig read_case_type(ObjectReader& reader, const Limits& limits);
ActionConfig read_action(ObjectReader& reader);
SurveyConfig read_survey(ObjectReader& reader);
CallbackConfig read_callbacks(ObjectReader& reader, const Limits& limits);
// The texts and names of the flows.
void read_flows(ObjectReader& document, Configuration& configuration);

}  // namespace novelo::config
