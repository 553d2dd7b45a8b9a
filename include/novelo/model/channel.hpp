// Channels, addresses and who is speaking: the small words everything else is made of.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace novelo {

// Numbers are stored: never reuse or reorder them (true for every enum of the model).
enum class Channel : std::uint8_t {
  none = 0,
  voice = 1,
  sms = 2,
  whatsapp = 3,
  instagram = 4,
  messenger = 5,
  email = 6,
  web_chat = 7,
};
std::string_view to_string(Channel channel);  // "voice", "web_chat", ...
std::optional<Channel> parse_channel(std::string_view text);

enum class AddressKind : std::uint8_t {
  none = 0,
  phone = 1,      // digits with country code, no plus: "5541988887777"
  email = 2,      // domain in lower case
  whatsapp = 3,   // a WhatsApp user without a telephone number (business-scoped user id)
  page_user = 4,  // a page-scoped id of Messenger or Instagram
  visitor = 5,    // a web visitor
  withheld = 6,   // a caller who shows no number; joins nobody, value is the call's id
  external = 7,   // the contact's id in another system of the business ("crm-4711"): nobody can be
                  // written to there, and no two contacts have the same
};
std::string_view to_string(AddressKind kind);
std::optional<AddressKind> parse_address_kind(std::string_view text);

// Where somebody can be reached. `value` is kept as the provider gave it, in the kind's plain form;
// replies go to exactly this value. Spelling variants are only ever used to look somebody up.
struct Address {
  AddressKind kind = AddressKind::none;
  std::string value;

  bool empty() const { return kind == AddressKind::none; }
  friend auto operator<=>(const Address&, const Address&) = default;
};
std::string to_string(const Address& address);  // "phone:5541988887777"
// Reads what to_string writes; nothing for an unknown kind or an empty value.
std::optional<Address> parse_address(std::string_view text);

// The other side of an event: an address, further addresses known to be the same account, and the
// display name that the provider shows (a claim, never used to recognise anybody).
struct Party {
  Address address;
  std::vector<Address> aliases;
  std::string display_name;

  friend bool operator==(const Party&, const Party&) = default;
};

enum class Direction : std::uint8_t { inbound = 1, outbound = 2, internal = 3 };
std::string_view to_string(Direction direction);

enum class AuthorRole : std::uint8_t {
  customer = 1,
  agent = 2,   // a service agent
  staff = 3,   // the business's own office
  bot = 4,     // a flow or an AI
  system = 5,  // the engine itself
};
std::string_view to_string(AuthorRole role);
std::optional<AuthorRole> parse_author_role(std::string_view text);

struct Author {
  AuthorRole role = AuthorRole::system;
  std::string name;  // the agent's or flow's name; empty for a customer

  friend bool operator==(const Author&, const Author&) = default;
};

}  // namespace novelo
