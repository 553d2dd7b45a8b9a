#include "config/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/forms.hpp"
#include "config/reader.hpp"

namespace novelo::config {
namespace {

// One walk over a configuration; the first fault is kept.
class Check {
 public:
  explicit Check(const Configuration& configuration) : all_(configuration) {}

  Status run() {
    entry_points();
    queues();
    agents();
    case_types();
    actions();
    surveys();
    whatsapp_links();
    if (fault_.error()) return fail(*fault_.error());
    return {};
  }

 private:
  // `found` is what a finder gave for the name at `path`; an empty name refers to nothing.
  template <class Name, class Found>
  void refer(const std::string& path, std::string_view noun, const Name& name, const Found& found) {
    if (name.empty() || found) return;
    fault_.note(path, "unknown_name", fmt::format("There is no {} \"{}\".", noun, name.text()));
  }

  void entry_points() {
    for (std::size_t at = 0; at < all_.entry_points.size(); ++at) {
      const EntryPointConfig& point = all_.entry_points[at];
      const std::string path = path_to_item("entry_points", at);
      refer(path + ".connection", "connection", point.connection,
            all_.connection(point.connection));
      refer(path + ".desk", "desk", point.desk, all_.desk(point.desk));
      refer(path + ".queue", "queue", point.queue, all_.queue(point.queue));
      refer(path + ".flow", "flow", point.flow, all_.has_flow(point.flow));
      look_up(point, path + ".look_up.action");
      if (point.channel != Channel::email) continue;
      if (!is_mail_address(point.address)) {
        fault_.note(path + ".address", "bad_form", "This must be a mail address.");
      }
      if (all_.tenant.mail_domain.empty()) {
        fault_.note("tenant.mail_domain", "missing_key",
                    "An entry point for mail needs a domain for its Message-IDs and addresses.");
      }
    }
  }

  // What is asked is who somebody is: there is no case yet.
  void look_up(const EntryPointConfig& point, const std::string& path) {
    if (!point.look_up) return;
    const std::string& name = point.look_up->action;
    const ActionConfig* action = all_.action(name);
    if (action == nullptr) {
      fault_.note(path, "unknown_name", fmt::format("There is no action \"{}\".", name));
    } else if (!action->parameters.empty() || !action->sets.empty() || action->supersedes_mails) {
      fault_.note(path, "not_applicable", "A look-up has no case and no parameters.",
                  "Name an action that has nothing but its name.");
    }
  }

  void queues() {
    for (std::size_t at = 0; at < all_.queues.size(); ++at) {
      const QueueConfig& queue = all_.queues[at];
      const std::string path = path_to_item("queues", at);
      refer(path + ".waiting_flow", "flow", queue.waiting_flow, all_.has_flow(queue.waiting_flow));
      for (std::size_t i = 0; i < queue.skills.size(); ++i) {
        const SkillName& skill = queue.skills[i];
        const bool known =
            std::any_of(all_.agents.begin(), all_.agents.end(),
                        [&](const AgentConfig& agent) { return agent.skills.contains(skill); });
        refer(path_to_item(path + ".skills", i), "agent with the skill", skill, known);
      }
    }
  }

  void agents() {
    for (std::size_t at = 0; at < all_.agents.size(); ++at) {
      const std::vector<QueueName>& names = all_.agents[at].queues;
      const std::string list = path_to_item("agents", at) + ".queues";
      for (std::size_t i = 0; i < names.size(); ++i) {
        refer(path_to_item(list, i), "queue", names[i], all_.queue(names[i]));
      }
    }
  }

  // A template that goes out from an entry point: both are there and fit one another.
  void sends(const std::string& template_path, const TemplateName& name,
             const std::string& point_path, const EntryPointName& from) {
    const MessageTemplate* text = all_.message_template(name);
    const EntryPointConfig* point = all_.entry_point(from);
    refer(template_path, "template", name, text);
    refer(point_path, "entry point", from, point);
    if (text == nullptr || point == nullptr) return;
    if (point->channel == Channel::voice) {
      fault_.note(point_path, "not_applicable",
                  "Nothing written can be sent from a telephone line.",
                  "Name an entry point of a written channel.");
    }
    if (point->channel == Channel::email && text->subject.empty()) {
      fault_.note(
          template_path, "missing_subject",
          fmt::format("The template \"{}\" goes out by mail and has no subject.", name.text()),
          "Give the template a subject.");
    }
  }

