#include "testing/expectations.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "novelo/testing/provider.hpp"
#include "testing/view.hpp"

namespace novelo::testing {
namespace {

using Member = std::pair<const char*, const std::optional<Value>*>;

// Compares after filling the labels in.
void compare_filled(const Value& expected, const Value& actual, const std::string& path,
                    const Labels& labels, Comparison& comparison) {
  const auto filled = labels.fill(expected);
  if (filled) return compare(*filled, actual, path, comparison);
  comparison.differences.push_back(path + ": " + to_string(filled.error()));
}

void compare_request(const RequestMatch& match, const Value& request, const Labels& labels,
                     Comparison& comparison) {
  const std::string body = request["body"].to_text();
  for (const auto& [name, expected] : {Member("method", &match.method), Member("url", &match.url),
                                       Member("authorization", &match.authorization),
                                       Member("idempotency_key", &match.idempotency_key)}) {
    if (!*expected) continue;
    compare_filled(**expected, request[name], std::string("request.") + name, labels, comparison);
  }
  if (match.headers) {
    compare_filled(Value(*match.headers), request["headers"], "request.headers", labels,
                   comparison);
  }
  if (match.body) {
    const auto json = json_body(body);
    compare_filled(*match.body, json ? *json : Value(body), "request.body", labels, comparison);
  }
  if (match.form) {
    compare_filled(Value(*match.form), Value(form_body(body)), "request.form", labels, comparison);
  }
  if (match.mail) {
    compare_filled(Value(*match.mail), Value(mail_body(body)), "request.mail", labels, comparison);
  }
}

void compare_contains(const Value& wanted, const Value& view, const Labels& labels,
                      Comparison& comparison) {
  const std::string text = plain_text(view);
  const auto* list = wanted.as_list();
  const Value::List parts = list != nullptr ? *list : Value::List{wanted};
  for (const Value& part : parts) {
    const auto filled = labels.fill(part);
    if (!filled) {
      comparison.differences.push_back("contains: " + to_string(filled.error()));
    } else if (text.find(filled->to_text()) == std::string::npos) {
      comparison.differences.push_back(
          fmt::format("contains: there is no {} in\n{}", shown(*filled), text));
    } else {
      ++comparison.held;
    }
  }
}

// --- lists ---------------------------------------------------------------------------------------

// How each expected item compares with each actual one.
using Compare = std::function<Comparison(std::size_t expected, std::size_t actual)>;

struct ListCheck {
  std::string what;  // "effects"
  std::size_t expected = 0;
  std::size_t actual = 0;
  bool any_order = false;
  bool no_other = false;
  Compare compare;
  std::function<std::string(std::size_t)> show_expected;
  std::function<std::string(std::size_t)> show_actual;
};

void explain(const ListCheck& list, std::size_t item, const std::vector<bool>& used,
             std::vector<std::string>& failures) {
  std::string text = fmt::format("{}[{}]: expected {}", list.what, item, list.show_expected(item));
  std::size_t nearest = list.actual;
  Comparison best;
  for (std::size_t i = 0; i < list.actual; ++i) {
    Comparison each = list.compare(item, i);
    if (each.matches()) {
      text += fmt::format("\n  it is there as number {}, but not in this order{}", i + 1,
                          used[i] ? " or not once more" : "");
      failures.push_back(std::move(text));
      return;
    }
    const bool nearer =
        nearest == list.actual || each.held > best.held ||
        (each.held == best.held && each.differences.size() < best.differences.size());
    if (!nearer) continue;
    nearest = i;
    best = std::move(each);
  }
  if (nearest == list.actual) {
    text += "\n  there is none at all";
  } else {
    text += fmt::format("\n  nearest, number {} of {}: {}", nearest + 1, list.actual,
                        list.show_actual(nearest));
    for (const std::string& difference : best.differences) text += "\n    " + difference;
  }
  failures.push_back(std::move(text));
}

// Finds for one expected item another actual one, moving those that can go elsewhere.
bool place(const ListCheck& list, std::size_t item, std::vector<std::size_t>& taken,
           std::vector<bool>& tried) {
  for (std::size_t i = 0; i < list.actual; ++i) {
    if (tried[i] || !list.compare(item, i).matches()) continue;
    tried[i] = true;
    if (taken[i] == list.expected || place(list, taken[i], taken, tried)) {
      taken[i] = item;
      return true;
    }
  }
  return false;
}

// For each expected item its actual one; `actual` where there is none.
std::vector<std::size_t> assign(const ListCheck& list) {
  std::vector<std::size_t> found(list.expected, list.actual);
  if (list.any_order) {
    std::vector<std::size_t> taken(list.actual, list.expected);
    for (std::size_t item = 0; item < list.expected; ++item) {
      std::vector<bool> tried(list.actual, false);
      place(list, item, taken, tried);
    }
    for (std::size_t i = 0; i < list.actual; ++i) {
      if (taken[i] != list.expected) found[taken[i]] = i;
    }
    return found;
  }
  std::size_t next = 0;
  for (std::size_t item = 0; item < list.expected; ++item) {
    std::size_t i = next;
    while (i < list.actual && !list.compare(item, i).matches()) ++i;
    if (i == list.actual) continue;
    found[item] = i;
    next = i + 1;
  }
  return found;
}

std::vector<std::size_t> check_list(const ListCheck& list, std::vector<std::string>& failures) {
  const std::vector<std::size_t> found = assign(list);
  std::vector<bool> used(list.actual, false);
  for (const std::size_t i : found) {
    if (i != list.actual) used[i] = true;
  }
  for (std::size_t item = 0; item < list.expected; ++item) {
    if (found[item] == list.actual) explain(list, item, used, failures);
  }
  if (!list.no_other) return found;
  for (std::size_t i = 0; i < list.actual; ++i) {
    if (used[i]) continue;
    failures.push_back(
        fmt::format("{}: one more than expected: {}", list.what, list.show_actual(i)));
  }
  return found;
}

ListCheck value_list(std::string what, const Values& expected, const Value::List& actual,
                     const Labels& labels) {
  ListCheck list;
  list.what = std::move(what);
  list.expected = expected.size();
  list.actual = actual.size();
  list.compare = [&expected, &actual, &labels](std::size_t item, std::size_t i) {
    Comparison comparison;
    compare_filled(expected[item], actual[i], "", labels, comparison);
    return comparison;
  };
  list.show_expected = [&expected](std::size_t item) { return shown(expected[item]); };
  list.show_actual = [&actual](std::size_t i) { return shown(actual[i], 600); };
  return list;
}

void check_none(const std::string& what, const Values& unwanted, const Value::List& actual,
                const Labels& labels, std::vector<std::string>& failures) {
  for (const Value& each : unwanted) {
    for (const Value& there : actual) {
      Comparison comparison;
      compare_filled(each, there, "", labels, comparison);
      if (!comparison.matches()) continue;
      failures.push_back(
          fmt::format("{}: {} must not be there, and is: {}", what, shown(each), shown(there)));
    }
  }
}

// What was expected of an effect, for people.
std::string shown_match(const EffectMatch& match) {
  Value::Map map;
  const auto add = [&map](const char* name, const auto& value) {
    if (value) map.emplace(name, Value(*value));
  };
  add("kind", match.kind);
  add("connection", match.connection);
  add("agent", match.agent);
  add("attempt", match.attempt);
  add("body", match.body);
  add("warnings", match.warnings);
  add("contains", match.contains);
  if (match.request) {
    add("method", match.request->method);
    add("url", match.request->url);
    add("request.body", match.request->body);
    add("request.form", match.request->form);
    add("request.mail", match.request->mail);
    add("request.headers", match.request->headers);
  }
  return shown(Value(std::move(map)), 600);
}

class Checker {
 public:
  Checker(const StepFacts& facts, const Host& host, const Catalogue& catalogue,
          const Labels& labels)
      : facts_(facts), host_(host), catalogue_(catalogue), labels_(labels) {}

