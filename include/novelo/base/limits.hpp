// Limits: the ceilings that a host may set. Give the same ones to `Engine::open` and to
// EmailAdapter; `json_depth`, and `events_per_request` of the voice adapter, are fixed for provider
// payloads. Passing one is an error `limit` or `busy`, a hand-over to a person, or, where it says
// so, the oldest makes room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "novelo/base/time.hpp"

namespace novelo {

struct Limits {
  // what comes in
  std::size_t request_bytes = 16 * 1024 * 1024;  // a webhook, a mail: URL, headers, body
  std::size_t events_per_request = 1000;
  std::size_t inputs_per_feed = 10'000;
  std::size_t text_scalars = 65'536;  // of one message, in Unicode scalars; of what arrives the
                                      // rest is left out, and the entry says so
  // of a command, and of what another system answered; a provider's own bytes have request_bytes
  std::size_t input_bytes = 1024 * 1024;  // all of it
  std::size_t text_bytes = 256 * 1024;    // of one text in it: a note, a field
  std::size_t value_depth = 32;           // lists and maps inside one another
  std::size_t media_per_message = 32;     // as text_scalars
  std::size_t json_depth = 64;
  std::size_t configuration_bytes = 32 * 1024 * 1024;
  std::size_t mail_depth = 32;             // multiparts and messages inside one another
  std::size_t mail_parts = 256;            // of one mail
  std::size_t mail_header_bytes = 65'536;  // of one part, the mail itself included
  std::size_t mail_references = 20;        // of a mail: looked up, and carried on in an answer
  // Unreadable payloads that are kept, and their bytes: the oldest make room for a new one.
  std::size_t quarantine_rows = 10'000;
  std::size_t quarantine_bytes = 256 * 1024 * 1024;
  std::size_t parked_receipts = 10'000;  // that came before their message; the oldest goes first

  // one decision
  std::size_t interaction_steps = 16;  // flow turns of one interaction that one input causes; then
                                       // a person takes over
  std::size_t cascade_flows = 256;  // flows of waiting contacts that one input starts; the rest are
                                    // due at once and start with the next calls
  std::size_t timers_per_feed = 1000;
  std::size_t flow_steps_per_turn = 100;
  std::size_t flow_turns_per_session = 500;

  // what is kept at hand
  std::size_t cached_records = 20'000;  // of each kind
  // Above it new sends are refused `busy`; above twice as many nobody is notified any more, which
  // the timeline shows (`effect_failed`).
  std::size_t unsettled_effects = 100'000;
  // Work that waits or is being done, and what will become work: contacts in a flow, promises to
  // call that wait for their time. At the ceiling arrivals are refused `busy`; commands already
  // when a sixteenth of it is left, so that arrivals find room.
  std::size_t live_works = 100'000;
  // (queue, skills) in use by work that waits at one time; work that asks for nothing beyond its
  // queue always has room.
  std::size_t requirement_classes = 1024;
  std::size_t signals = 4096;  // the oldest are dropped first; signals are not durable
  // Things of which it is remembered that they changed, for Query::changes_since; the one that
  // changed longest ago is forgotten first.
  std::size_t changes = 50'000;
  std::size_t traces = 10'000;  // inputs and hand-outs that Query::trace_of knows

  // How long the telephone system may stay silent about a verb before it counts as failed (for
  // `hang_up`: before the call counts as over).
  Duration bridge_silence = std::chrono::minutes(1);     // an agent's device is to be rung
  Duration originate_silence = std::chrono::minutes(3);  // and then the contact is to be called
  Duration hang_up_silence = std::chrono::minutes(2);    // what is being said is said to its end

  // A provider that asks for a longer pause than this has refused the message; those behind it go
  // out.
  Duration retry_patience = std::chrono::hours(1);

  // A place in the queue that was kept for a contact who goes on in writing is given up then.
  Duration place_kept = std::chrono::hours(24);

  // A promised call that would reach a contact who is on the line already is looked at again.
  Duration on_the_line = std::chrono::minutes(1);

  // people, and what hangs on one record: commands above it are refused `limit`; what arrives is
  // never refused for it
  std::size_t identities_per_contact = 64;  // further ones are recognised and not listed: an entry
  std::size_t contacts_per_identity = 64;   // who share an address
  std::size_t reaches_per_conversation = 64;  // the entry point written to longest ago is forgotten
  std::size_t live_per_conversation = 64;     // a further call is an unknown caller's
  std::size_t cases_per_conversation = 256;
  std::size_t callbacks_per_conversation = 64;  // open ones; a flow is told `busy`
  std::size_t replies_per_case = 64;       // the oldest superseded one is let go, else the oldest
  std::size_t mails_per_case = 64;         // the oldest superseded one is let go
  std::size_t words_per_case = 64;         // that the contact was told
  std::size_t follow_ups = 100;            // of one matter, each after the last
  std::size_t fields_bytes = 1024 * 1024;  // of one case, and the attributes of one contact
  std::size_t callback_attempts = 20;
  std::size_t contacts_per_import = 1000;  // all of them within input_bytes
  // Of what a telephone system tells at once; the voice adapter keeps to the usual ones.
  std::size_t calls_per_report = 10'000;
  std::size_t devices_per_report = 10'000;

  // What one Purge or EraseContact takes away at most: entries, notes, callbacks and cases. A Purge
  // looks at as many conversations.
  std::size_t purge_entries = 10'000;
};

}  // namespace novelo
