// Identity: from what a provider shows to whom it may be. Pure text rules; the engine does the
// looking up.
//
// A number arrives in many spellings ("41988887777", "015 41 98888-7777", "+55 41 98888-7777").
// `normalise` brings it to digits with country code by the entry point's defaults; `variants` adds
// the spellings under which the same subscriber may be stored (Brazil's ninth digit, Argentina's 9,
// Mexico's 1). Variants are for looking up only: what a provider gave is never rewritten, and
// replies go to exactly that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/model/channel.hpp"

namespace novelo {

// How numbers without a country code are read; part of an entry point's configuration. An empty
// plan reads every number as one with its country code: right for providers that always give it,
// such as WhatsApp, where a plan could take a foreign number for a national one (51 987654321 is
// Peru with its country code, and Porto Alegre without).
struct DialPlan {
  std::string country;  // calling code, digits: "55", "351"; may be empty
  std::string area;     // area code for local numbers, without trunk 0: "41"; may be empty

  friend bool operator==(const DialPlan&, const DialPlan&) = default;
};

// The address in its plain form.
//
// Phone: digits with country code. Spaces, hyphens, dots, slashes and brackets are taken away, and
// so are the trunk 0, the international prefix (+, 00; 011 in country 1) and Brazil's carrier
// selection (0 + two digits before the area code). Short codes of two to six digits and service
// numbers such as 0800 are kept as they are, digits only. A Brazilian number keeps its ninth digit,
// or the lack of it.
// Mail: trimmed, the domain in lower case and without a final dot; the part before the @ as it
// came.
// Other kinds: as they came.
//
// Fails with `invalid`, reason "bad_number" or "bad_address", for what cannot be one. Only lengths
// and leading digits are judged: that a number is well formed does not say that it exists. What is
// plain already stays as it is under an empty plan; under another it may be read once more as a
// national number, so normalise once, at the door.
Result<Address> normalise(const Address& address, const DialPlan& plan);

// The address itself first, then the other spellings it may be known under; all in plain form. An
// exact match goes before a variant; several contacts found are a merge to propose, not a choice.
//   Brazil     with and without the ninth digit of a mobile number, both ways
//   Mexico     521... and 52..., both ways: since 2019 the ten digits alone name the subscriber
//   Argentina  549... also as 54..., never back: 54... may be somebody else's landline
//   mail       also with the part before the @ in lower case
std::vector<Address> variants(const Address& plain);

// What a number is good for, as far as its digits tell without a directory: Brazil, Portugal,
// Spain, and part of Argentina, Mexico and country 1. Everything else is `unknown`, addresses of
// other kinds too. Where numbers can be carried from one kind of line to another this is a guess.
enum class LineKind : std::uint8_t { unknown = 0, mobile = 1, landline = 2, service = 3 };
LineKind line_kind(const Address& plain);

// A destination typed by an agent: country code, area code and number, digits only, 8 to 15
// of them (E.164). Fails with `invalid`, reason "bad_number", a message that says what is wrong.
Result<Address> parse_destination(std::string_view typed);

// Masks an address for logs: "phone:55*******7777", "email:a**@example.org". Takes any text, and
// gives one line without control characters.
std::string masked(const Address& address);

}  // namespace novelo
