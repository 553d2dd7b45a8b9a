#include "novelo/model/channel.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>
#include <string>

#include "novelo/model/call.hpp"
#include "novelo/model/content.hpp"
#include "novelo/model/effect.hpp"
#include "novelo/model/event.hpp"

using namespace novelo;

namespace {

// The names of the numbers `first` to `last`: all known, all different, and none beyond.
template <class Enum>
std::set<std::string> names(int first, int last) {
  std::set<std::string> found;
  for (int number = first; number <= last; ++number) {
    const std::string name{to_string(static_cast<Enum>(number))};
    CHECK(name != "unknown");
    CHECK(found.insert(name).second);
  }
  CHECK(to_string(static_cast<Enum>(last + 1)) == "unknown");
  return found;
}

}  // namespace

TEST_CASE("every value of every enum has a name of its own that reads back") {
  for (const auto& name : names<Channel>(0, 7)) CHECK(to_string(*parse_channel(name)) == name);
  for (const auto& name : names<AddressKind>(0, 7)) {
    CHECK(to_string(*parse_address_kind(name)) == name);
  }
  for (const auto& name : names<AuthorRole>(1, 5)) {
    CHECK(to_string(*parse_author_role(name)) == name);
  }
  for (const auto& name : names<MediaKind>(1, 7)) {
    CHECK(to_string(*parse_media_kind(name)) == name);
  }
  for (const auto& name : names<CallEventKind>(1, 9)) {
    CHECK(to_string(*parse_call_event_kind(name)) == name);
  }
  for (const auto& name : names<DeliveryStatus>(0, 10)) {
    CHECK(to_string(*parse_delivery_status(name)) == name);
  }
  for (const auto& name : names<SendResolution>(0, 3)) {
    CHECK(to_string(*parse_send_resolution(name)) == name);
  }
  names<Direction>(1, 3);
  names<AutoMail>(0, 4);
  names<CallVerbKind>(1, 8);
  names<SendErrorClass>(0, 8);
}

TEST_CASE("the words that configurations use") {
  CHECK(to_string(Channel::web_chat) == "web_chat");
  CHECK(parse_channel("whatsapp") == Channel::whatsapp);
  CHECK(parse_address_kind("page_user") == AddressKind::page_user);
  CHECK(to_string(CallEventKind::bridge_failed) == "bridge_failed");
  CHECK(to_string(SendErrorClass::window_closed) == "window_closed");
  for (const char* text : {"", "Voice", "voice ", "unknown", "7"}) {
    CHECK_FALSE(parse_channel(text));
    CHECK_FALSE(parse_address_kind(text));
    CHECK_FALSE(parse_author_role(text));
    CHECK_FALSE(parse_media_kind(text));
    CHECK_FALSE(parse_call_event_kind(text));
    CHECK_FALSE(parse_delivery_status(text));
  }
}

TEST_CASE("addresses are written with their kind and read back") {
  CHECK(to_string(Address{AddressKind::phone, "5541988887777"}) == "phone:5541988887777");
  CHECK(to_string(Address{}) == "");
  CHECK(parse_address("email:ana@example.com") == Address{AddressKind::email, "ana@example.com"});
  CHECK(parse_address("visitor:a:b") == Address{AddressKind::visitor, "a:b"});
  for (const char* text : {"", "phone", "phone:", ":55", "none:55", "fax:55", "PHONE:55"}) {
    CHECK_FALSE(parse_address(text));
  }
  CHECK(rc::check([](const std::string& value) {
    RC_PRE(!value.empty());
    const Address address{AddressKind::email, value};
    RC_ASSERT(parse_address(to_string(address)) == address);
  }));
}
