package io.opensergo.cli;

import io.opensergo.rules.RuleKind;
import io.opensergo.schema.RuleSchemas;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the JSON Schema of rule documents, or the CRDs of their kinds. */
@Command(
        name = "schema",
        description =
                "Prints the JSON Schema of rule documents, for editors; or the CRDs, for Kubernetes.",
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "KIND",
            arity = "0..1",
            description =
                    "The kind, such as RateLimitStrategy; without it the schema of every kind.")
    private @Nullable String kind;

    @Option(
            names = "--crd",
            description = {
                "Prints the CustomResourceDefinition instead, or that of every kind, by which a Kubernetes",
                "cluster knows them: opensergo schema --crd | kubectl apply --server-side -f -"
            })
    private boolean crd;

    @Override
    public void run() {
        spec.commandLine().getOut().println(crd ? crd() : schema());
    }

    private String schema() {
        return kind == null ? RuleSchemas.all(Kinds.all()) : RuleSchemas.of(find(kind));
    }

    private String crd() {
        return kind == null ? RuleSchemas.crds(Kinds.all()) : RuleSchemas.crd(find(kind));
    }

    private RuleKind<?> find(String name) {
        RuleKind<?> found = Kinds.all().findByName(name);
        if (found == null) {
            throw new ParameterException(spec.commandLine(), Kinds.unknown("KIND", name));
        }
        return found;
    }
}
