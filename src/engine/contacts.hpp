// Contacts: made and completed by whoever knows them: a command, an import, the answer of another
// system.
#pragma once

#include <string>

#include "engine/turn.hpp"

namespace novelo {

struct Upserted {
  enum class What : std::uint8_t { created, changed, unchanged };
  ContactId contact;
  What what = What::unchanged;
};
// Why it would be refused.
Status check_upsert(Turn& turn, const UpsertContact& contact);
// All of it, or nothing and why.
Result<Upserted> upsert_contact(Turn& turn, const UpsertContact& contact, const Author& by);
// Whom the business means; none when it is nobody yet.
ContactId known_as(Turn& turn, const UpsertContact& contact);
// What is left with a stranger goes to who they turned out to be: a part, and a timer for the rest.
void give_belongings(Turn& turn, ContactId nameless, const Author& by);
// Whether the address is the contact's, alone or with others.
bool uses(const Identity& identity, ContactId contact);
// Made for an address that nobody knew. Whoever stands for several people at one address has none,
// and whom another system knows is no stranger.
bool is_stranger(Turn& turn, ContactId contact);

}  // namespace novelo