  void case_types() {
    for (std::size_t at = 0; at < all_.case_types.size(); ++at) {
      const CaseTypeConfig& type = all_.case_types[at];
      const std::string path = path_to_item("case_types", at);
      for (std::size_t i = 0; i < type.statuses.size(); ++i) {
        status(type, type.statuses[i], path_to_item(path + ".statuses", i));
      }
      for (std::size_t i = 0; i < type.rules.size(); ++i) {
        const std::string list = path_to_item(path + ".rules", i) + ".when";
        for (std::size_t k = 0; k < type.rules[i].when.size(); ++k) {
          rule_path(type, type.rules[i].when[k].path, path_to_item(list, k) + ".path");
        }
      }
    }
  }

  void status(const CaseTypeConfig& type, const StatusConfig& status, const std::string& path) {
    for (std::size_t i = 0; i < status.from.size(); ++i) {
      refer(path_to_item(path + ".from", i), "status", status.from[i], type.status(status.from[i]));
    }
    for (std::size_t i = 0; i < status.needs.size(); ++i) {
      need(type, status.needs[i], path_to_item(path + ".needs", i));
    }
    reopens(type, status, path + ".reopens_to");
    sends(path + ".sends", status.sends, path + ".sends_from", status.sends_from);
    const MessageTemplate* text = all_.message_template(status.sends);
    if (text == nullptr) return;
    for (const std::string& used : paths_of(*text)) {
      if (is_always_known(used) || used == "case.protocol" || used == "case.status") continue;
      if (const std::string_view date = date_of(used); !date.empty()) {
        if (!is_date(type, date)) unknown_variable(*text, used, path + ".sends");
      } else if (field_of(used).empty()) {
        unknown_variable(*text, used, path + ".sends");
      } else {
        sendable(type, used, path + ".sends");
      }
    }
  }

  // --- what texts may read -----------------------------------------------------------------------

  static bool is_always_known(std::string_view path) {
    constexpr std::string_view known[] = {
        "company",  "contact.name", "contact.first_name", "owner.name", "owner.first_name",
        "greeting", "wish",         "Greeting",           "Wish",       "link.whatsapp"};
    return std::find(std::begin(known), std::end(known), path) != std::end(known);
  }

  // The field of "dates.x"; empty for another path.
  static std::string_view date_of(std::string_view path) {
    return path.starts_with("dates.") ? path.substr(6) : std::string_view();
  }

  static bool is_date(const CaseTypeConfig& type, std::string_view name) {
    const FieldConfig* field = type.field(name);
    return field != nullptr && field->sendable && field->type == "date_time";
  }

  void unknown_variable(const MessageTemplate& text, std::string_view used,
                        const std::string& path) {
    fault_.note(path, "unknown_variable",
                fmt::format("The template \"{}\" shows {{{}}}, and there is no such thing here.",
                            text.name.text(), used),
                "Correct its name, or take it out of the text.");
  }

  // What a rule looks at: docs/configuration.md.
  void rule_path(const CaseTypeConfig& type, std::string_view used, const std::string& path) {
    if (used == "status" || used == "category") return;
    if (used.starts_with("fields.") && !field_of(used).empty()) {
      return field_path(type, used, path);
    }
    fault_.note(path, "bad_path", "A rule cannot look at this.",
                "Write fields.<field>, status or category.");
  }

