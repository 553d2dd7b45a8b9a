// Bodies of the kind application/x-www-form-urlencoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "novelo/base/result.hpp"

namespace novelo {

class Form {
 public:
  using Field = std::pair<std::string, std::string>;  // name, value; decoded

  // Fails with `limit` for more than 1,000 fields, which no provider sends.
  static Result<Form> parse(std::string_view text);

  // The value of the field that comes first under that name, or "". Borrowed from the form.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;

  // In order of name; equal names in the order of the text.
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

// Appends "name=value", encoded, and the "&" before it where one is needed.
void append_field(std::string& form, std::string_view name, std::string_view value);

}  // namespace novelo
