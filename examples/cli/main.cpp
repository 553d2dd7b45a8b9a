// novelo: the command line. It reads arguments and prints; everything else is the library's.
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "backup.hpp"
#include "inspect.hpp"
#include "play.hpp"
#include "terminal.hpp"
#include "timeline.hpp"

namespace {

constexpr std::size_t text_width = 68;  // of what stands beside the options' names

// Lines of at most that width, broken at spaces.
std::string folded(const std::string& text) {
  std::string out;
  std::size_t column = 0;
  std::istringstream words(text);
  for (std::string word; words >> word; column += word.size() + 1) {
    const bool fits = column + word.size() <= text_width;
    if (!out.empty()) out += fits ? ' ' : '\n';
    if (!fits) column = 0;
    out += word;
  }
  return out;
}

void fold_texts(CLI::App& app) {
  if (!app.get_name().empty()) app.description(folded(app.get_description()));
  for (CLI::Option* const option : app.get_options()) {
    option->description(folded(option->get_description()));
  }
  for (CLI::App* const each : app.get_subcommands(nullptr)) fold_texts(*each);
}

void add_colour(CLI::App& verb, std::string& colour) {
  verb.add_option("--color,--colour", colour,
                  "auto (on a terminal, unless NO_COLOR is set), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str();
}

void add_play(CLI::App& app, cli::PlayArguments& arguments) {
  CLI::App* const play = app.add_subcommand(
      "play",
      "Play journeys: stories of a customer's day, as data files, through the real engine.\n"
      "Prints the day as a transcript. docs/journeys.md tells how to write one.");
  play->add_option("PATH", arguments.paths,
                   "A journey's file, or a folder: every *.json in it that is a journey")
      ->type_name("")
      ->required();
  play->add_flag("--restart", arguments.restart,
                 "Close the engine and open it again on its store between any two steps");
  play->add_option(
          "--store", arguments.store,
          "Keep everything in this SQLite file, and a journal beside it (FILE.journal): a "
          "run that was killed goes on where it was, one that ran to its end is not played "
          "again but told of. Delete both to play it anew. Without it: in memory")
      ->type_name("FILE");
  play->add_option("--html", arguments.html,
                   "Write the transcripts as one page to this file: conversation, cases and "
                   "queues. It needs nothing else, and can be mailed or printed")
      ->type_name("FILE");
  play->add_option(
          "--record", arguments.record,
          "Write every call of the engine to this file, where nothing may be, as a journey "
          "that gives the same rows again, byte for byte. The journey's secrets stand in it")
      ->type_name("FILE");
  play->add_flag("--json", arguments.json, "Print a report in JSON instead of the transcript");
  play->add_flag("--quiet", arguments.quiet, "Print only what failed and one line for a journey");
  add_colour(*play, arguments.colour);
  play->footer(
      "Exit codes: 0 every expectation held, 1 some did not, 2 wrong use or a file that cannot be "
      "read.\n\nExamples:\n  novelo play examples/journeys/ana\n"
      "  novelo play examples/journeys/ana --restart --quiet\n"
      "  novelo play examples/journeys/ana --store /tmp/ana.novelo\n"
      "  novelo play examples/journeys/ana --html ana.html");
}

// A variable that a script has left empty is no choice.
const CLI::Validator something(
    [](std::string& text) { return text.empty() ? std::string("it is empty") : std::string(); },
    "");

void add_timeline(CLI::App& app, cli::TimelineArguments& arguments) {
  CLI::App* const timeline = app.add_subcommand(
      "timeline",
      "Show conversations from a store's file or from a backup, without changing it.\n"
      "Without a choice: a list of them. A store that is in service cannot be looked at: look at\n"
      "a backup of it.");
  timeline->add_option("FILE", arguments.file, "A store's file, or a backup")
      ->type_name("")
      ->required();
  auto* const one = timeline->add_option_group("Which", "One of these");
  one->add_option("--conversation", arguments.conversation, "The conversation with this number")
      ->type_name("NUMBER")
      ->check(something);
  one->add_option("--contact", arguments.contact,
                  "Everything with whoever has this address, in any spelling: a number, a mail "
                  "address, or kind:value")
      ->type_name("ADDRESS")
      ->check(something);
  one->add_option("--protocol", arguments.protocol, "Where the case with this number was opened")
      ->type_name("NUMBER")
      ->check(something);
  one->require_option(0, 1);
  timeline
      ->add_option("--tenant", arguments.tenant,
                   "Whose conversations, where the file has several tenants")
      ->type_name("NAME")
      ->check(something);
  auto* const customer =
      timeline->add_flag("--customer", arguments.customer, "Only what the customer sees");
  timeline
      ->add_flag("--no-notes", arguments.no_notes,
                 "Leave out the internal notes, which are shown otherwise, and marked")
      ->excludes(customer);
  auto* const html = timeline
                         ->add_option("--html", arguments.html,
                                      "Write one page to this file; without a choice: of all")
                         ->type_name("FILE");
  timeline->add_flag("--json", arguments.json, "Print it in JSON")->excludes(html);
  add_colour(*timeline, arguments.colour);
  timeline->footer(
      "Exit codes: 0 shown, 2 wrong use or a file that cannot be looked at.\n\nExamples:\n"
      "  novelo timeline desk.novelo\n"
      "  novelo timeline desk.novelo --contact \"+55 41 98888-7777\"\n"
      "  novelo timeline desk.novelo --protocol 20260311000001 --html case.html");
}

void add_inspect(CLI::App& app, cli::InspectArguments& arguments) {
  CLI::App* const inspect = app.add_subcommand(
      "inspect",
      "Say what is in a store's file or in a backup, without changing it: tenants, engine time,\n"
      "what is open, unsettled and quarantined, rows and bytes of each table.\n"
      "A store that is in service cannot be looked at: inspect a backup of it.");
  inspect->add_option("FILE", arguments.file, "A store's file, or a backup")
      ->type_name("")
      ->required();
  inspect->add_flag("--check", arguments.check, "Read every page, and say whether all are sound");
  inspect->add_flag("--json", arguments.json, "Print it in JSON");
  add_colour(*inspect, arguments.colour);
  inspect->footer(
      "Exit codes: 0 looked at and sound, 1 damaged, 2 wrong use or a file that cannot be looked "
      "at.\n\nExamples:\n  novelo inspect /backups/desk-monday.novelo --check\n"
      "  novelo inspect desk.novelo --json");
}

void add_backup(CLI::App& app, cli::BackupArguments& arguments) {
  CLI::App* const backup = app.add_subcommand(
      "backup",
      "Make a backup of a store that nobody serves. (A store in service makes its own, online:\n"
      "SqliteStore::begin_backup.) It has views v_* for SQL; docs/sql.md describes them.");
  backup->add_option("FILE", arguments.from, "The store's file; it is not changed")
      ->type_name("")
      ->required();
  backup->add_option("COPY", arguments.to, "Where the backup goes; nothing may be there")
      ->type_name("")
      ->required();
  backup->footer(
      "Exit codes: 0 done, 2 not done: nothing is left at COPY.\n\nExample:\n"
      "  novelo backup desk.novelo /backups/desk-monday.novelo");
}

void add_restore(CLI::App& app, cli::BackupArguments& arguments) {
  CLI::App* const restore = app.add_subcommand(
      "restore",
      "Make a store of a backup, which is checked whole first and stays as it is.\n"
      "docs/operation.md tells what an engine does on a restored store.");
  restore->add_option("COPY", arguments.from, "The backup")->type_name("")->required();
  restore->add_option("FILE", arguments.to, "Where the store goes; nothing may be there")
      ->type_name("")
      ->required();
  restore->footer(
      "Exit codes: 0 done, 2 not done: nothing is left at FILE.\n\nExample:\n"
      "  novelo restore /backups/desk-monday.novelo desk.novelo");
}

// What is wrong with the arguments, and where it says how they go.
int complain_of_use(const CLI::App& app, const std::string& first, const CLI::ParseError& error) {
  std::string verbs;
  for (const CLI::App* const verb : app.get_subcommands(nullptr)) {
    if (verb->get_name() == first) {
      std::fprintf(stderr, "novelo: %s\n`novelo %s --help` tells how it is used.\n", error.what(),
                   first.c_str());
      return cli::unusable;
    }
    verbs += (verbs.empty() ? "" : ", ") + verb->get_name();
  }
  const bool named = !first.empty() && first.front() != '-';
  std::fprintf(stderr, "novelo: %s%s\nThere are: %s. `novelo --help` tells what they do.\n",
               named ? "no such command: " : "a command is missing",
               named ? cli::printable(first).c_str() : "", verbs.c_str());
  return cli::unusable;
}

int run(int argc, char** argv) {
  CLI::App app("Novelo: an embeddable omnichannel engine, from the command line.", "novelo");
  app.set_version_flag("--version", "novelo " NOVELO_VERSION);
  app.require_subcommand(1);
  app.footer("`novelo COMMAND --help` tells more of each.");
  cli::PlayArguments arguments;
  cli::TimelineArguments timeline;
  add_play(app, arguments);
  add_timeline(app, timeline);
  cli::InspectArguments inspect;
  add_inspect(app, inspect);
  cli::BackupArguments backup;
  add_backup(app, backup);
  cli::BackupArguments restore;
  add_restore(app, restore);
  fold_texts(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // help was asked for
    return complain_of_use(app, argc > 1 ? argv[1] : "", error);
  }
  if (app.got_subcommand("timeline")) return cli::timeline(timeline);
  if (app.got_subcommand("inspect")) return cli::inspect(inspect);
  if (app.got_subcommand("backup")) return cli::backup(backup);
  if (app.got_subcommand("restore")) return cli::restore(restore);
  return cli::play(arguments);
}

// What a full disk or a closed pipe has swallowed was not shown.
int flushed(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "novelo: the output cannot be written\n");
  return cli::unusable;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return flushed(run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "novelo: %s\n", error.what());
    return cli::unusable;
  }
}
