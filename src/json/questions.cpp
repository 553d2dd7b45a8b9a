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
template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Version>
void fields(V& v, X& x) {
  v("version", x.version);
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
requires std::same_as<T, Version> || std::same_as<T, CaseFound>
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

std::vector<Question> make_questions() {
  std::vector<Question> all;
  for (auto& part :
       {questions_of_conversations(), questions_of_matters(), questions_of_operation()}) {
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