  // Where a mail of the case's sets it back to: nobody is there to be asked.
  void reopens(const CaseTypeConfig& type, const StatusConfig& status, const std::string& path) {
    if (status.reopens_to.empty()) return;
    const StatusConfig* to = type.status(status.reopens_to);
    refer(path, "status", status.reopens_to, to);
    if (to == nullptr) return;
    if (status.category != StatusCategory::resolved) {
      fault_.note(path, "not_applicable", "Only a resolved case is reopened by its mail.",
                  "Take it out, or make the status a resolved one.");
    } else if (to->category == StatusCategory::resolved || to->category == StatusCategory::final) {
      fault_.note(path, "out_of_range", "A case that is reopened is open or waiting again.",
                  "Name a status of the category open or waiting.");
    } else if (to->person_only) {
      fault_.note(path, "not_applicable", "Only a person may set this status, and a mail would.",
                  "Name another one.");
    }
  }

  void need(const CaseTypeConfig& type, const std::string& word, const std::string& path) {
    const std::size_t dot = word.find('.');
    const std::string_view kind = std::string_view(word).substr(0, dot);
    const std::string_view what =
        dot == std::string::npos ? std::string_view() : std::string_view(word).substr(dot + 1);
    if (kind == "fields" && !what.empty()) {
      field_path(type, word, path);
    } else if (kind == "address") {
      const std::optional<AddressKind> known = parse_address_kind(what);
      if (!known || *known == AddressKind::none || *known == AddressKind::withheld) {
        fault_.note(path, "unknown_word", "There is no such kind of address.",
                    "Write phone, email, whatsapp, page_user, visitor or external after "
                    "\"address.\".");
      }
    } else if ((kind != "informed" || what.empty()) && word != "reply_verified") {
      fault_.note(path, "unknown_word", "This is nothing that a status can need.",
                  "Write fields.<field>, address.<kind>, informed.<word> or reply_verified.");
    }
  }

  // The field that a path reads, where it reads one: "fields.x", "case.fields.x.y".
  static std::string_view field_of(std::string_view path) {
    if (path.starts_with("case.")) path.remove_prefix(5);
    if (!path.starts_with("fields.")) return {};
    path.remove_prefix(7);
    return path.substr(0, path.find('.'));
  }

  void field_path(const CaseTypeConfig& type, std::string_view used, const std::string& path) {
    const std::string_view field = field_of(used);
    if (field.empty() || type.field(field) != nullptr) return;
    fault_.note(path, "unknown_field",
                fmt::format("Cases of type \"{}\" have no field \"{}\".", type.name.text(), field));
  }

  void sendable(const CaseTypeConfig& type, std::string_view used, const std::string& path) {
    field_path(type, used, path);
    const FieldConfig* field = type.field(field_of(used));
    if (field == nullptr || field->sendable) return;
    fault_.note(
        path, "not_sendable",
        fmt::format("The template shows the field \"{}\", which may not be sent.", field->name),
        "Take it out of the text, or declare the field sendable.");
  }

  static std::vector<std::string> paths_of(const MessageTemplate& text) {
    std::vector<std::string> paths = text.provider_variables;
    for (const LocalizedText* localized : {&text.subject, &text.text}) {
      for (const auto& [locale, compiled] : localized->by_locale) {
        for (std::string& path : compiled.paths()) paths.push_back(std::move(path));
      }
    }
    return paths;
  }

  // Actions are not tied to a type: a field of any will do.
  void some_field(std::string_view name, const std::string& path) {
    const bool known =
        std::any_of(all_.case_types.begin(), all_.case_types.end(),
                    [name](const CaseTypeConfig& type) { return type.field(name) != nullptr; });
    if (known) return;
    fault_.note(path, "unknown_field", fmt::format("No case type has a field \"{}\".", name));
  }

  void actions() {
    for (std::size_t at = 0; at < all_.actions.size(); ++at) {
      const ActionConfig& action = all_.actions[at];
      const std::string sets = path_to_item("actions", at) + ".sets";
      for (const auto& [field, source] : action.sets) {
        const std::string path = path_to_member(sets, field);
        some_field(field, path);
        source_of(action, source, path);
      }
    }
  }