  Verdict check(const ExpectSpec& expect) {
    check_result(expect);
    check_effects(expect);
    check_records("entries", expect.entries, facts_.entries, Order::as_written,
                  expect.no_other_entries);
    check_none("entries", expect.no_entries, facts_.entries, labels_, verdict_.failures);
    if (!facts_.resumed) check_records("signals", expect.signals, host_.signals(), Order::any);
    check_things(expect);
    return std::move(verdict_);
  }

 private:
  enum class Order { as_written, any };

  // Records against a list of what some of them are, or against an operator for all of them.
  void check_records(const std::string& what, const std::optional<Value>& expected,
                     const Value::List& actual, Order order, bool no_other = false) {
    if (!expected && !no_other) return;
    static const Value none{Value::List{}};
    const Value& wanted = expected ? *expected : none;
    const auto* items = wanted.as_list();
    if (items == nullptr && !wanted.is_null()) return compare_one(what, wanted, Value(actual));
    auto list = value_list(what, items != nullptr ? *items : *none.as_list(), actual, labels_);
    list.any_order = order == Order::any;
    list.no_other = no_other || items == nullptr || items->empty();
    check_list(list, verdict_.failures);
  }

  void check_result(const ExpectSpec& expect) {
    if (expect.answer) compare_one("answer", *expect.answer, facts_.answer.value_or(Value()));
    if (expect.outcome) compare_one("outcome", *expect.outcome, facts_.outcome.value_or(Value()));
    if (!expect.error) return;
    if (facts_.error) {
      compare_one("error", *expect.error, whole(*facts_.error));
    } else {
      verdict_.failures.push_back(
          fmt::format("error: expected {}, and it was taken", shown(*expect.error)));
    }
  }

