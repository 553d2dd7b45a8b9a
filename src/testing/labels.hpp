// Labels: names for what only exists while a journey runs (ids, tokens, a provider's message id).
//
// A text that is "$name" as a whole, or has "${name}" in it, stands for the label's value; "$${" is
// a plain "${". Names are made of a-z, 0-9, _ and dots, and begin with a letter.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "novelo/base/result.hpp"
#include "novelo/base/value.hpp"

namespace novelo::testing {

// The name of "$name"; empty when the text is no label.
std::string_view label_name(std::string_view text);

class Labels {
 public:
  void bind(std::string_view name, std::string value);
  const std::map<std::string, std::string>& all() const { return values_; }

  // Fails with `not_found` for a label that nothing has bound yet.
  Result<std::string> fill_text(std::string_view text) const;
  Result<Value> fill(const Value& value) const;

 private:
  Result<std::string> value_of(std::string_view name) const;

  std::map<std::string, std::string> values_;
};

}  // namespace novelo::testing
