// MatterWatch: what belongs to what: cases, surveys, strangers, payloads that are put aside.
//
//   I08  a case that follows another and the other name each other; a case is of whom its
//        conversation is
//   I12  whoever turns out to be somebody known gives everything up to them
//   I30  a survey belongs to the closing that it was sent for
//   I39  payloads are put aside up to a ceiling, and are counted
//   I43  a message about a case goes to whom the case is of
#pragma once

#include <string>
#include <vector>

#include "novelo/base/limits.hpp"
#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"

namespace novelo::testing {

class MatterWatch {
 public:
  MatterWatch(const Mirror& mirror, const Limits& limits, Findings& findings)
      : mirror_(&mirror), limits_(limits), findings_(&findings) {}

  void see(const CaseRecord* before, const CaseRecord* after);
  void see(const Survey* before, const Survey* after);
  void see(const ContactRecord* before, const ContactRecord* after);
  void see(const Entry* before, const Entry* after);
  void see(const QuarantineRow* before, const QuarantineRow* after);
  template <class T>
  void see(const T*, const T*) {}
  void committed();

  // Whether a payload stands among those that were put aside.
  bool is_aside(const ConnectionName& connection, const std::string& body) const;

 private:
  struct Written {
    ConversationId conversation;
    CaseId matter;
  };
  void check_follow_up(CaseId id);
  void check_owner(CaseId id);
  void check_survey(const Survey& survey);
  void check_stranger(ContactId id);
  void check_message(const Written& message);
  void check_aside();

  const Mirror* mirror_;
  Limits limits_;
  Findings* findings_;
  // Of this commit.
  std::vector<CaseId> follow_ups_;
  std::vector<CaseId> moved_;
  std::vector<Survey> asked_;
  std::vector<ContactId> emptied_;
  std::vector<Written> written_;
  bool aside_ = false;
};

}  // namespace novelo::testing
