// A journey as it is written: one struct for each object of the file, with its members' list, so
// that reading is strict by the same means as commands are.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "novelo/base/ids.hpp"
#include "novelo/base/secret.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"
#include "novelo/channel_adapter.hpp"
#include "novelo/config/configuration.hpp"
#include "recorder/call_spec.hpp"

namespace novelo::testing {

// What a recording has too.
using recording::CallSpec;
using recording::ExactRequest;
using recording::OpenSpec;
using recording::OptionsSpec;
using recording::Secrets;
using recording::Texts;
using recording::Values;

struct ReceiveSpec {
  std::string connection;
  std::string path;  // default: the connection's
  std::string method = "POST";
  std::map<std::string, std::string> headers;
  std::optional<Value> body;       // a text as it is, anything else as JSON
  std::optional<Value::Map> form;  // x-www-form-urlencoded
  Texts lines;                     // joined by CRLF: a mail
  std::string file;                // beside the journey
  std::string text;                // what `file` holds; filled in by the reader
  Value::Map with;                 // labels of this payload only
  bool sign = true;
  int times = 1;
};

struct RequestMatch {
  std::optional<Value> method;
  std::optional<Value> url;
  std::optional<Value::Map> headers;
  std::optional<Value> authorization;
  std::optional<Value> idempotency_key;
  std::optional<Value> body;  // JSON
  std::optional<Value::Map> form;
  std::optional<Value::Map> mail;
};

struct EffectMatch {
  std::optional<Value> kind;
  std::optional<Value> connection;
  std::optional<Value> agent;
  std::optional<Value> attempt;
  std::optional<RequestMatch> request;
  std::optional<Value> body;
  std::optional<Value> warnings;
  std::optional<Value> contains;         // a text or a list of them
  std::string as;                        // "$label"
  std::map<std::string, Value> capture;  // "$label" -> regular expression, or {"path": "offer"}
};

struct SettleSpec {
  std::string which;                  // "$label" of an effect
  std::optional<EffectMatch> effect;  // or the first unsettled one that matches
  std::optional<Value> reply;
  std::optional<Value> done;
  std::optional<Value> failed;
};

struct HostSpec {
  std::optional<bool> settle;
  std::map<std::string, Value> actions;  // by name -> {"answer": ...} or {"failed": {...}}
  std::map<std::string, Value> replies;  // by connection -> {"status": ..., "body": ...}
};

// By a thing ("$label", an address, a protocol number) -> what must be true of it.
using Things = std::map<std::string, Value>;

struct ExpectSpec {
  std::optional<Value> answer;
  std::optional<Value> outcome;
  std::optional<Value> error;
  std::optional<std::vector<EffectMatch>> effects;
  bool effects_in_any_order = false;
  bool no_other_effects = false;
  std::vector<EffectMatch> no_effects;
  // A list of records, in order; or an operator, for the list as a whole.
  std::optional<Value> entries;
  bool no_other_entries = false;
  Values no_entries;
  std::optional<Value> signals;
  Things contact;
  Things conversation;
  Things interaction;
  Things matter;  // "case"
  Things callback;
  Things survey;
  Things work;
  Things place;
  Things agent;
  Things timeline;
  Things customer_view;
  Things notes;
  Things closures;
  std::optional<Value> quarantine;
  std::optional<std::vector<EffectMatch>> unsettled;
  std::string store;  // digest of all rows of the tenant
};

struct StepSpec {
  std::string at;
  std::string name;
  std::string note;
  Texts covers;
  std::optional<ReceiveSpec> receive;
  std::optional<Value> command;  // one, or a list of them
  std::optional<SettleSpec> settle;
  bool wait = false;
  std::optional<CallSpec> call;
  std::map<std::string, std::string> as;  // member of the outcome -> "$label"
  std::map<std::string, std::map<std::string, std::string>> find;  // "$label" -> {kind: thing}
  std::optional<HostSpec> host;
  std::optional<ExpectSpec> expect;
};

struct JourneySpec {
  std::string journey;
  std::string about;
  Texts covers;
  Value configuration;
  Secrets secrets;
  std::string verification;  // "recorded": the adapters' verdicts are those of the calls
  OptionsSpec options;
  std::string tenant_secret = "a secret for journeys only";
  std::string start;
  std::string zone;
  HostSpec host;
  std::vector<StepSpec> steps;
};

// The journey, read and checked.
struct Story {
  JourneySpec spec;
  std::string folder;
  std::string digest;         // of everything that it is made of
  std::string configuration;  // the whole document; empty where a call loads it
  Configuration parsed;
  std::map<ConnectionName, Connection> connections;  // with their secrets
  Timestamp start{};
  std::string zone;
  std::vector<Timestamp> times;  // one for each step
};

}  // namespace novelo::testing
