// Mail that arrives: linked to its case by a signed address or by the message it answers.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "engine/arrivals.hpp"
#include "engine/cases.hpp"
#include "engine/decide.hpp"
#include "engine/interactions.hpp"
#include "novelo/rules/case.hpp"

namespace novelo {

namespace {

// What a mail belongs to, and by what right.
struct MailLink {
  ContactId contact;  // whose it is, whoever wrote it
  CaseId case_id;
  ConversationId conversation;  // of the contact's: where the matter was last
  EffectId answered;            // the mail of ours that it answers
  std::string trust;            // "token", "participant", or empty: linked to nothing
};

// The mail of a case named by the signed address that answers it: "desk+<token>@example.org".
const Correlation* named_by_address(Turn& turn, const Mail& mail) {
  for (const std::string& address : mail.to) {
    const std::size_t plus = address.find('+');
    const std::size_t at = address.find('@');
    if (plus == std::string::npos || at == std::string::npos || at < plus) continue;
    const std::uint64_t id = turn.read_token("reply", address.substr(plus + 1, at - plus - 1));
    if (id == 0) continue;
    return turn.tables.correlations.find(
        turn.tables.key(CorrelationKind::reply, "", std::to_string(id)));
  }
  return nullptr;
}

const Correlation* answered_mail(Turn& turn, const Mail& mail) {
  std::vector<std::string> named = mail.in_reply_to;
  named.insert(named.end(), mail.references.rbegin(), mail.references.rend());
  named.resize(std::min(named.size(), turn.options.limits.mail_references));
  for (const std::string& id : named) {
    const Correlation* known =
        turn.tables.correlations.find(turn.tables.key(CorrelationKind::mail, "", id));
    if (known != nullptr) return known;
  }
  return nullptr;
}

// The contact's case whose protocol number stands in the subject.
CaseId case_in_subject(Turn& turn, std::string_view subject, ContactId contact) {
  constexpr std::size_t most_words = 32;
  constexpr std::string_view between = " \t,;:()[]#";
  for (std::size_t words = 0; words < most_words && !subject.empty(); ++words) {
    subject.remove_prefix(std::min(subject.find_first_not_of(between), subject.size()));
    const std::string_view word = subject.substr(0, subject.find_first_of(between));
    subject.remove_prefix(word.size());
    if (word.empty()) continue;
    const Pointer* found = turn.tables.protocols.find(turn.tables.text_key(plain_protocol(word)));
    if (found != nullptr && turn.get(CaseId(found->id)).contact == contact) {
      return newest_of_matter(turn, CaseId(found->id));
    }
  }
  return {};
}

// The contact's only case that waits for their reply; none when several do.
CaseId waiting_case(Turn& turn, ContactId contact, const DeskName& desk) {
  std::set<CaseId> waiting;
  latest_conversation(turn, contact, desk, [&](const ConversationRecord& conversation) {
    for (const CaseId id : conversation.cases) {
      if (turn.get(id).contact == contact && awaits_reply(turn, id)) waiting.insert(id);
    }
    return false;
  });
  return waiting.size() == 1 ? *waiting.begin() : CaseId();
}

// The link to a case is to its contact. The conversation in which it was opened may be another's
// since; then it tells nothing.
MailLink link_to_case(Turn& turn, CaseId id) {
  const CaseRecord matter = turn.get(newest_of_matter(turn, id));
  MailLink link;
  link.contact = matter.contact;
  link.case_id = matter.id;
  if (turn.get(matter.conversation).contact == matter.contact) {
    link.conversation = matter.conversation;
  }
  return link;
}

// A bare In-Reply-To needs a known participant; a signed token links by itself, as claimed. What is
// answered is what the contact's mail program says, else the mail whose address was written to. A
// known contact's mail that names none of ours belongs to the case whose number is in the subject,
// or to the only one that waits for a reply. What is passed on answers nothing.
MailLink link_of(Turn& turn, const Mail& mail, ContactId sender, const DeskName& desk) {
  MailLink link;
  if (mail.forward) return link;
  const Correlation* answered = answered_mail(turn, mail);
  if (const Correlation* named = named_by_address(turn, mail)) {
    link = link_to_case(turn, named->case_id);
    // While an erasure goes on some of our mails are still known: nobody is behind them any more.
    if (is_erased(turn, link.contact)) return {};
    const bool same = answered != nullptr && answered->case_id == named->case_id;
    link.answered = same ? answered->effect : named->effect;
    link.trust = sender == link.contact ? "participant" : "token";
    return link;
  }
  if (answered == nullptr) {
    if (!sender) return link;
    CaseId about = case_in_subject(turn, mail.subject, sender);
    if (!about) about = waiting_case(turn, sender, desk);
    if (!about) return link;
    link = link_to_case(turn, about);
    if (link.contact != sender) return {};
    link.trust = "participant";
    return link;
  }
  const ConversationRecord conversation = turn.get(answered->conversation);
  if (!sender || conversation.contact != sender) return link;
  link.contact = sender;
  link.case_id = answered->case_id;
  if (link.case_id) link.case_id = newest_of_matter(turn, link.case_id);
  link.answered = answered->effect;
  link.conversation = answered->conversation;
  link.trust = "participant";
  return link;
}

// A mail that came by itself is kept where it belongs; it reopens nothing and nobody answers it.
// One that belongs nowhere is refused, and so put aside for a person to look at.
Status keep_automatic(Turn& turn, const EntryPointConfig& at, const InboundMessage& message,
                      const MailLink& link, ContactId sender) {
  ConversationId conversation = link.conversation;
  CaseId case_id = link.case_id;
  const bool bounce = message.content.mail->automatic == AutoMail::bounce;
  if (!conversation && bounce) {  // the mail system is no contact; it reports on a mail of ours
    if (const Correlation* ours = answered_mail(turn, *message.content.mail)) {
      conversation = ours->conversation;
      case_id = ours->case_id;
    }
  }
  if (!conversation && sender) {
    if (const ConversationRecord* last = latest_conversation(turn, sender, at.desk)) {
      conversation = last->id;
    }
  }
  if (!conversation) {
    return fail(refused("automatic_mail", "a mail that came by itself is about nobody known here",
                        fmt::format("entry point {}", at.name.text()),
                        "look at it in the quarantine"));
  }
  Entry entry = inbound_entry(at, message);
  entry.case_id = case_id;
  entry.details["automatic"] = Value(to_string(message.content.mail->automatic));
  turn.outcome.conversation = conversation;
  turn.outcome.entry = turn.append(conversation, std::move(entry)).sequence;
  return {};
}

}  // namespace

Status decide_mail(Turn& turn, const EntryPointConfig& at, const InboundMessage& message) {
  const Mail mail = message.content.mail.value_or(Mail{});
  const ContactId sender = holder_of(turn, message.from.address, at.dial_plan);
  const MailLink link = link_of(turn, mail, sender, at.desk);
  if (mail.automatic != AutoMail::none) return keep_automatic(turn, at, message, link, sender);
  const DeskConfig& desk = *turn.config().desk(at.desk);
  Recognised who;
  if (link.contact) {
    who.contact = link.contact;
  } else {
    who = recognise(turn, message.from, at);
  }
  const Placed placed = place_contact(turn, who, desk);
  const ConversationId conversation = placed.conversation;
  const bool claimed = link.trust == "token";
  tell_joined(turn, placed, at, link.case_id ? "case" : "address");
  if (claimed) {
    turn.note_event(conversation, EventKind::identity_claimed,
                    {{"address", Value(to_string(message.from.address))}});
  } else {
    remember_reach(turn, conversation, at.name, message.from.address, turn.now);
  }
  turn.outcome.contact = who.contact;
  turn.outcome.conversation = conversation;
  Entry entry = inbound_entry(at, message);
  entry.case_id = link.case_id;
  const std::uint64_t sequence = turn.append(conversation, std::move(entry)).sequence;
  if (!claimed) remember_mail(turn, conversation, at.name, sequence);
  turn.outcome.entry = sequence;
  if (link.case_id) {
    turn.outcome.case_id = link.case_id;
    const CaseReplyIn reply{link.case_id, link.answered, link.trust};
    auto taken = take_case_reply(turn, reply, conversation, sequence);
    if (!taken) return fail(taken.error());
    if (*taken) return {};
  }
  const Entry& appended = *turn.tables.entries.find(turn.tables.key(conversation, sequence));
  return take_in(turn, at, message.from.address, appended);
}

}  // namespace novelo
