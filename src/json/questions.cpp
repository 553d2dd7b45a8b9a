#include "json/questions.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "json/fields.hpp"
#include "novelo/json.hpp"

namespace novelo::json_form {

using codec::Json;
using codec::SchemaWriter;

constexpr std::size_t usual_limit = 50;

// --- arguments -----------------------------------------------------------------------------------

struct Nothing {};
template <class Key>
struct ById {
  Key id;
};
struct ByName {
  AgentName name;
};
struct ByProtocol {
  std::string protocol;
};
struct AtAddress {
  Address address;
  std::string country;
  std::string area;
};
template <class After>
struct Rows {
  After after{};
  std::size_t limit = usual_limit;
};
template <class After>
struct RowsOfConversation {
  ConversationId conversation;
  After after{};
  std::size_t limit = usual_limit;
};
struct RowsBefore {
  ConversationId conversation;
  std::uint64_t before = 0;
  std::size_t limit = usual_limit;
};
struct RowsByName {
  AgentName after;
  std::size_t limit = usual_limit;
};
// A filter, and which part of what it lets pass.
template <class Filter>
struct Search {
  Filter filter;
  Part part{{}, usual_limit};
};
struct InQueue {
  QueueName queue;
  Part part{{}, usual_limit};
};
struct Since {
  ChangeCursor after;
  std::size_t limit = usual_limit;
};
struct TraceAsked {
  std::string input;
  EffectId effect;
  std::size_t limit = usual_limit;
};
struct OfContact {
  ContactId contact;
  ConversationId before;
  std::size_t limit = usual_limit;
};

template <class V>
void fields(V&, Nothing&) {}
template <class V, class Key>
void fields(V& v, ById<Key>& x) {
  v("id", x.id);
}
template <class V>
void fields(V& v, ByName& x) {
  v("name", x.name);
}
template <class V>
void fields(V& v, ByProtocol& x) {
  v("protocol", x.protocol);
}
template <class V>
void fields(V& v, AtAddress& x) {
  v("address", x.address);
  v("country", x.country);
  v("area", x.area);
}
template <class V, class After>
void fields(V& v, Rows<After>& x) {
  v("after", x.after);
  v("limit", x.limit);
}
template <class V, class After>
void fields(V& v, RowsOfConversation<After>& x) {
  v("conversation", x.conversation);
  v("after", x.after);
  v("limit", x.limit);
}
template <class V>
void fields(V& v, RowsBefore& x) {
  v("conversation", x.conversation);
  v("before", x.before);
  v("limit", x.limit);
}
template <class V>
void fields(V& v, RowsByName& x) {
  v("after", x.after);
  v("limit", x.limit);
}
template <class V>
void fields(V& v, Part& x) {
  v("after", x.after);
  v("limit", x.limit);
  v("budget", x.budget);
}
template <class V>
void fields(V& v, ConversationFilter& x) {
  v("contacts", x.contacts);
  v("owner", x.owner);
  v("statuses", x.statuses);
  v("desk", x.desk);
  v("opened_from", x.opened_from);
  v("opened_until", x.opened_until);
}
template <class V>
void fields(V& v, CaseFilter& x) {
  v("contacts", x.contacts);
  v("owner", x.owner);
  v("type", x.type);
  v("status", x.status);
  v("opened_from", x.opened_from);
  v("opened_until", x.opened_until);
}
template <class V>
void fields(V& v, CallbackFilter& x) {
  v("contacts", x.contacts);
  v("agent", x.agent);
  v("state", x.state);
  v("queue", x.queue);
  v("requested_from", x.requested_from);
  v("requested_until", x.requested_until);
}
template <class V, class Filter>
void fields(V& v, Search<Filter>& x) {
  json_form::fields(v, x.filter);
  json_form::fields(v, x.part);
}
template <class V>
void fields(V& v, InQueue& x) {
  v("queue", x.queue);
  json_form::fields(v, x.part);
}
template <class V>
void fields(V& v, Since& x) {
  v("after", x.after);
  v("limit", x.limit);
}
template <class V>
void fields(V& v, TraceAsked& x) {
  v("input", x.input);
  v("effect", x.effect);
  v("limit", x.limit);
}
template <class V>
void fields(V& v, OfContact& x) {
  v("contact", x.contact);
  v("before", x.before);
  v("limit", x.limit);
}

// --- answers -------------------------------------------------------------------------------------

struct Version {
  std::uint64_t version = 0;
};
struct CaseFound {
  CaseId id;
};
struct Document {
  std::string json;
};
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Version>
void fields(V& v, X& x) {
  v("version", x.version);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Document>
void fields(V& v, X& x) {
  v("json", x.json);
}
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, CaseFound>
void fields(V& v, X& x) {
  v("case", x.id);
}

namespace {

template <class T>
struct AnswerForm {
  static Json write(const T& record) { return to_json(record); }
  static Json schema(SchemaWriter& writer) { return writer.object<T>(); }
};
template <class T>
struct AnswerForm<std::vector<T>> {
  static Json write(const std::vector<T>& records) {
    Json items = Json::array();
    for (const T& record : records) {
      if constexpr (requires { to_json(record); }) {
        items.push_back(to_json(record));
      } else {
        items.push_back(codec::write_json(record));
      }
    }
    return {{"items", std::move(items)}};
  }
  static Json schema(SchemaWriter& writer) {
    return writer.object({{"items", writer.of<std::vector<T>>()}}, {"items"});
  }
};
template <class T>
struct AnswerForm<Page<T>> {
  static Json write(const Page<T>& page) {
    Json json = AnswerForm<std::vector<T>>::write(page.items);
    if (!page.next.empty()) json["next"] = codec::mended(page.next.text());
    return json;
  }
  static Json schema(SchemaWriter& writer) {
    return writer.object({{"items", writer.of<std::vector<T>>()}, {"next", writer.of<Cursor>()}},
                         {"items"});
  }
};
template <class T>
requires std::same_as<T, Changes> || std::same_as<T, ConfigurationPlan>
struct AnswerForm<T> {
  static Json write(const T& answer) { return codec::write_json(answer); }
  static Json schema(SchemaWriter& writer) { return writer.object<T>(); }
};
template <class T>
requires std::same_as<T, Version> || std::same_as<T, CaseFound> || std::same_as<T, Document>
struct AnswerForm<T> {
  static Json write(const T& record) { return codec::write_json(record, codec::Defaults::kept); }
  static Json schema(SchemaWriter& writer) { return writer.object<T>(); }
};

// The arguments and the answer of `[](const Query&, const Arguments&) -> Result<Answer>`.
template <class Ask>
struct Signature : Signature<decltype(&Ask::operator())> {};
template <class Ask, class A, class R>
struct Signature<Result<R> (Ask::*)(const Query&, const A&) const> {
  using Arguments = A;
  using Answer = R;
};

template <class Ask>
Result<Json> answer_with(const Question& self, const Query& query, const Json& json) {
  codec::JsonReader reader;
  typename Signature<Ask>::Arguments arguments;
  reader.read_members(json, "", arguments, {"ask"});
  for (const std::string& name : self.needed) {
    if (!json.contains(name)) reader.blame("missing_key", "This member must be there.", name);
  }
  if (reader.fault()) return fail(*reader.fault());
  const auto answer = Ask{}(query, arguments);
  if (!answer) return fail(answer.error());
  return AnswerForm<typename Signature<Ask>::Answer>::write(*answer);
}

template <class Ask>
Json arguments_of(const Question& self, SchemaWriter& writer) {
  std::vector<std::string> needed = self.needed;
  needed.insert(needed.begin(), "ask");
  return writer.object<typename Signature<Ask>::Arguments>(
      {{"ask", {{"const", std::string(self.word)}}}}, needed);
}

template <class Ask>
Json result_of(SchemaWriter& writer) {
  return AnswerForm<typename Signature<Ask>::Answer>::schema(writer);
}

template <class Ask>
Question question(std::string_view word, std::vector<std::string> needed, Ask) {
  return {word, std::move(needed), &answer_with<Ask>, &arguments_of<Ask>, &result_of<Ask>};
}

std::vector<Question> questions_of_conversations() {
  using Q = const Query&;
  return {
      question("conversation", {"id"},
               [](Q query, const ById<ConversationId>& a) { return query.conversation(a.id); }),
      question("conversations", {},
               [](Q query, const Rows<ConversationId>& a) {
                 return query.conversations(a.after, a.limit);
               }),
      question("conversations_of", {"contact"},
               [](Q query, const OfContact& a) {
                 return query.conversations_of(a.contact, a.before, a.limit);
               }),
      question("find_conversations", {},
               [](Q query, const Search<ConversationFilter>& a) {
                 return query.find_conversations(a.filter, a.part);
               }),
      question("timeline_before", {"conversation"},
               [](Q query, const RowsBefore& a) {
                 return query.timeline_before(a.conversation, a.before, a.limit);
               }),
      question("timeline", {"conversation"},
               [](Q query, const RowsOfConversation<std::uint64_t>& a) {
                 return query.timeline(a.conversation, a.after, a.limit);
               }),
      question("customer_view", {"conversation"},
               [](Q query, const RowsOfConversation<std::uint64_t>& a) {
                 return query.customer_view(a.conversation, a.after, a.limit);
               }),
      question("notes", {"conversation"},
               [](Q query, const RowsOfConversation<NoteId>& a) {
                 return query.notes(a.conversation, a.after, a.limit);
               }),
      question("closures", {"conversation"},
               [](Q query, const RowsOfConversation<std::uint32_t>& a) {
                 return query.closures(a.conversation, a.after, a.limit);
               }),
      question("interaction", {"id"},
               [](Q query, const ById<InteractionId>& a) { return query.interaction(a.id); }),
  };
}

std::vector<Question> questions_of_matters() {
  using Q = const Query&;
  return {
      question("contact", {"id"},
               [](Q query, const ById<ContactId>& a) { return query.contact(a.id); }),
      question("contacts_at", {"address"},
               [](Q query, const AtAddress& a) {
                 return query.contacts_at(a.address, {a.country, a.area});
               }),
      question("case", {"id"}, [](Q query, const ById<CaseId>& a) { return query.case_of(a.id); }),
      question("case_by_protocol", {"protocol"},
               [](Q query, const ByProtocol& a) -> Result<CaseFound> {
                 const auto found = query.case_by_protocol(a.protocol);
                 if (!found) return fail(found.error());
                 return CaseFound{*found};
               }),
      question(
          "find_cases", {},
          [](Q query, const Search<CaseFilter>& a) { return query.find_cases(a.filter, a.part); }),
      question("find_callbacks", {},
               [](Q query, const Search<CallbackFilter>& a) {
                 return query.find_callbacks(a.filter, a.part);
               }),
      question("callback", {"id"},
               [](Q query, const ById<CallbackId>& a) { return query.callback(a.id); }),
      question("survey", {"id"},
               [](Q query, const ById<SurveyId>& a) { return query.survey(a.id); }),
  };
}

std::vector<Question> questions_of_operation() {
  using Q = const Query&;
  return {
      question("work", {"id"}, [](Q query, const ById<WorkId>& a) { return query.work(a.id); }),
      question("place", {"id"}, [](Q query, const ById<WorkId>& a) { return query.place(a.id); }),
      question("explain", {"id"},
               [](Q query, const ById<WorkId>& a) { return query.explain(a.id); }),
      question("agent", {"name"}, [](Q query, const ByName& a) { return query.agent(a.name); }),
      question("agents", {},
               [](Q query, const RowsByName& a) { return query.agents(a.after, a.limit); }),
      question("queues", {}, [](Q query, const Nothing&) { return query.queues(); }),
      question("waiting", {"queue"},
               [](Q query, const InQueue& a) { return query.waiting(a.queue, a.part); }),
      question("works_of", {"name"},
               [](Q query, const ByName& a) { return query.works_of(a.name); }),
      question("configuration", {},
               [](Q query, const Nothing&) -> Result<Version> {
                 const auto version = query.configuration();
                 if (!version) return fail(version.error());
                 return Version{*version};
               }),
      question("unsettled", {},
               [](Q query, const Rows<EffectId>& a) { return query.unsettled(a.after, a.limit); }),
      question("held", {},
               [](Q query, const Rows<EffectId>& a) { return query.held(a.after, a.limit); }),
      question(
          "quarantine", {},
          [](Q query, const Rows<QuarantineId>& a) { return query.quarantine(a.after, a.limit); }),
  };
}

std::vector<Question> questions_of_operators() {
  using Q = const Query&;
  return {
      question("changes_since", {},
               [](Q query, const Since& a) { return query.changes_since(a.after, a.limit); }),
      question("plan", {"json"}, [](Q query, const Document& a) { return query.plan(a.json); }),
      question("configuration_document", {"version"},
               [](Q query, const Version& a) -> Result<Document> {
                 const auto document = query.configuration_document(a.version);
                 if (!document) return fail(document.error());
                 return Document{*document};
               }),
      question("trace_of", {},
               [](Q query, const TraceAsked& a) -> Result<std::vector<Trace>> {
                 if (!a.effect) return query.trace_of(a.input, a.limit);
                 if (a.input.empty()) return query.trace_of(a.effect, a.limit);
                 return fail({ErrorCode::invalid, "two_forms", "this asks two things at once",
                              "effect", "give either the input or the effect"});
               }),
  };
}

std::vector<Question> make_questions() {
  std::vector<Question> all;
  for (auto& part : {questions_of_conversations(), questions_of_matters(), questions_of_operation(),
                     questions_of_operators()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::span<const Question> questions() {
  static const std::vector<Question> all = make_questions();
  return all;
}

}  // namespace novelo::json_form
