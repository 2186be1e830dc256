package io.opensergo.cli;

import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.controlplane.RuleSource;
import io.opensergo.etcd.EtcdRuleRepository;
import io.opensergo.etcd.EtcdRuleSource;
import io.opensergo.gitrepository.GitRuleRepository;
import io.opensergo.kubernetes.KubernetesRuleSource;
import io.opensergo.kubernetes.KubernetesRuleSourceBuilder;
import io.opensergo.rulerepository.RuleRepository;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * The options of {@code serve} that say where the rules are: in files, in etcd or in a cluster. Not
 * in several: replicas agree on versions only if one order counts.
 */
final class ServeSource {

    @Option(
            names = "--rules",
            paramLabel = "DIR",
            description =
                    "Where the rule files are: *.yaml, *.yml and *.json, watched for changes.")
    private @Nullable Path rules;

    @Option(
            names = "--kubernetes",
            description = {
                "Serves, in place of files, the OpenSergo objects of the cluster that kubectl would",
                "speak to, or of the pod's own, and follows their changes."
            })
    private boolean kubernetes;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description =
                    "Which kubeconfig says so; default: KUBECONFIG, ~/.kube/config, the service account.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Which of its contexts; default: its current-context.")
    private @Nullable String context;

    @Option(
            names = "--kube-namespace",
            paramLabel = "NAME",
            split = ",",
            description = "Which namespaces, several with commas; default: all.")
    private List<String> namespaces = List.of();

    @Option(
            names = "--kube-selector",
            paramLabel = "LABELS",
            description = "Which objects, such as team=shop, as kubectl -l takes it; default: all.")
    private @Nullable String selector;

    @Option(
            names = "--kube-epoch",
            paramLabel = "TIME",
            converter = InstantConverter.class,
            description = {
                "From when versions are counted, the same for all replicas, such as",
                "2026-11-30T12:00:00Z; default: the age of the cluster. To be set to the time of a",
                "restore of etcd, and of a move from --rules."
            })
    private @Nullable Instant epoch;

    @Option(
            names = "--kube-status",
            description = {
                "Writes into the status of each object whether it is a rule and whether what it names",
                "is there, and an event for each that is refused; the rights for that are needed."
            })
    private boolean writesStatus;

    @Mixin private EtcdOptions etcd = new EtcdOptions();

    /** Returns the source, which is not started yet. */
    RuleSource create(CommandLine commandLine) {
        etcd.check(commandLine);
        if ((rules == null ? 0 : 1) + (kubernetes ? 1 : 0) + (etcd.isWanted() ? 1 : 0) > 1) {
            throw new ParameterException(
                    commandLine, "--rules, --etcd and --kubernetes exclude each other: choose one");
        }
        if (kubernetes) {
            return cluster();
        }
        if (kubeconfig != null
                || context != null
                || !namespaces.isEmpty()
                || selector != null
                || epoch != null
                || writesStatus) {
            throw new ParameterException(
                    commandLine,
                    "--kubeconfig, --context, --kube-namespace, --kube-selector, --kube-epoch and"
                            + " --kube-status need --kubernetes");
        }
        if (etcd.isWanted()) {
            return EtcdRuleSource.of(etcd.settings(commandLine));
        }
        if (rules == null) {
            throw new ParameterException(
                    commandLine,
                    "Name where the rules are: --rules DIR, --etcd HOST:PORT, or --kubernetes");
        }
        return DirectoryRuleSource.of(rules);
    }

    boolean isCluster() {
        return kubernetes;
    }

    /** Returns what can change the rules of the source; {@code null} if nothing here can. */
    @Nullable RuleRepository repository(CommandLine commandLine) {
        if (etcd.isWanted()) {
            return EtcdRuleRepository.open(etcd.settings(commandLine), RepositoryOptions.reader());
        }
        return rules == null
                ? null
                : GitRuleRepository.openDirectory(rules, RepositoryOptions.reader());
    }

    private RuleSource cluster() {
        KubernetesRuleSourceBuilder builder =
                KubernetesRuleSource.builder().namespaces(namespaces).writeStatus(writesStatus);
        if (kubeconfig != null) {
            builder.kubeconfig(kubeconfig);
        }
        if (context != null) {
            builder.context(context);
        }
        if (selector != null) {
            builder.selector(selector);
        }
        if (epoch != null) {
            builder.epoch(epoch);
        }
        return builder.build();
    }

    /** Reads a time of ISO 8601. */
    static final class InstantConverter implements ITypeConverter<Instant> {

        @Override
        public Instant convert(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "must be like 2026-11-30T12:00:00Z, was '" + text + "'");
            }
        }
    }
}
