package io.opensergo.cli;

import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code opensergo}: its exit code is 0 for success, 1 for failure, 2 for wrong usage.
 */
@Command(
        name = "opensergo",
        description = "Governs microservices by OpenSergo rules.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            ServeCommand.class,
            WatchCommand.class,
            ValidateCommand.class,
            SchemaCommand.class,
            GetCommand.class,
            PutCommand.class,
            DeleteCommand.class,
            DiffCommand.class,
            HistoryCommand.class,
            RollbackCommand.class,
            StatusCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:success", "1:failure", "2:wrong usage"})
public final class OpenSergoCommand implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    private OpenSergoCommand() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        Utf8Streams.install();
        CommandLine commandLine = commandLine();
        commandLine.setOut(Utf8Streams.writer(System.out));
        commandLine.setErr(Utf8Streams.writer(System.err));
        System.exit(commandLine.execute(args));
    }

    /** Returns the command, ready to run. */
    static CommandLine commandLine() {
        var commandLine = new CommandLine(new OpenSergoCommand());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.registerConverter(Duration.class, new DurationConverter());
        commandLine.setExecutionExceptionHandler(
                (exception, command, parsed) -> {
                    command.getErr()
                            .println(command.getColorScheme().errorText(message(exception)));
                    return CommandLine.ExitCode.SOFTWARE;
                });
        return commandLine;
    }

    private static String message(Exception exception) {
        return exception.getMessage() == null ? exception.toString() : exception.getMessage();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name one of the commands");
    }
}
