// Connections: configured accounts at providers, and what a channel can carry through one.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/secret.hpp"
#include "novelo/base/time.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

// One configured account at a provider: credentials and settings shared by its entry points.
struct Connection {
  ConnectionName name;
  std::string adapter;  // ChannelAdapter::name
  std::string path;     // requests whose path equals this belong to it
  std::map<std::string, std::string> settings;
  std::map<std::string, std::vector<Secret>> secrets;  // newest first; two while rotating
  std::vector<std::string> addresses;  // of its entry points, every spelling: Configuration's

  // The setting, or "".
  std::string_view setting(std::string_view name) const;
};

// What a channel can carry through one connection. Texts are counted in Unicode scalars.
struct Capabilities {
  Channel channel = Channel::none;
  std::size_t text = 0;     // longest text of one message; 0 = no text
  std::size_t buttons = 0;  // options shown as buttons
  std::size_t button_title = 0;
  std::size_t list_rows = 0;  // options shown as a list
  std::size_t list_title = 0;
  bool media = false;
  bool templates = false;
  bool subject = false;          // mail
  Duration window{};             // free text is allowed so long after the contact's last message;
                                 // zero = always
  bool receipts = false;         // reserved: not used by the engine
  bool idempotent_send = false;  // a second request with the same key is dropped; reserved as well

  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

}  // namespace novelo
