// Ids and names: strong types, so that a case is never passed where a contact is meant.
//
// An Id is a 64-bit number given by the engine from one counter in the store: unique per tenant
// over all kinds, growing, never reused; 0 is "none". In JSON it is a decimal string.
// A Name is chosen by people in the configuration: "joao", "confirmations".
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace novelo {

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(std::uint64_t value) : value_(value) {}

  constexpr std::uint64_t value() const { return value_; }
  explicit constexpr operator bool() const { return value_ != 0; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  std::uint64_t value_ = 0;
};

template <class Tag>
class Name {
 public:
  Name() = default;
  explicit Name(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  std::string text_;
};

// Hands out ids in order. A decision that makes ids takes one by reference; the engine keeps it in
// its store, a vendor who uses `Router` alone keeps it wherever the router's records are kept.
class IdCounter {
 public:
  IdCounter() = default;
  explicit IdCounter(std::uint64_t last) : last_(last) {}

  template <class IdType>
  IdType take() {
    return IdType(++last_);
  }
  std::uint64_t last() const { return last_; }

 private:
  std::uint64_t last_ = 0;
};

using ContactId = Id<struct ContactTag>;
using ConversationId = Id<struct ConversationTag>;
using InteractionId = Id<struct InteractionTag>;
using WorkId = Id<struct WorkTag>;
using OfferId = Id<struct OfferTag>;
using CaseId = Id<struct CaseTag>;
using CallbackId = Id<struct CallbackTag>;
using SessionId = Id<struct SessionTag>;
using SurveyId = Id<struct SurveyTag>;
using EffectId = Id<struct EffectTag>;
using NoteId = Id<struct NoteTag>;
using QuarantineId = Id<struct QuarantineTag>;

using TenantName = Name<struct TenantTag>;
using DeskName = Name<struct DeskTag>;
using EntryPointName = Name<struct EntryPointTag>;
using ConnectionName = Name<struct ConnectionTag>;
using AgentName = Name<struct AgentTag>;
using TeamName = Name<struct TeamTag>;
using QueueName = Name<struct QueueTag>;
using SkillName = Name<struct SkillTag>;
using FlowName = Name<struct FlowTag>;
using StepName = Name<struct StepTag>;
using TemplateName = Name<struct TemplateTag>;
using CaseTypeName = Name<struct CaseTypeTag>;
using CaseStatusName = Name<struct CaseStatusTag>;

}  // namespace novelo

template <class Tag>
struct std::hash<novelo::Id<Tag>> {
  std::size_t operator()(const novelo::Id<Tag>& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value());
  }
};

template <class Tag>
struct std::hash<novelo::Name<Tag>> {
  std::size_t operator()(const novelo::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.text());
  }
};
