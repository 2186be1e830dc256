package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.kubernetes.AdmissionWebhook;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests below {@code deploy/kubernetes} fit the command line, the kinds and each other. */
class DeploymentTest {

    private static final Path DIRECTORY = Path.of("../deploy/kubernetes");
    private static final String LABEL = "/app.kubernetes.io~1name";

    @Test
    void argumentsAreThoseOfTheCommandLine() throws IOException {
        List<String> arguments = texts(container().path("args"));

        assertThat(OpenSergoCommand.commandLine().parseArgs(arguments.toArray(String[]::new)))
                .satisfies(parsed -> assertThat(parsed.errors()).isEmpty());
        assertThat(arguments).contains("serve", "--kubernetes", "--host=0.0.0.0");
    }

    @Test
    void portIsTheOneThatIsServedAndLetIn() throws IOException {
        int port = option("--port");

        assertThat(port).isEqualTo(ControlPlane.DEFAULT_PORT);
        assertThat(container().at("/ports/0/containerPort").asInt()).isEqualTo(port);
        assertThat(one("service.yaml").at("/spec/ports/0/port").asInt()).isEqualTo(port);
        assertThat(one("network-policy.yaml").at("/spec/ingress/0/ports/0/port").asInt())
                .isEqualTo(port);
    }

