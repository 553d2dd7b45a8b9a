#include "json/schemas.hpp"

#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/describe.hpp"
#include "json/fields.hpp"
#include "json/questions.hpp"
#include "novelo/json.hpp"

namespace novelo::json_form {
namespace {

using codec::Json;
using codec::SchemaUse;
using codec::SchemaWriter;

template <std::size_t... Index>
Json command_forms(SchemaWriter& writer, std::index_sequence<Index...>) {
  Json forms = Json::array();
  const auto add = [&]<class Body>(const Body&) {
    const std::string word(command_word(Body{}));
    Json more{
        {"id", {{"type", "string"}}}, {"actor", {{"type", "string"}}}, {"do", {{"const", word}}}};
    forms.push_back(writer.define(word, writer.object<Body>(more, {"id", "do"})));
  };
  (add(std::variant_alternative_t<Index, CommandBody>{}), ...);
  return forms;
}

Json command_forms(SchemaWriter& writer) {
  return command_forms(writer, std::make_index_sequence<std::variant_size_v<CommandBody>>());
}

// One object for each alternative, with one member that is named after it, and `more`.
template <class Variant, std::size_t Size, std::size_t... Index>
Json variant_forms(SchemaWriter& writer, const std::array<std::string_view, Size>& words,
                   const Json& more, std::index_sequence<Index...>) {
  Json forms = Json::array();
  const auto add = [&](const std::string& word, const Json& schema) {
    Json members = more;
    std::vector<std::string> needed{word};
    for (auto at = more.begin(); at != more.end(); ++at) needed.push_back(at.key());
    members[word] = schema;
    forms.push_back(writer.object(members, needed));
  };
  (add(std::string(words[Index]), writer.of<std::variant_alternative_t<Index, Variant>>()), ...);
  return forms;
}

Json settlement_forms(SchemaWriter& writer, const Json& more) {
  return variant_forms<Settlement>(writer, settlement_words, more,
                                   std::make_index_sequence<std::variant_size_v<Settlement>>());
}

Json event_forms(SchemaWriter& writer) {
  return variant_forms<ChannelEvent>(writer, event_words, Json::object(),
                                     std::make_index_sequence<std::variant_size_v<ChannelEvent>>());
}

Json input_forms(SchemaWriter& writer) {
  Json forms = command_forms(writer);
  forms.push_back(writer.object(
      {{"connection", {{"type", "string"}}}, {"event", {{"oneOf", event_forms(writer)}}}},
      {"connection", "event"}));
  for (const Json& form : settlement_forms(writer, {{"settle", writer.of<EffectId>()}})) {
    forms.push_back(form);
  }
  return forms;
}

Json request(SchemaWriter& writer) {
  Json schema = writer.object<Request>();
  schema["anyOf"] =
      Json::array({{{"required", Json::array({"url"})}}, {{"required", Json::array({"url_b64"})}}});
  return schema;
}

Json question_forms(SchemaWriter& writer) {
  Json forms = Json::array();
  for (const Question& question : questions()) {
    forms.push_back(
        writer.define(std::string(question.word), question.arguments(question, writer)));
  }
  return forms;
}

Json answer_forms(SchemaWriter& writer) {
  Json forms = Json::array();
  for (const Question& question : questions()) {
    forms.push_back(
        writer.define("answer_to_" + std::string(question.word), question.result(writer)));
  }
  return forms;
}

Json result(SchemaWriter& writer) {
  return {{"oneOf", Json::array({writer.object({{"outcome", writer.of<Outcome>()},
                                                {"entries", writer.of<std::uint64_t>()}},
                                               {"outcome"}),
                                 writer.object({{"error", writer.of<Error>()},
                                                {"entries", writer.of<std::uint64_t>()}},
                                               {"error"})})}};
}

class Files {
 public:
  explicit Files(Outputs outputs)
      : output_(outputs == Outputs::open ? SchemaUse::output : SchemaUse::input) {}

  template <class Make>
  void input(const std::string& name, const std::string& about, Make make) {
    add(name, about, SchemaUse::input, make);
  }
  template <class Make>
  void output(const std::string& name, const std::string& about, Make make) {
    add(name, about, output_, make);
  }
  template <class Record>
  void record(const std::string& name, const std::string& about) {
    output(name, about, [](SchemaWriter& writer) { return writer.object<Record>(); });
  }
  std::map<std::string, Json> take() { return std::move(files_); }

 private:
  template <class Make>
  void add(const std::string& name, const std::string& about, SchemaUse use, Make make) {
    SchemaWriter writer(use);
    const Json schema = make(writer);
    files_[name] = writer.file("Novelo: " + name, about, schema);
  }

  SchemaUse output_;
  std::map<std::string, Json> files_;
};

void add_inputs(Files& files) {
  files.input("command", "What agents, staff and the business's systems ask of the engine.",
              [](SchemaWriter& writer) {
                return Json{{"oneOf", command_forms(writer)}};
              });
  files.input("event", "What an adapter makes of a provider's payload.", [](SchemaWriter& writer) {
    return Json{{"oneOf", event_forms(writer)}};
  });
  files.input("settlement", "What came of an effect.", [](SchemaWriter& writer) {
    return Json{{"oneOf", settlement_forms(writer, Json::object())}};
  });
  files.input("input", "What may be fed: a command, a decoded event or a settlement.",
              [](SchemaWriter& writer) {
                return Json{{"oneOf", input_forms(writer)}};
              });
  files.input("request", "A provider's request.", request);
  files.input("configuration", "What a desk is made of (docs/configuration.md).",
              [](SchemaWriter&) { return config::describe_document(Limits{}); });
  files.input("question", "What may be asked.", [](SchemaWriter& writer) {
    return Json{{"oneOf", question_forms(writer)}};
  });
}

void add_records(Files& files) {
  files.record<ContactRecord>("contact", "A customer.");
  files.record<ConversationRecord>("conversation", "An episode with one contact.");
  files.record<Closure>("closure", "What was said at one closing.");
  files.record<Interaction>("interaction", "One live presence of the contact on one channel.");
  files.record<Entry>("entry", "One line of a conversation's timeline.");
  files.record<CustomerEntry>("customer_entry", "An entry as the contact may see it.");
  files.record<Note>("note", "What staff and agents write to each other.");
  files.record<CaseRecord>("case", "The matter.");
  files.record<Callback>("callback", "A promise to call.");
  files.record<Survey>("survey", "What the contact thinks of it.");
  files.record<WorkRecord>("work", "What the router routes.");
  files.record<AgentRecord>("agent", "Who serves, as the router keeps it.");
}

void add_outputs(Files& files) {
  files.output("answer", "What a question comes to.", [](SchemaWriter& writer) {
    return Json{{"anyOf", answer_forms(writer)}};
  });
  files.output("result", "What an input came to; of an event, with the entries behind it.", result);
  files.record<Error>("error", "Why not.");
  files.record<Response>("response", "What the provider is to be answered.");
  files.record<Handout>("handout", "What the host must do.");
  files.record<Effect>("effect", "What the host must do, as the engine keeps it.");
  files.record<Signal>("signal", "Something worth showing now.");
  files.record<Quarantined>("quarantined", "An unreadable payload.");
  files.record<HeldSend>("held_send", "A send that waits for a person's decision.");
  files.record<RouterPlace>("place", "A place in a queue.");
  files.record<RouterExplanation>("explanation", "Why work waits, or who has it.");
}

}  // namespace

std::map<std::string, Json> schemas(Outputs outputs) {
  Files files(outputs);
  add_inputs(files);
  add_records(files);
  add_outputs(files);
  return files.take();
}

}  // namespace novelo::json_form
