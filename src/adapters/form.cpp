#include "adapters/form.hpp"

#include <algorithm>

#include "base/url.hpp"

namespace novelo {
namespace {

constexpr std::size_t max_fields = 1000;

bool before(const Form::Field& field, std::string_view name) {
  return field.first < name;
}

}  // namespace

Result<Form> Form::parse(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (form.fields_.size() == max_fields) {
      return fail({ErrorCode::limit, "too_many_fields", "The form has more than 1000 fields.",
                   "body", "Point only webhooks of messages and their statuses here."});
    }
    const std::size_t equals = pair.find('=');
    std::string value;
    if (equals != std::string_view::npos) value = form_decode(pair.substr(equals + 1));
    form.fields_.emplace_back(form_decode(pair.substr(0, equals)), std::move(value));
  }
  std::stable_sort(form.fields_.begin(), form.fields_.end(),
                   [](const Field& a, const Field& b) { return a.first < b.first; });
  return form;
}

std::string_view Form::get(std::string_view name) const {
  const auto found = std::lower_bound(fields_.begin(), fields_.end(), name, before);
  const bool there = found != fields_.end() && found->first == name;
  return there ? std::string_view(found->second) : std::string_view{};
}

bool Form::has(std::string_view name) const {
  const auto found = std::lower_bound(fields_.begin(), fields_.end(), name, before);
  return found != fields_.end() && found->first == name;
}

void append_field(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += percent_encode(name);
  form += '=';
  form += percent_encode(value);
}

}  // namespace novelo
