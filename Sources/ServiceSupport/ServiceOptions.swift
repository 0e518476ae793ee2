package import ArgumentParser
package import Logging

/// The options that every service has.
package struct ServiceOptions: ParsableArguments {
    @Option(help: "Messages from this level on: trace, debug, info, notice, warning, error.")
    package var logLevel = "info"

    @Option(help: "Log lines as json or text; by default text at a terminal and json elsewhere.")
    package var logFormat: LineLogHandler.Format?

    @Flag(help: "End when standard input ends, as it does when a supervisor is gone.")
    package var endWithInput = false

    package init() {}

    package func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("'\(logLevel)' is not a log level; one of trace, debug, info, notice, warning, error")
        }
    }

    package func logger(_ name: String) -> Logger {
        .service(name, level: Logger.Level(rawValue: logLevel) ?? .info, format: logFormat)
    }

    /// Runs a service until the process is asked to end.
    ///
    /// - Parameters:
    ///   - name: the executable's name, for the log.
    ///   - onHangup: what SIGHUP does; without it the signal ends the process.
    ///   - start: makes the service, with all its threads, and returns what ends it.
    package func serve(
        _ name: String,
        onHangup: ((Logger) -> Void)? = nil,
        _ start: (Logger) throws -> () -> Void
    ) throws {
        Lifecycle.prepare(takesHangup: onHangup != nil)
        let logger = logger(name)
        let shutdown: () -> Void
        do {
            shutdown = try start(logger)
        } catch {
            logger.critical("cannot start", metadata: ["error": "\(error)"])
            throw ExitCode(78)
        }
        logger.info("started", metadata: ["instance": "\(ServiceState.instance)"])
        _ = Lifecycle.waitForEnd(orEndOfInput: endWithInput, onHangup: onHangup.map { hangup in { hangup(logger) } })
        logger.info("stopping")
        shutdown()
    }
}

extension LineLogHandler.Format: ExpressibleByArgument {}
