import ArgumentParser

@main
struct Tidings: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings",
        abstract: "News articles in, a live and replayable stream of events out.",
        discussion: """
            Everything of one installation lies in its data directory, var/ when not told otherwise.

            Examples:
              tidings up --demo                              everything on this machine, with sample articles
              tidings submit report.txt                      an article into the inbox
              tidings subscribe --from start                 all events, then those to come
              tidings subscribe --where 'event=SANCTION actor=RUS' --output pretty
              tidings status                                 is it well? exit code 0 when ready
            """,
        subcommands: [
            Up.self, Down.self, Submit.self, Subscribe.self, Cursor.self, Show.self, Status.self, Dead.self,
            Extract.self, Parse.self, Explain.self, BriefCommand.self, Export.self, Seeds.self, Unknown.self,
            RulesCommand.self, WebhookCommand.self, RelayCommand.self, FeedbackCommand.self,
            Doctor.self, Rebuild.self,
            Migrate.self, KeysCommand.self, ClientCommand.self,
        ]
    )
}