  void source_of(const ActionConfig& action, std::string_view source, const std::string& path) {
    const std::size_t dot = source.find('.');
    const std::string_view root = source.substr(0, dot);
    std::string_view rest = dot == std::string_view::npos ? "" : source.substr(dot + 1);
    rest = rest.substr(0, rest.find('.'));
    if (root == "fields" && !rest.empty()) {
      some_field(rest, path);
    } else if (root == "parameters" && !rest.empty()) {
      const auto& known = action.parameters;
      if (std::find(known.begin(), known.end(), rest) != known.end()) return;
      fault_.note(path, "unknown_name", fmt::format("The action has no parameter \"{}\".", rest));
    } else if (root != "answer") {
      fault_.note(path, "bad_path", "A field is set from parameters, the answer or other fields.",
                  "Write parameters.<name>, answer.<path> or fields.<field>.");
    }
  }

  void surveys() {
    for (std::size_t at = 0; at < all_.surveys.size(); ++at) {
      const SurveyConfig& survey = all_.surveys[at];
      const std::string path = path_to_item("surveys", at);
      sends(path + ".message", survey.message, path + ".sends_from", survey.sends_from);
      sends(path + ".thanks", survey.thanks, path + ".sends_from", survey.sends_from);
      links(survey, path);
      survey_text(survey.message, true, path + ".message");
      survey_text(survey.thanks, false, path + ".thanks");
    }
  }

  // The message is asked for a case, which may be of any type; thanks are for none.
  void survey_text(const TemplateName& name, bool asks, const std::string& path) {
    const MessageTemplate* text = all_.message_template(name);
    if (text == nullptr) return;
    const auto any_type = [&](const auto& fits) {
      return std::any_of(all_.case_types.begin(), all_.case_types.end(), fits);
    };
    for (const std::string& used : paths_of(*text)) {
      if (is_always_known(used)) continue;
      const std::string_view date = date_of(used);
      const std::string_view field = field_of(used);
      const auto known = [&](const CaseTypeConfig& type) {
        const FieldConfig* known_field = type.field(field);
        return date.empty() ? known_field != nullptr && known_field->sendable : is_date(type, date);
      };
      const bool of_a_case = used == "case.protocol" || used == "case.status" || any_type(known);
      if (asks && (used == "survey.link" || of_a_case)) continue;
      unknown_variable(*text, used, path);
    }
  }

  // What a contact can write to is not what a provider knows the number by.
  void whatsapp_links() {
    const bool linked =
        std::any_of(all_.templates.begin(), all_.templates.end(),
                    [](const MessageTemplate& text) {
                      const std::vector<std::string> used = paths_of(text);
                      return std::find(used.begin(), used.end(), "link.whatsapp") != used.end();
                    }) ||
        std::any_of(all_.flows.begin(), all_.flows.end(), [](const std::string& flow) {
          return flow.find("link.whatsapp") != std::string::npos;
        });
    if (!linked) return;
    for (std::size_t at = 0; at < all_.entry_points.size(); ++at) {
      const EntryPointConfig& point = all_.entry_points[at];
      if (point.channel != Channel::whatsapp || !point.public_address.empty()) continue;
      if (all_.entry_point_on(point.desk, Channel::whatsapp) != &point) continue;
      fault_.note(
          path_to_item("entry_points", at) + ".public_address", "missing_key",
          "A text shows {link.whatsapp}, and no number is known that the link could open.",
          "Set it to the WhatsApp number as contacts see it, digits with the country code.");
    }
  }

  // A survey that is asked by link needs somewhere for the link to lead.
  void links(const SurveyConfig& survey, const std::string& path) {
    const MessageTemplate* text = all_.message_template(survey.message);
    if (text == nullptr || !all_.tenant.survey_url.empty()) return;
    const std::vector<std::string> used = paths_of(*text);
    if (std::find(used.begin(), used.end(), "survey.link") == used.end()) return;
    fault_.note(
        "tenant.survey_url", "missing_key",
        fmt::format("{} asks by a link, and there is no URL to put its token behind.", path),
        "Set tenant.survey_url, or take {survey.link} out of the template.");
  }

  const Configuration& all_;
  Fault fault_;
};

}  // namespace

Status check_references(const Configuration& configuration) {
  return Check(configuration).run();
}

}  // namespace novelo::config
