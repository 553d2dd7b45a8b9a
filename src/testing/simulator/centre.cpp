#include "testing/simulator/centre.hpp"

namespace novelo::testing {
namespace {

constexpr std::string_view document = R"json({
  "tenant": {"company": "Aurora", "locale": "en", "zone": "America/Sao_Paulo",
             "mail_domain": "aurora.example", "survey_url": "https://aurora.example/s/",
             "conversation_url": "https://desk.aurora.example/c/"},
  "connections": [
    {"name": "pbx", "adapter": "voice", "path": "/hooks/pbx",
     "settings": {"verbs_url": "https://pbx.aurora.example/verbs"}, "secrets": ["shared_secret"]},
    {"name": "twilio", "adapter": "sms", "path": "/hooks/sms",
     "settings": {"account_sid": "AC00000000000000000000000000000001"}, "secrets": ["auth_token"]},
    {"name": "meta", "adapter": "whatsapp", "path": "/hooks/whatsapp",
     "secrets": ["app_secret", "verify_token", "access_token"]},
    {"name": "mail", "adapter": "email", "path": "/hooks/mail",
     "settings": {"domain": "aurora.example"}, "secrets": ["shared_secret"]}
  ],
  "entry_points": [
    {"name": "line", "channel": "voice", "connection": "pbx", "address": "08001234567",
     "also": ["8001234567"], "hours": "office",
     "desk": "care", "queue": "appointments", "country": "55", "area": "41",
     "fallback": "SIP/night", "look_up": {"action": "who", "wait": "3s"}},
    {"name": "sales_line", "channel": "voice", "connection": "pbx", "address": "08007654321",
     "hours": "early", "desk": "sales", "queue": "sales", "country": "55", "area": "41",
     "flow": "greet"},
    {"name": "sms", "channel": "sms", "connection": "twilio", "address": "+5541955550000",
     "desk": "care", "queue": "appointments", "country": "55", "area": "41",
     "unknown_send": "hold"},
    {"name": "whatsapp", "channel": "whatsapp", "connection": "meta",
     "address": "106540352242922", "public_address": "5541955551234", "desk": "care",
     "queue": "appointments", "look_up": {"action": "who", "wait": "0s"}},
    {"name": "sales_whatsapp", "channel": "whatsapp", "connection": "meta",
     "address": "106540352242923", "public_address": "5541955554321", "desk": "sales",
     "queue": "sales", "flow": "greet", "hours": "early"},
    {"name": "mailbox", "channel": "email", "connection": "mail", "address": "care@aurora.example",
     "desk": "care", "queue": "back_office"}
  ],
  "desks": [
    {"name": "care", "reopen": "24h", "affinity": "30d", "owner_wait": "3m",
     "waiting_text": "One moment, please."},
    {"name": "sales", "reopen": "1h", "affinity": "7d", "owner_wait": "30s"}
  ],
  "queues": [
    {"name": "appointments", "ageing": "1m", "offer_timeout": "20s", "wrap_up": "10s",
     "waiting_flow": "waiting", "waiting_when": ["preferred_busy", "preferred_offline"]},
    {"name": "sales", "skills": ["english"], "ageing": "2m", "offer_timeout": "15s"},
    {"name": "back_office", "ageing": "1h", "offer_timeout": "2m", "missed_offers": 2}
  ],
  "agents": [
    {"name": "joao", "display_name": "João", "queues": ["appointments", "sales", "back_office"],
     "skills": {"spanish": 6}, "email": "joao@aurora.example",
     "device": "SIP/101", "capacity": {"voice": 1, "chat": 3, "mail": 4, "item": 4}},
    {"name": "marta", "display_name": "Marta", "supervisor": true,
     "queues": ["appointments", "sales", "back_office"], "skills": {"english": 9, "spanish": 2},
     "device": "SIP/102", "capacity": {"voice": 1, "chat": 2, "mail": 2, "item": 2}},
    {"name": "rui", "display_name": "Rui", "queues": ["sales"], "skills": {"english": 4},
     "device": "SIP/103", "capacity": {"voice": 1, "chat": 1, "mail": 1, "item": 1}},
    {"name": "eva", "display_name": "Eva", "queues": ["appointments", "sales"],
     "skills": {"english": 6, "spanish": 8}, "device": "SIP/104"},
    {"name": "nuno", "display_name": "Nuno", "role": "staff", "queues": ["back_office"]}
  ],
  "hours": {
    "office": {
      "weekly": [{"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "20:00"},
                 {"days": [6], "from": "09:00", "to": "13:00"}],
      "holidays": ["2026-03-03"],
      "dates": {"2026-03-09": [{"from": "10:00", "to": "15:30"}], "2026-03-10": []}},
    "early": {
      "zone": "America/New_York",
      "weekly": [{"days": [1, 2, 3, 4, 5, 6], "from": "05:30", "to": "24:00"},
                 {"days": [7], "from": "00:00", "to": "01:30"},
                 {"days": [7], "from": "02:15", "to": "22:00"}]}
  },
  "templates": [
    {"name": "continue_on_whatsapp", "text": "Talk to us on WhatsApp: {link.whatsapp}"},
    {"name": "continue_on_sms", "text": "Answer this message to go on."},
    {"name": "reminder", "text": "Hello {contact.name|there}, we remind you of your appointment.",
     "provider_name": "appointment_reminder", "approved": true,
     "provider_variables": ["contact.name"]},
    {"name": "nps", "text": "From 0 to 10, how much do you recommend us? {survey.link}"},
    {"name": "nps-thanks", "text": {"en": "Thank you!", "pt": "Obrigado!"}},
    {"name": "leaflet", "subject": "{Greeting}", "text": "{greeting}: here is our leaflet. {wish}!",
     "attachments": [{"kind": "document", "mime": "application/pdf", "name": "leaflet.pdf",
                      "ref": "https://aurora.example/leaflet.pdf"}]},
    {"name": "about_case", "subject": "About {case.protocol}",
     "text": "{case.protocol} is {case.status}: {case.fields.cpf|} {dates.date|}"},
    {"name": "confirm", "subject": "Please confirm {case.protocol}",
     "text": "Does {dates.date} suit you?"}
  ],
  "case_types": [
    {"name": "visit", "protocol": "{yyyy}{mm}{dd}{seq:6}",
     "fields": [{"name": "date", "type": "date_time"}, {"name": "price", "type": "number"},
                {"name": "paid", "type": "yes_no"}, {"name": "about", "type": "text"},
                {"name": "cpf", "type": "cpf", "sendable": false}],
     "statuses": [
       {"name": "open", "category": "open"},
       {"name": "pending", "category": "waiting", "sends": "confirm", "sends_from": "mailbox",
        "awaits_reply": true},
       {"name": "approved", "category": "waiting", "needs": ["reply_verified"],
        "allows_override": true},
       {"name": "done", "category": "resolved", "reopens_to": "open"},
       {"name": "closed", "category": "final"}]},
    {"name": "claim", "protocol": "C{yyyy}{mm}{dd}{seq:6}",
     "fields": [{"name": "about", "type": "text", "required": true},
                {"name": "price", "type": "number"}],
     "statuses": [
       {"name": "new", "category": "open"},
       {"name": "checked", "category": "waiting", "from": ["new"], "person_only": true,
        "needs": ["fields.about", "address.phone"]},
       {"name": "solved", "category": "resolved", "needs": ["informed.protocol"],
        "reopens_to": "new"},
       {"name": "archived", "category": "final", "from": ["solved", "checked"],
        "allows_override": true}],
     "rules": [{"when": [{"path": "fields.price", "op": "gt", "value": 100}], "advice": "refund",
                "text": "Ask before you promise."}]}
  ],
  "actions": [
    {"name": "who"},
    {"name": "move", "parameters": ["date"], "sets": {"date": "answer.date"},
     "supersedes_mails": true},
    {"name": "note", "parameters": ["text"],
     "sets": {"about": "parameters.text", "price": "answer.price"}}
  ],
  "surveys": [
    {"name": "nps", "message": "nps", "sends_from": "sms", "period": "72h", "thanks": "nps-thanks"}
  ],
  "callbacks": {"attempts": 3, "retry": "15m", "agent_bound": "24h"},
  "flows": [
    {"flow": "greet", "version": 1, "locales": ["en"], "start": "look",
     "globals": [{"words": {"en": ["person"]}, "go": "desk"}],
     "steps": {
       "look": {"kind": "branch",
                "cases": [{"exit": "closed", "when": {"not": {"path": "hours.open"}}}],
                "exits": {"closed": "closed"}, "next": "menu"},
       "closed": {"kind": "say", "text": {"en": "We open on {hours.opens_at|another day}."},
                  "next": "number"},
       "number": {"kind": "ask", "expects": "phone", "save_as": "number", "attempts": 1,
                  "text": {"en": "Under which number may we call you?"},
                  "patience": {"voice": "7s", "written": "15m"}, "next": "promise",
                  "exits": {"no_match": "promise", "no_answer": "menu"}},
       "promise": {"kind": "callback", "by": "anyone", "number": "number", "next": "promised",
                   "exits": {"failed": "desk"}},
       "promised": {"kind": "end", "name": "callback_promised", "outcome": "callback"},
       "menu": {"kind": "choose", "save_as": "choice", "text": {"en": "What is it about?"},
                "options": [{"id": "buy", "title": {"en": "Buying"}},
                            {"id": "spanish", "title": {"en": "Español"}},
                            {"id": "other", "title": {"en": "Something else"}}],
                "attempts": 2, "patience": {"voice": "7s", "written": "15m"},
                "exits": {"buy": "name", "spanish": "in_spanish", "other": "desk",
                          "no_match": "desk", "no_answer": "desk"}},
       "in_spanish": {"kind": "hand_over", "skills": ["spanish"], "priority": 2,
                      "outcome": "in_spanish"},
       "name": {"kind": "ask", "expects": "text", "save_as": "what", "text": {"en": "What is it?"},
                "attempts": 2, "patience": {"voice": "7s", "written": "15m"}, "next": "noted",
                "exits": {"no_match": "desk", "no_answer": "desk"}},
       "noted": {"kind": "record", "event": "wanted", "value": {"from": "what"}, "next": "desk"},
       "desk": {"kind": "hand_over"}}},
    {"flow": "waiting", "version": 1, "locales": ["en"], "start": "offer",
     "steps": {
       "offer": {"kind": "choose", "save_as": "choice",
                 "text": {"en": "{owner.name|Our team} can't help you now. How shall we go on?"},
                 "options": [{"id": "wait", "title": {"en": "Keep waiting"}},
                             {"id": "another", "title": {"en": "Another adviser"}},
                             {"id": "message", "title": {"en": "Leave a message"},
                              "when": {"path": "channel", "op": "eq", "value": "voice"}},
                             {"id": "sms", "title": {"en": "Move to text"},
                              "when": {"path": "channel", "op": "ne", "value": "sms"}}],
                 "attempts": 2, "patience": {"voice": "7s", "written": "15m"},
                 "exits": {"wait": "waiting", "another": "other", "message": "voice_message",
                           "sms": "to_sms", "no_match": "waiting", "no_answer": "waiting"}},
       "waiting": {"kind": "keep_waiting"},
       "other": {"kind": "hand_over", "to": "other_than_owner"},
       "to_sms": {"kind": "switch_channel", "channel": "sms", "message": "continue_on_sms",
                  "exits": {"failed": "waiting"}},
       "voice_message": {"kind": "ask", "expects": "recording", "save_as": "voicemail",
                         "longest": "2m", "text": {"en": "Speak after the tone."},
                         "attempts": 2, "patience": {"voice": "6s", "written": "15m"},
                         "next": "promise",
                         "exits": {"no_match": "waiting", "no_answer": "waiting"}},
       "promise": {"kind": "callback", "by": "owner", "message": "voicemail", "next": "promised",
                   "exits": {"failed": "waiting"}},
       "promised": {"kind": "end", "name": "callback_promised", "outcome": "callback",
                    "text": {"en": "Thank you, we call you back."}}}}
  ]
})json";

}  // namespace

std::string_view centre_document() {
  return document;
}

std::string secret_text(const ConnectionName& connection, const std::string& name) {
  return "secret-of-" + connection.text() + "-" + name;
}

std::map<ConnectionName, std::map<std::string, std::vector<Secret>>> secrets_for(
    const Configuration& configuration) {
  std::map<ConnectionName, std::map<std::string, std::vector<Secret>>> secrets;
  for (const auto& [connection, names] : configuration.secret_names) {
    for (const std::string& name : names) {
      secrets[connection][name] = {Secret(secret_text(connection, name))};
    }
  }
  return secrets;
}

}  // namespace novelo::testing
