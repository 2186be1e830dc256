package io.opensergo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what a control plane serves, to whom, and what needs attention. */
@Command(
        name = "status",
        description = {
            "Shows what a control plane serves, to whom, and what needs attention, by its console.",
            "The exit code is 0 whether something needs attention or not."
        },
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private ConsoleOptions console = new ConsoleOptions();

    @Option(
            names = "--output",
            paramLabel = "text|json",
            description =
                    "For people, or the overview of the console's API in one line; default:"
                            + " ${DEFAULT-VALUE}.")
    private GetCommand.Output output = GetCommand.Output.TEXT;

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        console.check(command);
        if (!console.isWanted()) {
            throw new ParameterException(command, "Name the console: --console URL");
        }
        ConsoleConnection connection = console.connect(command);
        JsonNode overview = connection.get("overview", Map.of(), "applications");
        PrintWriter out = command.getOut();
        if (output == GetCommand.Output.JSON) {
            out.println(overview);
        } else {
            out.println(connection.name() + ", running since " + text(overview, "runningSince"));
            print(overview, out);
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private static void print(JsonNode overview, PrintWriter out) {
        String repository = text(overview, "repository");
        int rules = overview.path("rules").asInt();
        out.println(
                rules
                        + (rules == 1 ? " rule in force" : " rules in force")
                        + (repository.isEmpty() ? "" : ", stored in " + repository)
                        + ", revision "
                        + text(overview, "revision"));
        out.println(
                overview.path("subscribers").asInt()
                        + " subscribers, "
                        + overview.path("instances").asInt()
                        + " instances reported");
        for (JsonNode app : overview.path("applications")) {
            out.println(
                    "  "
                            + application(app)
                            + "  rules "
                            + app.path("rules").asInt()
                            + "  subscribers "
                            + app.path("subscribers").asInt()
                            + "  behind "
                            + app.path("behind").asInt()
                            + "  refusing "
                            + app.path("refusing").asInt());
        }
        List<String> attention = attention(overview);
        out.println(attention.isEmpty() ? "nothing needs attention" : "needs attention:");
        attention.forEach(each -> out.println("  " + visible(each)));
    }

    private static List<String> attention(JsonNode overview) {
        List<String> lines = new ArrayList<>();
        if (overview.hasNonNull("readOnlyReason")) {
            lines.add("rules cannot be changed: " + text(overview, "readOnlyReason"));
        }
        ConsoleRuleRepository.problems(overview.path("problems"))
                .forEach(problem -> lines.add("stored rules: " + problem));
        for (JsonNode each : overview.path("refusedPushes")) {
            lines.add(
                    "refused push: "
                            + text(each, "client")
                            + " ("
                            + text(each, "remoteAddress")
                            + ") "
                            + text(each, "kind")
                            + " of "
                            + application(each)
                            + ", version "
                            + text(each, "version")
                            + ": "
                            + text(each, "reason"));
        }
        for (JsonNode each : overview.path("openBreakers")) {
            lines.add(
                    "circuit breaker: "
                            + application(each)
                            + ' '
                            + text(each, "resource")
                            + ' '
                            + text(each, "direction")
                            + ", "
                            + text(each, "strategy")
                            + ": open at "
                            + each.path("open").asInt()
                            + " and half-open at "
                            + each.path("halfOpen").asInt()
                            + " of "
                            + each.path("instances").asInt()
                            + " instances");
        }
        for (JsonNode each : overview.path("unusable")) {
            lines.add(
                    "unusable rule: "
                            + application(each)
                            + ' '
                            + text(each, "rule")
                            + " at "
                            + each.path("instances").asInt()
                            + " instances: "
                            + text(each, "message"));
        }
        return lines;
    }

    private static String application(JsonNode of) {
        return text(of, "namespace") + '/' + text(of, "app");
    }

    private static String text(JsonNode tree, String member) {
        return visible(tree.path(member).asText());
    }

    /** Names and reasons come from clients: none may steer the terminal. */
    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
