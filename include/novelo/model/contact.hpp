// Contacts and the identities by which they are recognised.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

// A customer. `customer` is the word only for the contact's own view and role.
struct ContactRecord {
  ContactId id;
  std::string name;                 // how the contact is addressed; empty until somebody knows it
  std::string locale;               // "pt-PT"; empty: the tenant's
  std::vector<Address> identities;  // in the order they became known; plain form
  Value::Map attributes;            // internal: no template, flow or message can show them
  Timestamp created_at{};
  std::optional<Timestamp> erased_at = {};  // EraseContact: nobody is behind it any more
  // Of a stranger: who it turned out to be. What they had is this contact's.
  ContactId known_as = {};

  friend bool operator==(const ContactRecord&, const ContactRecord&) = default;
};

// One address and whose it is. With members besides its holder it is *shared*: it proposes contacts
// and resolves none by itself.
struct Identity {
  Address address;
  ContactId holder;
  std::vector<ContactId> members;  // further contacts who use it
  bool verified = false;           // proven to belong to the holder; else claimed
  ContactId unresolved;            // stands for "one of them" in conversations until one is chosen

  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace novelo