  void compare_one(const std::string& path, const Value& expected, const Value& actual) {
    Comparison comparison;
    compare_filled(expected, actual, path, labels_, comparison);
    if (comparison.matches()) return;
    std::string text = comparison.differences.front();
    for (std::size_t i = 1; i < comparison.differences.size(); ++i) {
      text += "\n  " + comparison.differences[i];
    }
    if (actual.as_map() != nullptr) text += "\n  of " + shown(actual, 600);
    verdict_.failures.push_back(std::move(text));
  }

  ListCheck effect_list(std::string what, const std::vector<EffectMatch>& matches,
                        const std::vector<Host::EffectKey>& keys) const {
    ListCheck list;
    list.what = std::move(what);
    list.expected = matches.size();
    list.actual = keys.size();
    list.compare = [this, &matches, &keys](std::size_t item, std::size_t i) {
      return compare_effect(matches[item], host_.view(keys[i]), labels_);
    };
    list.show_expected = [&matches](std::size_t item) { return shown_match(matches[item]); };
    list.show_actual = [this, &keys](std::size_t i) { return shown(host_.view(keys[i]), 600); };
    return list;
  }

  void check_effects(const ExpectSpec& expect) {
    const std::vector<EffectMatch> effects = expect.effects.value_or(std::vector<EffectMatch>{});
    auto list = effect_list("effects", effects, host_.handed_out());
    list.any_order = expect.effects_in_any_order;
    list.no_other = expect.no_other_effects || (expect.effects && effects.empty());
    const auto found = check_list(list, verdict_.failures);
    for (std::size_t item = 0; item < found.size(); ++item) {
      if (found[item] == list.actual) continue;
      capture(effects[item], host_.handed_out()[found[item]]);
    }
    for (const EffectMatch& unwanted : expect.no_effects) {
      for (const auto& key : host_.handed_out()) {
        if (!compare_effect(unwanted, host_.view(key), labels_).matches()) continue;
        verdict_.failures.push_back(fmt::format("effects: {} must not be there, and is: {}",
                                                shown_match(unwanted), shown(host_.view(key))));
      }
    }
    if (!expect.unsettled) return;
    const auto keys = host_.unsettled();
    auto unsettled = effect_list("unsettled", *expect.unsettled, keys);
    unsettled.any_order = true;
    unsettled.no_other = true;
    check_list(unsettled, verdict_.failures);
  }