    @Test
    void probesAskTheManagementPortWhichIsLetIn() throws IOException {
        int port = option("--management-port");

        assertThat(container().at("/ports/1/name").asText()).isEqualTo("management");
        assertThat(container().at("/ports/1/containerPort").asInt()).isEqualTo(port);
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            JsonNode get = container().path(probe).path("httpGet");
            assertThat(get.path("port").asText()).isEqualTo("management");
            assertThat(get.path("path").asText()).isIn("/livez", "/readyz");
        }
        assertThat(
                        one("deployment.yaml")
                                .at("/spec/template/metadata/annotations/prometheus.io~1port")
                                .asInt())
                .isEqualTo(port);
        assertThat(one("network-policy.yaml").at("/spec/ingress/0/ports/1/port").asInt())
                .isEqualTo(port);
    }

    private static int option(String name) throws IOException {
        return texts(container().path("args")).stream()
                .filter(argument -> argument.startsWith(name + "="))
                .mapToInt(argument -> Integer.parseInt(argument.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rightsAreToFollowAllKindsAndToSayWhatBecomesOfThemAndNothingElse() throws IOException {
        JsonNode rules = all("service-account.yaml").get(1).path("rules");
        Set<String> groups = new TreeSet<>();
        RuleKinds.standard()
                .all()
                .forEach(kind -> groups.add(kind.apiVersion().replaceFirst("/.*", "")));

        assertThat(rules).hasSize(4);
        assertThat(texts(rules.get(0).path("apiGroups")))
                .containsExactlyInAnyOrderElementsOf(groups);
        assertThat(texts(rules.get(0).path("verbs"))).containsExactly("list", "watch");
        assertThat(rules.get(1).path("apiGroups")).isEqualTo(rules.get(0).path("apiGroups"));
        assertThat(texts(rules.get(1).path("resources"))).containsExactly("*/status");
        assertThat(texts(rules.get(1).path("verbs"))).containsExactly("patch");
        assertThat(texts(rules.get(2).path("resources"))).containsExactly("events");
        assertThat(texts(rules.get(2).path("verbs"))).containsExactly("create");
        assertThat(texts(rules.get(3).path("resources"))).containsExactly("namespaces");
        assertThat(texts(rules.get(3).path("resourceNames"))).containsExactly("kube-system");
        assertThat(texts(rules.get(3).path("verbs"))).containsExactly("get");
    }

    @Test
    void accountIsTheOneThatHasTheRights() throws IOException {
        JsonNode binding = all("service-account.yaml").get(2);
        JsonNode role = all("service-account.yaml").get(1);

        assertThat(binding.at("/roleRef/name")).isEqualTo(role.at("/metadata/name"));
        assertThat(pod().path("serviceAccountName"))
                .isEqualTo(binding.at("/subjects/0/name"))
                .isEqualTo(all("service-account.yaml").get(0).at("/metadata/name"));
        assertThat(binding.at("/subjects/0/namespace"))
                .isEqualTo(one("kustomization.yaml").path("namespace"))
                .isEqualTo(one("namespace.yaml").at("/metadata/name"));
    }

    @Test
    void everySelectorFindsThePodsOfWhichThereAreTwo() throws IOException {
        JsonNode deployment = one("deployment.yaml");
        JsonNode label = deployment.at("/spec/template/metadata/labels" + LABEL);

        assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(
                        Stream.of(
                                deployment.at("/spec/selector/matchLabels" + LABEL),
                                one("service.yaml").at("/spec/selector" + LABEL),
                                one("network-policy.yaml")
                                        .at("/spec/podSelector/matchLabels" + LABEL),
                                one("pod-disruption-budget.yaml")
                                        .at("/spec/selector/matchLabels" + LABEL)))
                .allMatch(label::equals);
        assertThat(one("pod-disruption-budget.yaml").at("/spec/minAvailable").asInt()).isOne();
    }

    @Test
    void podRunsAsNobodyAndWritesNowhereButInItsTemporaryDirectory() throws IOException {
        JsonNode context = container().path("securityContext");

        assertThat(pod().at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod().at("/securityContext/seccompProfile/type").asText())
                .isEqualTo("RuntimeDefault");
        assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(texts(context.at("/capabilities/drop"))).containsExactly("ALL");
        assertThat(container().at("/volumeMounts/0/mountPath").asText()).isEqualTo("/tmp");
        assertThat(container().path("volumeMounts")).hasSize(1);
    }

    @Test
    void kustomizationsNameEveryFile() throws IOException {
        List<Path> directories = new ArrayList<>(components());
        directories.add(DIRECTORY);
        directories.add(DIRECTORY.resolve("crds"));
        for (Path directory : directories) {
            Path kustomization = directory.resolve("kustomization.yaml");
            List<String> named = texts(read(kustomization).get(0).path("resources"));
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(
                                files.filter(file -> !file.equals(kustomization))
                                        .map(file -> file.getFileName().toString())
                                        .filter(file -> !file.equals("README.md"))
                                        .filter(file -> !file.equals("components")))
                        .containsExactlyInAnyOrderElementsOf(named);
            }
        }
    }

    @Test
    void imageTakesTheJarThatTheBuildMakes() throws IOException {
        List<String> lines = Files.readAllLines(DIRECTORY.resolveSibling("Dockerfile"));

        assertThat(lines)
                .anyMatch(line -> line.startsWith("COPY opensergo.jar "))
                .anyMatch(line -> line.startsWith("USER 65532"))
                .contains("EXPOSE " + ControlPlane.DEFAULT_PORT);
        assertThat(one("kustomization.yaml").at("/images/0/name"))
                .isEqualTo(container().path("image"));
    }

    /** What components add is taken by the command line, and their ports fit each other. */
    @Test
    void componentsFitTheCommandLineAndEachOther() throws IOException {
        List<String> arguments = new ArrayList<>(texts(container().path("args")));
        Map<String, Integer> ports = new TreeMap<>();
        Map<String, Integer> options = new TreeMap<>();
        for (Path component : components()) {
            for (JsonNode patch :
                    read(component.resolve("kustomization.yaml")).get(0).path("patches")) {
                for (JsonNode each : new YAMLMapper().readTree(patch.path("patch").asText())) {
                    JsonNode value = each.path("value");
                    if (each.path("path").asText().endsWith("/args/-")) {
                        arguments.add(value.asText());
                    } else if (value.has("containerPort")) {
                        ports.put(value.path("name").asText(), value.path("containerPort").asInt());
                    }
                }
            }
        }
        for (String argument : arguments) {
            Matcher matcher =
                    Pattern.compile("--(?:kube-)?(webhook|console)=.*?(\\d+)").matcher(argument);
            if (matcher.matches()) {
                options.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
            }
        }

        assertThat(ports).isEqualTo(options).containsOnlyKeys("webhook", "console");
        assertThat(OpenSergoCommand.commandLine().parseArgs(arguments.toArray(String[]::new)))
                .satisfies(parsed -> assertThat(parsed.errors()).isEmpty());
        assertThat(arguments).anyMatch(each -> each.startsWith("--tls-cert="));
    }

    @Test
    void webhookIsAskedForTheGroupsOfAllKinds() throws IOException {
        JsonNode webhook = one("components/webhook/webhook.yaml").at("/webhooks/0");

        assertThat(webhook.at("/rules/0/apiGroups"))
                .isEqualTo(all("service-account.yaml").get(1).at("/rules/0/apiGroups"));
        assertThat(webhook.at("/clientConfig/service/path").asText())
                .isEqualTo(AdmissionWebhook.PATH);
        assertThat(webhook.path("sideEffects").asText()).isEqualTo("None");
        assertThat(webhook.path("failurePolicy").asText()).isEqualTo("Ignore");
    }

    /** What Helm makes of it is not tried here; its words are those of the manifests. */
    @Test
    void chartSaysWhatTheManifestsSay() throws IOException {
        Path templates = DIRECTORY.resolveSibling("helm/opensergo/templates");
        String deployment = Files.readString(templates.resolve("deployment.yaml"));
        String rights = Files.readString(templates.resolve("_helpers.tpl"));

        for (String argument : texts(container().path("args"))) {
            assertThat(deployment).contains("- " + argument + "\n");
        }
        for (String argument :
                List.of("--tls-cert=", "--kube-webhook=9443", "--console=0.0.0.0:")) {
            assertThat(deployment).contains("- " + argument);
        }
        assertThat(deployment)
                .contains("runAsUser: 65532", "readOnlyRootFilesystem: true", "drop: [ALL]");
        JsonNode groups = all("service-account.yaml").get(1).at("/rules/0/apiGroups");
        assertThat(rights).contains("[" + String.join(", ", texts(groups)) + "]");
        assertThat(Files.readString(templates.resolve("webhook.yaml")))
                .contains("[" + String.join(", ", texts(groups)) + "]", AdmissionWebhook.PATH);
    }

    /** The unit, but for what the environment adds. */
    @Test
    void unitOfSystemdIsTakenByTheCommandLine() throws IOException {
        String start =
                Files.readAllLines(DIRECTORY.resolveSibling("systemd/opensergo.service")).stream()
                        .filter(line -> line.startsWith("ExecStart="))
                        .findFirst()
                        .orElseThrow();
        String arguments = start.substring(start.indexOf(" serve ") + 1);

        assertThat(
                        OpenSergoCommand.commandLine()
                                .parseArgs(
                                        arguments
                                                .replace("${STATE_DIRECTORY}", "state")
                                                .replace(" $OPENSERGO_ARGS", "")
                                                .split(" ", -1)))
                .satisfies(parsed -> assertThat(parsed.errors()).isEmpty());
    }

    private static List<Path> components() throws IOException {
        try (Stream<Path> found = Files.list(DIRECTORY.resolve("components"))) {
            return found.sorted().toList();
        }
    }

    private static JsonNode pod() throws IOException {
        return one("deployment.yaml").at("/spec/template/spec");
    }

    private static JsonNode container() throws IOException {
        return pod().at("/containers/0");
    }

    private static JsonNode one(String file) throws IOException {
        return all(file).get(0);
    }

    private static List<JsonNode> all(String file) throws IOException {
        return read(DIRECTORY.resolve(file));
    }

    private static List<JsonNode> read(Path file) throws IOException {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(file.toFile())) {
            return documents.readAll();
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
