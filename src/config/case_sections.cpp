#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/forms.hpp"
#include "config/sections.hpp"

namespace novelo::config {
namespace {

constexpr std::array<std::string_view, 5> field_types{"text", "number", "date_time", "yes_no",
                                                      "cpf"};
constexpr std::string_view usual_protocol = "{yyyy}{mm}{dd}{seq:6}";

FieldConfig read_field(ObjectReader& reader) {
  FieldConfig field;
  field.name = reader.name("name", Need::required);
  if (!field.name.empty() && !is_field_name(field.name)) {
    reader.blame("name", "bad_name", "A field is read by paths: a letter first, and no '.'.");
  }
  field.type = reader.line("type", Need::required);
  if (std::find(field_types.begin(), field_types.end(), field.type) == field_types.end()) {
    reader.blame("type", "unknown_word", "There is no such type of field.",
                 fmt::format("Write one of {}.", fmt::join(field_types, ", ")));
  }
  field.required = reader.flag("required", false);
  field.sendable = reader.flag("sendable", true);
  return field;
}

StatusConfig read_status(ObjectReader& reader) {
  StatusConfig status;
  status.name = CaseStatusName(reader.name("name", Need::required));
  status.category = reader.word<StatusCategory>("category", parse_status_category,
                                                "open, waiting, resolved, final");
  for (std::string& name : reader.names("from")) status.from.emplace_back(std::move(name));
  status.needs = reader.names("needs");
  status.sends = TemplateName(reader.name("sends", Need::optional));
  status.sends_from = EntryPointName(reader.name("sends_from", Need::optional));
  if (status.sends.empty() != status.sends_from.empty()) {
    reader.blame(status.sends.empty() ? "sends" : "sends_from", "missing_key",
                 "\"sends\" and \"sends_from\" need each other.");
  }
  status.person_only = reader.flag("person_only", false);
  status.awaits_reply = reader.flag("awaits_reply", false);
  status.allows_override = reader.flag("allows_override", false);
  status.reopens_to = CaseStatusName(reader.name("reopens_to", Need::optional));
  return status;
}

Condition read_condition(ObjectReader& reader) {
  Condition condition;
  condition.path = reader.line("path", Need::required);
  condition.op = reader.word<ConditionOp>("op", parse_condition_op,
                                          "eq, ne, lt, le, gt, ge, in, contains, exists, missing");
  condition.value = reader.value("value");
  if (const Status status = check(condition); !status) {
    const Error& error = status.error();
    reader.blame(error.subject, error.reason, error.message, error.remedy);
  }
  return condition;
}

// Notes a name that an earlier one of the list has too.
template <class Places, class Key>
void index_name(Places& places, const Key& name, std::size_t at, const std::string& list,
                Fault& fault) {
  if (places.emplace(name, at).second) return;
  fault.note(path_to_member(path_to_item(list, at), "name"), "repeated_name",
             "This name is there twice.");
}

}  // namespace

CaseTypeConfig read_case_type(ObjectReader& reader, const Limits& limits) {
  CaseTypeConfig type;
  type.name = CaseTypeName(reader.name("name", Need::required));
  std::string format = reader.line("protocol", Need::optional);
  if (format.empty()) format = usual_protocol;
  if (Result<ProtocolFormat> made = ProtocolFormat::compile(format)) {
    type.protocol = std::move(*made);
  } else {
    reader.fault().note(reader.path("protocol"), made.error());
  }

  type.fields = reader.objects("fields", read_field);
  for (std::size_t at = 0; at < type.fields.size(); ++at) {
    index_name(type.field_places, type.fields[at].name, at, reader.path("fields"), reader.fault());
  }
  type.statuses = reader.objects("statuses", read_status);
  for (std::size_t at = 0; at < type.statuses.size(); ++at) {
    index_name(type.status_places, type.statuses[at].name, at, reader.path("statuses"),
               reader.fault());
  }
  if (type.statuses.empty()) {
    reader.blame("statuses", "missing_key", "A case needs a status to open with.");
  } else if (type.statuses.front().category == StatusCategory::resolved ||
             type.statuses.front().category == StatusCategory::final) {
    reader.fault().note(path_to_member(path_to_item(reader.path("statuses"), 0), "category"),
                        "out_of_range", "A case cannot open with a status that ends it.",
                        "Put the status that a case opens with first.");
  }
  type.rules = reader.objects("rules", [&limits](ObjectReader& rule) {
    CaseRule made;
    made.when = rule.objects("when", read_condition);
    made.advice = rule.name("advice", Need::required);
    made.text = rule.prose("text", Need::required, limits.text_scalars);
    return made;
  });
  return type;
}

}  // namespace novelo::config
