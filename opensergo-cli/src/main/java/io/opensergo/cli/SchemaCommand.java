package io.opensergo.cli;

import io.opensergo.rules.RuleKind;
import io.opensergo.schema.RuleSchemas;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the JSON Schema of rule documents. */
@Command(
        name = "schema",
        description = "Prints the JSON Schema of rule documents, for editors.",
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "KIND",
            arity = "0..1",
            description =
                    "The kind, such as RateLimitStrategy; without it the schema of every kind.")
    private @Nullable String kind;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .println(kind == null ? RuleSchemas.all(Kinds.all()) : RuleSchemas.of(find(kind)));
    }

    private RuleKind<?> find(String name) {
        RuleKind<?> found = Kinds.all().findByName(name);
        if (found == null) {
            throw new ParameterException(spec.commandLine(), Kinds.unknown("KIND", name));
        }
        return found;
    }
}
