// What holds of a store after a kill, check by check. Each adds a sentence for what does not.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kill/ledger.hpp"
#include "kill/picture.hpp"

namespace novelo::kill {

using Findings = std::vector<std::string>;
using Counts = std::map<std::string, std::size_t>;

// The text by which a command's work is found; empty where it has none. And how often each such
// text is there.
std::string mark_of(const Json& command);
Counts count_marks(const Picture& picture);

// Messages and calls: acknowledged ones are there once, none is there that was never sent, and of
// a request that was under way all or nothing.
void check_arrivals(const Picture& picture, const Ledger& ledger, Findings& findings);
// The same of commands, and what they said they had made.
void check_commands(const Picture& picture, const Ledger& ledger, Findings& findings);
// Timelines run without a gap, say what they said before, and belong to a conversation of their
// own; nobody has two open ones.
void check_timelines(const Picture& picture, Ledger& ledger, Findings& findings);
// Ids are given once and grow; protocol numbers do so with the cases.
void check_ids(const Picture& picture, Ledger& ledger, Findings& findings);
// What has the last word is settled; a send that is not settled is there to be handed out.
void check_effects(const Picture& picture, const Ledger& ledger, Findings& findings);

}  // namespace novelo::kill
