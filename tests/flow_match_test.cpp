#include "flow/match.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

namespace novelo::flow {
namespace {

struct Written {
  std::string title;
  std::vector<std::string> aliases;
};

class Menu {
 public:
  Menu(Language language, const std::vector<Written>& options) : language_(language) {
    for (const Written& option : options) {
      OptionKeys keys;
      keys.title = make_key(option.title, language);
      for (const std::string& alias : option.aliases) {
        keys.aliases.push_back(make_key(alias, language));
      }
      options_.push_back(std::move(keys));
    }
  }

  // "2", "-" (none) or "1?3" (one of these, ask).
  std::string read(std::string_view said) const {
    std::vector<const OptionKeys*> shown;
    for (const OptionKeys& option : options_) shown.push_back(&option);
    const Match match = match_option(said, language_, shown);
    std::string text;
    for (const std::size_t option : match.options) {
      text += (text.empty() ? "" : "?") + std::to_string(option + 1);
    }
    if (match.kind == Match::Kind::none) return "-";
    return match.kind == Match::Kind::unclear && match.options.size() == 1 ? text + "?" : text;
  }

 private:
  Language language_;
  std::vector<OptionKeys> options_;
};

struct Row {
  const char* said;
  const char* read;
};

void check_rows(const Menu& menu, const std::vector<Row>& rows) {
  for (const Row& row : rows) CHECK_MESSAGE(menu.read(row.said) == row.read, std::string(row.said));
}

const Menu& adviser_menu() {
  static const Menu menu(Language::pt, {{"Continuar em espera", {"esperar", "aguardar"}},
                                        {"Outro conselheiro", {"outra pessoa"}},
                                        {"Deixar mensagem", {"recado", "chamada de volta"}},
                                        {"Continuar no WhatsApp", {"zap", "whats app"}}});
  return menu;
}

TEST_CASE("[S3.6] an option is chosen by its number or by its name") {
  check_rows(adviser_menu(), {{"1", "1"},
                              {" 2. ", "2"},
                              {"Opção 3", "3"},
                              {"nº 4", "4"},
                              {"a 2, por favor", "2"},
                              {"quero a segunda opção", "2"},
                              {"o terceiro", "3"},
                              {"3ª", "3"},
                              {"três", "3"},
                              {"tres", "3"},
                              {"a última", "4"},
                              {"um", "1"},
                              {"\xEF\xBC\x92", "2"},               // full-width 2
                              {"2\xEF\xB8\x8F\xE2\x83\xA3", "2"},  // keycap 2
                              {"0", "-"},
                              {"5", "-"},
                              {"22", "-"},
                              {"99999999999999999999", "-"},
                              {"Deixar mensagem", "3"},
                              {"DEIXAR MENSAGEM!!", "3"},
                              {"recado", "3"}});
}

TEST_CASE("[B9] typed answers work as people type them") {
  check_rows(adviser_menu(), {{"mensagem", "3"},
                              {"mensajem", "3"},
                              {"deixar mensgem", "3"},
                              {"conselheiro", "2"},
                              {"concelheiro", "2"},
                              {"outro", "2"},
                              {"whatsapp", "4"},
                              {"wathsapp", "4"},
                              {"pelo whats", "4"},
                              {"zap", "4"},
                              {"quero falar com outro conselheiro", "2"},
                              {"quero deixar uma mensagem ao João", "3"},
                              {"prefiro uma chamada de volta", "3"},
                              {"espera", "1"},
                              {"sim, aguardar", "1"},
                              {"3 deixar mensagem", "3"},
                              {"3 - mensagem", "3"}});
}

TEST_CASE("[B9] ambiguity and negation are asked back") {
  check_rows(adviser_menu(), {{"continuar", "1?4"},
                              {"mensagem ou whatsapp", "3?4"},
                              {"whatsapp não, mensagem", "3?4"},
                              {"não quero whatsapp", "4?"},
                              {"mensagem não", "3?"},
                              {"sem whatsapp", "4?"},
                              {"1 mensagem", "1?3"},
                              {"7 mensagem", "3?"}});
}

TEST_CASE("[B9] no false hit in a long sentence, nor in other words") {
  check_rows(
      adviser_menu(),
      {{"a um amigo", "-"},
       {"quero ver o dia 2", "-"},
       {"meu protocolo e 4", "-"},
       {"o meu vizinho mandou mensagem ontem sobre a fatura", "-"},
       {"recebi uma mensagem do laboratório a dizer que a consulta foi mudada", "-"},
       {"já deixei de continuar a usar o telefone em espera por causa do zap do meu primo", "-"},
       {"conselho", "-"},
       {"ola bom dia", "-"},
       {"obrigado", "-"},
       {"não", "-"},
       {"", "-"},
       {"???", "-"},
       {"\xF0\x9F\x91\x8D", "-"},
       {"outr", "2"},
       {"out", "-"},
       {"de", "-"}});
}

TEST_CASE("[B9] a short sentence around the name chooses it") {
  check_rows(adviser_menu(), {{"quero ir para o whatsapp", "4"},
                              {"passar para o whatsapp", "4"},
                              {"vamos para o whatsapp", "4"},
                              {"manda no whatsapp", "4"},
                              {"pode mandar pelo whatsapp, por favor", "4"},
                              {"mude para o whatsapp", "4"},
                              {"deixo mensagem", "3"},
                              {"queria deixar um recado", "3"},
                              {"quero receber uma chamada", "3"},
                              {"gostava de falar com outra pessoa", "2"},
                              {"continuo em espera", "1"},
                              {"tecla dois", "2"},
                              {"quero a tecla 2", "2"},
                              {"opção número três", "3"},
                              {"botão um", "1"}});
  const Menu spanish(Language::es, {{"Seguir en espera", {"esperar"}},
                                    {"Dejar un mensaje", {"que me llame"}},
                                    {"Seguir por WhatsApp", {"guasap"}}});
  check_rows(spanish, {{"quiero ir a whatsapp", "3"},
                       {"mándame un whatsapp", "3"},
                       {"cambiar a whatsapp", "3"},
                       {"dejo un mensaje", "2"},
                       {"sigo por guasap", "3"},
                       {"tecla dos", "2"},
                       {"pulso el tres", "3"}});
  const Menu english(Language::en, {{"Keep waiting", {"wait", "hold"}},
                                    {"Leave a message", {"call me back"}},
                                    {"Move to WhatsApp", {"chat"}},
                                    {"Move to text message", {"sms"}}});
  check_rows(english, {{"let's go to whatsapp", "3"},
                       {"i want to switch to whatsapp", "3"},
                       {"send me a text", "4"},
                       {"press two", "2"},
                       {"key number 3", "3"}});
}

TEST_CASE("[B9] a verb around the name makes no choice of what is none") {
  check_rows(adviser_menu(), {{"não quero ir para o whatsapp", "4?"},
                              {"não mande whatsapp", "4?"},
                              {"mandar mensagem ou whatsapp", "3?4"},
                              {"vamos", "-"},
                              {"mandar", "-"},
                              {"já mandei pelo whatsapp", "-"},
                              {"mudar o número do whatsapp", "-"},
                              {"recebi uma mensagem", "-"},
                              {"vou mandar o comprovativo da fatura pelo zap", "-"},
                              {"quero mandar o relatório para o laboratório pelo zap", "-"},
                              {"quero receber as análises pelo whatsapp", "-"},
                              {"quero ir à consulta", "-"},
                              {"mandem dois técnicos", "-"},
                              {"tecla", "-"},
                              {"a tecla dois não funciona", "-"}});
}

TEST_CASE("a name inside a longer name is not that name") {
  const Menu menu(Language::en, {{"Adviser", {}}, {"Another adviser", {}}, {"No, thanks", {}}});
  check_rows(menu, {{"adviser", "1"},
                    {"another adviser", "2"},
                    {"another adviser please", "2"},
                    {"the first one", "1"},
                    {"the second", "2"},
                    {"the last one", "3"},
                    {"no thanks", "3"},
                    {"not another adviser", "2?"},
                    {"don't want the adviser", "1?"},
                    {"no 2", "2"}});
}

TEST_CASE("Spanish, and options with numbers in their names") {
  const Menu menu(Language::es,
                  {{"Análisis de sangre", {"hemograma"}}, {"2 personas", {}}, {"Sí", {}}});
  check_rows(menu, {{"analisis", "1"},
                    {"análisis de sangre", "1"},
                    {"hemogrma", "1"},
                    {"la primera", "1"},
                    {"uno", "1"},
                    {"dos", "2"},
                    {"2 personas por favor", "2"},
                    {"si", "3"},
                    {"sí, por favor", "3"},
                    {"no quiero hemograma", "1?"}});
}

TEST_CASE("a language whose words are not known still takes digits and names") {
  const Menu menu(Language::none, {{"Rechnung", {}}, {"Straße", {}}, {"Рецепт", {}}});
  check_rows(menu, {{"1", "1"},
                    {"strasse", "2"},
                    {"STRASSE", "2"},
                    {"рецепт", "3"},
                    {"рецеп", "3"},
                    {"zwei", "-"}});
}

TEST_CASE("small mistakes are bounded") {
  CHECK(is_typo_of("mensajem", "mensagem"));
  CHECK(is_typo_of("mesnagem", "mensagem"));
  CHECK_FALSE(is_typo_of("massagens", "mensagem"));
  CHECK(is_typo_of("sita", "cita"));
  CHECK_FALSE(is_typo_of("sim", "nim"));
  CHECK_FALSE(is_typo_of("2024", "2025"));
  CHECK_FALSE(is_typo_of(std::string(33, 'a'), std::string(33, 'a')));
}

TEST_CASE("property: any bytes are read in bounded work, and never outside the menu") {
  CHECK(rc::check([](const std::string& said) {
    (void)fold(said);
    const std::string read = adviser_menu().read(said);
    RC_ASSERT(!read.empty());
    const std::string clean = clean_text(said, 100);
    RC_ASSERT(clean.size() <= 100);
    RC_ASSERT(clean_text(clean, 100) == clean);
  }));
  const std::string long_word(1'000'000, 'a');
  CHECK(adviser_menu().read(long_word) == "-");
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "mensagem ";
  CHECK(adviser_menu().read(many) == "-");
  CHECK(fold(many).cut);
}

}  // namespace
}  // namespace novelo::flow
