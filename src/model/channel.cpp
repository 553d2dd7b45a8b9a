#include "novelo/model/channel.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<Channel, 8> channels{{{Channel::none, "none"},
                                          {Channel::voice, "voice"},
                                          {Channel::sms, "sms"},
                                          {Channel::whatsapp, "whatsapp"},
                                          {Channel::instagram, "instagram"},
                                          {Channel::messenger, "messenger"},
                                          {Channel::email, "email"},
                                          {Channel::web_chat, "web_chat"}}};

constexpr EnumNames<AddressKind, 8> address_kinds{{{AddressKind::none, "none"},
                                                   {AddressKind::phone, "phone"},
                                                   {AddressKind::email, "email"},
                                                   {AddressKind::whatsapp, "whatsapp"},
                                                   {AddressKind::page_user, "page_user"},
                                                   {AddressKind::visitor, "visitor"},
                                                   {AddressKind::withheld, "withheld"},
                                                   {AddressKind::external, "external"}}};

constexpr EnumNames<Direction, 3> directions{{{Direction::inbound, "inbound"},
                                              {Direction::outbound, "outbound"},
                                              {Direction::internal, "internal"}}};

constexpr EnumNames<AuthorRole, 5> author_roles{{{AuthorRole::customer, "customer"},
                                                 {AuthorRole::agent, "agent"},
                                                 {AuthorRole::staff, "staff"},
                                                 {AuthorRole::bot, "bot"},
                                                 {AuthorRole::system, "system"}}};

}  // namespace

std::string_view to_string(Channel channel) {
  return name_of(channels, channel);
}

std::optional<Channel> parse_channel(std::string_view text) {
  return value_of(channels, text);
}

std::string_view to_string(AddressKind kind) {
  return name_of(address_kinds, kind);
}

std::optional<AddressKind> parse_address_kind(std::string_view text) {
  return value_of(address_kinds, text);
}

std::string to_string(const Address& address) {
  if (address.empty()) return {};
  std::string text{to_string(address.kind)};
  text += ':';
  text += address.value;
  return text;
}

std::optional<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto kind = parse_address_kind(text.substr(0, colon));
  const std::string_view value = text.substr(colon + 1);
  if (!kind || *kind == AddressKind::none || value.empty()) return std::nullopt;
  return Address{*kind, std::string(value)};
}

std::string_view to_string(Direction direction) {
  return name_of(directions, direction);
}

std::string_view to_string(AuthorRole role) {
  return name_of(author_roles, role);
}

std::optional<AuthorRole> parse_author_role(std::string_view text) {
  return value_of(author_roles, text);
}

}  // namespace novelo
