// A case's fields: whether they take what is given, and what changes with it.
#pragma once

#include <string_view>

#include "novelo/base/limits.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/model/case.hpp"

namespace novelo {

// Each field by itself. Null takes a field away; an empty text empties one that is written. Fails
// with `invalid`, the subject being "fields.<name>".
Status check_fields(const CaseTypeConfig& type, const Value::Map& fields);
// Whether the case has room for them beside those that it has. Fails with `limit`.
Status check_room_for(const Value::Map& fields, const Value::Map& before, const Limits& limits);

// Sets them; gives what has changed: {"price": {"old": null, "new": 90}}.
Value::Map change_fields(CaseRecord& matter, const Value::Map& fields);

// Null when the case does not have it.
const Value& field_of(const CaseRecord& matter, std::string_view name);

}  // namespace novelo
