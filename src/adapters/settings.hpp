// The check of a connection's settings, as tables.
#pragma once

#include <span>
#include <string_view>

#include "novelo/channel_adapter.hpp"

namespace novelo {

struct SettingRule {
  enum class Form : std::uint8_t { text, word, url, yes_no };
  std::string_view name;
  Form form = Form::text;  // word: letters, digits, "-" and "_"; url: http or https
  bool required = false;
};

// Fails with `invalid` for a setting that is missing, malformed or not in the table.
Status check_settings(const Connection& connection, std::span<const SettingRule> rules);

// Fails with `invalid` for a connection that takes requests, as one with a path does, and was given
// no secret of this name to know their sender by.
Status check_request_secret(const Connection& connection, std::string_view secret);

// The setting without the slashes at its end, or `fallback` when it is not set.
std::string base_url(const Connection& connection, std::string_view name,
                     std::string_view fallback);

}  // namespace novelo