  void capture(const EffectMatch& match, const Host::EffectKey& key) {
    const Value& view = host_.view(key);
    if (!match.as.empty()) {
      const std::string name(label_name(match.as));
      verdict_.bindings.emplace_back(name, std::to_string(key.first));
      std::string id = provider_id(host_.adapter_name(view), EffectId(key.first));
      if (view["request"]["method"] == Value("MAIL")) {
        id = mail_body(view["request"]["body"].to_text())["message_id"].to_text();
      }
      verdict_.bindings.emplace_back(name + ".provider_id", std::move(id));
    }
    for (const auto& [label, how] : match.capture) {
      std::string text;
      bool found = false;
      if (const auto* expression = how.as_text()) {
        const Found regex = find_regex(*expression, plain_text(view));
        found = regex.ok;
        text = regex.text;
      } else {
        const Value& body = view["body"];
        const auto json = json_body(view["request"]["body"].to_text());
        const Value& value = (json ? *json : body).at_path(how["path"].to_text());
        found = !value.is_null();
        text = value.to_text();
      }
      if (found) {
        verdict_.bindings.emplace_back(std::string(label_name(label)), std::move(text));
      } else {
        verdict_.failures.push_back(
            fmt::format("capture {}: {} is not found in\n{}", label, shown(how), plain_text(view)));
      }
    }
  }

  void check_things(const ExpectSpec& expect) {
    check_kind("contact", expect.contact);
    check_kind("conversation", expect.conversation);
    check_kind("interaction", expect.interaction);
    check_kind("case", expect.matter);
    check_kind("callback", expect.callback);
    check_kind("survey", expect.survey);
    check_kind("work", expect.work);
    check_kind("place", expect.place);
    check_kind("agent", expect.agent);
    check_lists("timeline", expect.timeline);
    check_lists("customer_view", expect.customer_view);
    check_lists("notes", expect.notes);
    check_lists("closures", expect.closures);
    if (!expect.quarantine) return;
    const auto rows = catalogue_.quarantine();
    if (!rows) return verdict_.failures.push_back("quarantine: " + to_string(rows.error()));
    check_records("quarantine", expect.quarantine, *rows, Order::as_written);
  }

  void check_kind(const std::string& kind, const Things& things) {
    for (const auto& [thing, expected] : things) {
      const std::string path = fmt::format("{} {}", kind, thing);
      const auto filled = labels_.fill_text(thing);
      auto value = filled ? catalogue_.value(kind, *filled) : Result<Value>(fail(filled.error()));
      if (value) {
        compare_one(path, expected, *value);
      } else if (!expected.is_null() || value.error().code != ErrorCode::not_found) {
        verdict_.failures.push_back(path + ": " + to_string(value.error()));
      }
    }
  }

  void check_lists(const std::string& kind, const Things& things) {
    for (const auto& [thing, expected] : things) {
      const std::string path = fmt::format("{} {}", kind, thing);
      const auto filled = labels_.fill_text(thing);
      const auto list =
          filled ? catalogue_.list(kind, *filled) : Result<Value::List>(fail(filled.error()));
      if (list) {
        check_records(path, expected, *list, Order::as_written);
      } else {
        verdict_.failures.push_back(path + ": " + to_string(list.error()));
      }
    }
  }

  const StepFacts& facts_;
  const Host& host_;
  const Catalogue& catalogue_;
  const Labels& labels_;
  Verdict verdict_;
};

}  // namespace

Comparison compare_effect(const EffectMatch& match, const Value& view, const Labels& labels) {
  Comparison comparison;
  for (const auto& [name, expected] :
       {Member("kind", &match.kind), Member("connection", &match.connection),
        Member("agent", &match.agent), Member("attempt", &match.attempt),
        Member("body", &match.body), Member("warnings", &match.warnings)}) {
    if (*expected) compare_filled(**expected, view[name], name, labels, comparison);
  }
  if (match.request) compare_request(*match.request, view["request"], labels, comparison);
  if (match.contains) compare_contains(*match.contains, view, labels, comparison);
  return comparison;
}

Verdict check(const ExpectSpec& expect, const StepFacts& facts, const Host& host,
              const Catalogue& catalogue, const Labels& labels) {
  return Checker(facts, host, catalogue, labels).check(expect);
}

}  // namespace novelo::testing
