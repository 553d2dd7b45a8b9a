#include "adapters/settings.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace novelo {
namespace {

bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

bool is_url(std::string_view text) {
  const std::size_t start = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return start != 0 && text.size() > start && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7F && c != '#';
         });
}

bool has_form(std::string_view text, SettingRule::Form form) {
  switch (form) {
    case SettingRule::Form::text: return true;
    case SettingRule::Form::word: return is_word(text);
    case SettingRule::Form::url: return is_url(text);
    case SettingRule::Form::yes_no: return text == "yes" || text == "no";
  }
  return false;
}

std::string_view describe(SettingRule::Form form) {
  switch (form) {
    case SettingRule::Form::text: return "a text";
    case SettingRule::Form::word: return "one word of letters and digits";
    case SettingRule::Form::url: return "an http or https URL";
    case SettingRule::Form::yes_no: return "\"yes\" or \"no\"";
  }
  return "a text";
}

}  // namespace

Status check_settings(const Connection& connection, std::span<const SettingRule> rules) {
  for (const auto& setting : connection.settings) {
    const auto& [name, value] = setting;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const SettingRule& each) {
      return each.name == setting.first;
    });
    if (rule == rules.end()) {
      return fail({ErrorCode::invalid, "unknown_setting",
                   fmt::format("The adapter has no setting \"{}\".", name), name,
                   "Remove it, or correct its name."});
    }
    if (!value.empty() && !has_form(value, rule->form)) {
      return fail({ErrorCode::invalid, "bad_setting",
                   fmt::format("The setting \"{}\" must be {}.", name, describe(rule->form)), name,
                   fmt::format("Set it to {}.", describe(rule->form))});
    }
  }
  for (const SettingRule& rule : rules) {
    if (rule.required && connection.setting(rule.name).empty()) {
      return fail({ErrorCode::invalid, "missing_setting",
                   fmt::format("The setting \"{}\" is missing.", rule.name), std::string(rule.name),
                   fmt::format("Set it to {}.", describe(rule.form))});
    }
  }
  return {};
}

Status check_request_secret(const Connection& connection, std::string_view secret) {
  if (connection.path.empty()) return {};
  const auto found = connection.secrets.find(std::string(secret));
  if (found != connection.secrets.end() &&
      std::any_of(found->second.begin(), found->second.end(),
                  [](const Secret& each) { return !each.empty(); })) {
    return {};
  }
  return fail({ErrorCode::invalid, "missing_secret",
               fmt::format("Without the secret \"{}\" no request could be taken.", secret),
               std::string(secret),
               "Name it among the connection's secrets and give its text, or leave the path out: "
               "then it only sends."});
}

std::string base_url(const Connection& connection, std::string_view name,
                     std::string_view fallback) {
  std::string_view url = connection.setting(name);
  if (url.empty()) url = fallback;
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

}  // namespace novelo
