#include "engine/case_fields.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "engine/bounds.hpp"
#include "novelo/rules/case.hpp"

namespace novelo {

namespace {

Status wrong_type(std::string_view name, std::string_view takes, std::string_view remedy) {
  return fail({ErrorCode::invalid, "wrong_type", fmt::format("this field takes {}", takes),
               fmt::format("fields.{}", name), std::string(remedy)});
}

bool is_number(const Value& value) {
  const double* fraction = value.as_double();
  return value.as_int() != nullptr || (fraction != nullptr && std::isfinite(*fraction));
}

Status check_field(const FieldConfig& field, const Value& value) {
  if (value.is_null()) return {};
  if (field.type == "number") {
    return is_number(value) ? Status{}
                            : wrong_type(field.name, "a number", "write it without quotes: 12.5");
  }
  if (field.type == "yes_no") {
    return value.as_bool() != nullptr ? Status{}
                                      : wrong_type(field.name, "yes or no", "give true or false");
  }
  const std::string* text = value.as_text();
  if (text == nullptr) return wrong_type(field.name, "a text", "put it in quotes");
  if (text->empty()) return {};
  if (field.type == "cpf") {
    if (auto cpf = parse_cpf(*text); !cpf) {
      Error error = cpf.error();
      error.subject = fmt::format("fields.{}", field.name);
      return fail(std::move(error));
    }
  } else if (field.type == "date_time" && !parse_timestamp(*text)) {
    return fail({ErrorCode::invalid, "bad_date", "this field takes a date and time",
                 fmt::format("fields.{}", field.name), "write it as 2026-03-12T10:30:00-03:00"});
  }
  return {};
}

Status check_field(const CaseTypeConfig& type, const std::string& name, const Value& value) {
  const FieldConfig* known = type.field(name);
  if (known == nullptr) {
    return fail({ErrorCode::invalid, "unknown_field", "the case type has no such field",
                 fmt::format("fields.{}", name), "add it to the case type, or leave it out"});
  }
  return check_field(*known, value);
}

}  // namespace

Status check_fields(const CaseTypeConfig& type, const Value::Map& fields) {
  for (const auto& [name, value] : fields) {
    if (auto checked = check_field(type, name, value); !checked) return checked;
  }
  return {};
}

Status check_room_for(const Value::Map& fields, const Value::Map& before, const Limits& limits) {
  Value::Map all = before;
  for (const auto& [name, value] : fields) all.insert_or_assign(name, value);
  return check_size(all, "fields", limits);
}

const Value& field_of(const CaseRecord& matter, std::string_view name) {
  static const Value none;
  const auto found = matter.fields.find(std::string(name));
  return found != matter.fields.end() ? found->second : none;
}

Value::Map change_fields(CaseRecord& matter, const Value::Map& fields) {
  Value::Map changes;
  for (const auto& [name, value] : fields) {
    const Value before = field_of(matter, name);
    if (before == value) continue;
    changes[name] = Value(Value::Map{{"old", before}, {"new", value}});
    if (value.is_null()) {
      matter.fields.erase(name);
    } else {
      matter.fields.insert_or_assign(name, value);
    }
  }
  return changes;
}

}  // namespace novelo
